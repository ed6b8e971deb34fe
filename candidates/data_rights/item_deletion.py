"""The step that deletes the items of an erasure: files, and recordings at the carrier. It is never given up."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from candidates.data_rights.erasure import add_items, erase_rows, scope_of
from candidates.data_rights.parts import DELETERS, PARTS
from candidates.models import Candidate, Erasure
from screener.background.leases import Lease, row_lock
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.services.errors import PermanentError, ServiceError

TRY_AGAIN_AFTER = timedelta(hours=1)


class OnLegalHold(PermanentError):
    """The candidate was put on legal hold while the files were still to be deleted."""


def _delete_items(lease: Lease[Erasure]) -> None:
    """Delete each item. A failure keeps no item of another kind from being deleted, and fails the step at the end."""
    erasure = Erasure.objects.select_related("candidate").get(pk=lease.pk)
    _erase_late_rows(erasure)
    failures = [*_find_items(erasure), *_delete_noted_items(erasure)]
    if failures:
        raise failures[0]


def _erase_late_rows(erasure: Erasure) -> None:
    """Blank the rows that arrived after the erasure of a whole person."""
    if erasure.is_whole_person:
        with transaction.atomic():
            erasure.candidate.lock()
            erase_rows(erasure, scope_of(erasure))


def _find_items(erasure: Erasure) -> Iterator[ServiceError]:
    """Note items that no row named."""
    for part in PARTS:
        try:
            add_items(erasure, list(part.find_items(scope_of(erasure))))
        except ServiceError as error:
            yield error


def _delete_noted_items(erasure: Erasure) -> Iterator[ServiceError]:
    """Delete items and note the time of each at once, so that a crash loses no proof.

    After a failure the others of its kind wait, because the same server would refuse them.
    """
    for kind, delete in DELETERS.items():
        try:
            for item in erasure.items.filter(kind=kind, deleted_at__isnull=True):
                _stop_if_held(erasure)
                release_db_connection()
                delete(item.name)
                item.update_fields(deleted_at=timezone.now())
        except ServiceError as error:
            yield error


def _stop_if_held(erasure: Erasure) -> None:
    if Candidate.objects.filter(pk=erasure.candidate_id, legal_hold=True).exists():
        raise OnLegalHold("The candidate is on legal hold, so that the remaining files are kept until it is lifted.")


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
