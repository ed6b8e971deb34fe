"""Forms that take effect once, however often they are sent: a double click, a reload, the Back button."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from screener.models import IdempotentRequest


def new_form_key() -> str:
    """A key for a hidden field of one page that shows the form."""
    return str(uuid4())


def submit_once(user_id: Any, form_key: UUID, act: Callable[[], UUID]) -> tuple[UUID | None, bool]:
    """Run `act` once per user and key. Returns the id of the row that it made, and whether it was made now.

    Waits for a submission with the same key that is still running. After an exception the key can be used again. The id
    is None where it was erased since.
    """
    own_row = IdempotentRequest(owner=f"user {user_id}", key=str(form_key), fingerprint="")
    with transaction.atomic():
        IdempotentRequest.objects.bulk_create([own_row], ignore_conflicts=True)
        row = IdempotentRequest.objects.get(owner=own_row.owner, key=own_row.key)
        if row.pk != own_row.pk:
            return (UUID(row.body["id"]) if row.body else None), False
        made = act()
        row.update_fields(status_code=201, body={"id": str(made)})
    return made, True
