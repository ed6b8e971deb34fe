"""Deletes files about candidates who do not exist: a process died after it stored the resume, before the record."""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from candidates.data_rights.private_files import delete_file, stored_files, stored_folders, was_stored_before
from candidates.models import CANDIDATES_FOLDER, Candidate, MergedRecord, private_folder

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
"""Newer files stay: their record may not be committed yet, or a restored database may lack it."""
BATCH = 1000


def delete_orphaned_files() -> int:
    """Delete the old files in folders of no candidate. Returns their number. Raises StorageDown."""
    stored_before = timezone.now() - KEPT
    folder_ids = list(_folder_ids())
    deleted = 0
    for start in range(0, len(folder_ids), BATCH):
        for name in _files_of(_without_record(folder_ids[start : start + BATCH])):
            if was_stored_before(name, stored_before):
                delete_file(name)
                deleted += 1
    if deleted:
        log.warning("private storage: %d files of no candidate were deleted", deleted)
    return deleted


def _folder_ids() -> Iterator[UUID]:
    for name in stored_folders(CANDIDATES_FOLDER):
        try:
            yield UUID(name)
        except ValueError:
            continue


def _without_record(ids: Iterable[UUID]) -> set[UUID]:
    """The ids of neither a candidate nor a record that was merged, whose files stay where they are."""
    unknown = set(ids)
    unknown -= set(Candidate.objects.filter(pk__in=unknown).values_list("pk", flat=True))
    return unknown - set(MergedRecord.objects.filter(merged_id__in=unknown).values_list("merged_id", flat=True))


def _files_of(ids: Iterable[UUID]) -> Iterator[str]:
    for candidate_id in ids:
        yield from stored_files(private_folder(candidate_id))
