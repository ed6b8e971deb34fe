"""The step that deletes the items of an erasure: files, and recordings at the carrier. It is never given up."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from candidates.data_rights.erasure import add_items, erase_rows, scope_of
from candidates.data_rights.parts import DELETERS, PARTS
from candidates.models import ErasedItem, Erasure
from screener.background.leases import Lease, row_lock
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.services.errors import ServiceError

TRY_AGAIN_AFTER = timedelta(hours=1)


def _delete_items(lease: Lease[Erasure]) -> None:
    """Delete each item and note the time at once, so that a crash loses no proof."""
    erasure = Erasure.objects.select_related("candidate").get(pk=lease.pk)
    _find_late_data(erasure)
    for item in erasure.items.filter(deleted_at__isnull=True):
        release_db_connection()
        DELETERS[ErasedItem.Kind(item.kind)](item.name)
        item.update_fields(deleted_at=timezone.now())


def _find_late_data(erasure: Erasure) -> None:
    """Blank what arrived after the erasure, and note items that no row named."""
    scope = scope_of(erasure)
    if erasure.is_whole_person:
        with transaction.atomic():
            erasure.candidate.lock()
            erase_rows(erasure, scope)
    for part in PARTS:
        add_items(erasure, list(part.find_items(scope)))


def _finish_pass(erasure: Erasure, _: None) -> None:
    erasure.finish_pass()


def _try_later(erasure: Erasure, error: ServiceError) -> None:
    erasure.release(retry_at=timezone.now() + TRY_AGAIN_AFTER, error=str(error))


DELETE_ITEMS_STEP = Step(
    ready=Erasure.objects.in_work,
    work=_delete_items,
    lock=row_lock(Erasure.objects.all()),
    save=_finish_pass,
    give_up=_try_later,
    error_field="error",
)
