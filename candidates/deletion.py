"""Deletes candidates without interviews, with all data that identifies them. Others are erased instead."""

import logging
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet
from django.db.models.deletion import Collector
from django.utils.translation import gettext

from candidates.data_rights.parts import PARTS, ErasureScope
from candidates.data_rights.private_files import StorageDown, delete_file, stored_files
from candidates.models import Candidate, Erasure, private_folder
from screener.background.queue import RowTaskHandle, release_db_connection
from screener.models import InvalidTransition

log = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 3600
DELETE_FILES = RowTaskHandle("candidates.delete_files", queue="rest", argument="candidate_id")


@transaction.atomic
def delete_candidates(*, candidates: QuerySet[Candidate], actor: str = "") -> None:
    """Delete these candidates with their consents and their traces elsewhere. A task deletes their files.

    Raises InvalidTransition if a candidate is on legal hold, and ProtectedError if a candidate has an interview.
    """
    rows = list(Candidate.objects.select_for_update().filter(pk__in=candidates.values("pk")).order_by("pk"))
    record_ids = [record_id for candidate in rows for record_id in candidate.record_ids]
    if any(candidate.legal_hold for candidate in rows):
        raise InvalidTransition(gettext("A candidate on legal hold can't be deleted. Lift the hold first."))
    _refuse_protected(rows)
    for candidate in rows:
        scope = ErasureScope(candidate, Erasure.Kind.PERSON, actor)
        for part in reversed(PARTS):
            part.erase(scope)
    Candidate.objects.filter(pk__in=[candidate.pk for candidate in rows]).delete()
    for record_id in record_ids:
        DELETE_FILES.defer(record_id)


def _refuse_protected(candidates: list[Candidate]) -> None:
    """Raise ProtectedError if a candidate has an interview. Called before the erasure."""
    Collector(using=DEFAULT_DB_ALIAS).collect(candidates)


def delete_files(candidate_id: UUID) -> None:
    """Delete all files about a candidate who was deleted. Never given up: no row is left to find them by."""
    release_db_connection()
    try:
        for name in stored_files(private_folder(candidate_id)):
            delete_file(name)
    except StorageDown as error:
        log.warning("candidate %s was deleted, its files are tried again: %s", candidate_id, error)
        DELETE_FILES.defer(candidate_id, delay=TRY_AGAIN_SECONDS)
