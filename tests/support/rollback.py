"""Several cases in one test, each of which starts from the same rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def rolled_back() -> Iterator[None]:
    """Roll back all writes to the database at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
