"""The step that imports the rows of a file, in batches. A worker that takes over continues behind the last batch."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple
from uuid import uuid4

from django.core.files.base import File
from django.utils import timezone

from candidates.data_rights.private_files import delete_file, stored_files, was_stored_before
from candidates.importing.files import CandidateTable, CheckedRow, RowChecker, open_candidate_table, storable_text
from candidates.importing.row_check import RowError, RowProblem, RowRules
from candidates.importing.saving import RowSaver, SavedRow
from candidates.models import READ_IMPORT, Import, ImportRow, ResumeArchive, RowNote, RowResult
from candidates.models.imports import IMPORT_FOLDER, UPLOADS_KEPT
from screener.access.viewer import Viewer
from screener.background.leases import Lease, row_lock
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.documents.table_rows import UnreadableTable
from screener.services.errors import PermanentError, ServiceError, TransientError

BATCH_ROWS = 2_000
SLICE_SECONDS = 240.0
"""After this time the rest is left to another job: a lease is renewed for ten minutes."""
SAVED_COLUMNS = ("id", "number", "result", "candidate_id", "consent_id", "notes", "before", "extra")
REFUSED_COLUMNS = ("id", "number", "cells", "errors")
STEP_FAILED, ACCOUNT_GONE = "step_failed", "account_gone"


class UnusableImport(PermanentError):
    """The file can't be imported, now or later. `problem`: a code."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem, self.detail = problem, detail


class FileNotReadable(TransientError):
    """The storage of private files failed."""


class LeaseLost(Exception):
    """Another worker has taken over."""


def _read_rows(lease: Lease[Import]) -> bool:
    """Import the remaining rows. False: the time is up, and rows are left."""
    imported = Import.objects.select_related("user").get(pk=lease.pk)
    viewer = imported.acts_for
    if viewer is None:
        raise UnusableImport(ACCOUNT_GONE)
    release_db_connection()
    try:
        with _open_file(imported) as file:
            return _BatchReader(lease, imported, viewer).read(file)
    except UnreadableTable as error:
        raise UnusableImport(error.problem.value, error.detail) from None
    except LeaseLost:
        return False


def _open_file(imported: Import) -> "File[bytes]":
    try:
        return imported.file.open("rb")
    except Exception as error:
        raise FileNotReadable(f"The storage of private files failed ({type(error).__name__}).") from error


class _Batch(NamedTuple):
    """`percent_read`: of the file, when the last row of the batch was read."""

    rows: list[CheckedRow]
    percent_read: int


class _BatchReader:
    def __init__(self, lease: Lease[Import], imported: Import, viewer: Viewer) -> None:
        self._lease, self._imported, self._viewer = lease, imported, viewer
        self._ends_at = slice_end()

    def read(self, file: "File[bytes]") -> bool:
        """Import the rows. The next batch is read and checked while the database saves one."""
        checker = RowChecker(self._imported.columns, self._imported.fields, rules_of(self._imported))
        with open_candidate_table(file, digest=self._imported.digest) as table, ThreadPoolExecutor(1) as reader:
            batches = self._check_batches(table, checker)
            upcoming = reader.submit(next, batches, None)
            while batch := upcoming.result():
                upcoming = reader.submit(next, batches, None)
                self._save(batch)
                if time.monotonic() > self._ends_at:
                    return upcoming.result() is None
        return True

    def _check_batches(self, table: CandidateTable, checker: RowChecker) -> Iterator[_Batch]:
        """Without the rows that an earlier worker has saved."""
        checked_rows = (checked for checked in map(checker.check, table.rows) if self._is_left(checked))
        while rows := list(islice(checked_rows, BATCH_ROWS)):
            yield _Batch(rows, round(100 * table.share_read()))

    def _is_left(self, checked: CheckedRow) -> bool:
        return checked.row.number > self._imported.rows_done

    def _save(self, batch: _Batch) -> None:
        """Save the rows, their results and the progress in one transaction, while the lease is ours."""
        with self._lease.locked(row_lock(Import.objects.all())) as imported:
            if imported is None:
                raise LeaseLost
            counts = save_batch(imported, batch.rows, self._viewer)
            imported.add_counts(counts, rows_done=batch.rows[-1].row.number, percent_read=batch.percent_read)


def slice_end() -> float:
    """The time of the monotonic clock at which a task that begins now leaves the rest to another one."""
    return time.monotonic() + SLICE_SECONDS


def run_batches(run_batch: Callable[[], bool], ends_at: float) -> bool:
    """Run all batches. False: the time is up, and batches may be left."""
    while run_batch():
        if time.monotonic() > ends_at:
            return False
    return True


def rules_of(imported: Import) -> RowRules:
    return RowRules(imported.region, imported.consent_source)


def save_batch(imported: Import, batch: list[CheckedRow], viewer: Viewer) -> Counter[str]:
    """Save the rows and what became of each. Returns how many rows have each result, and each note."""
    saver = RowSaver([checked.valid for checked in batch if checked.valid], viewer)
    saved_rows = saver.save_rows()
    hidden = {row.row_number for row in saver.refused_rows}
    refused = [checked for checked in batch if checked.valid is None or checked.row.number in hidden]
    ImportRow.copy_values(
        SAVED_COLUMNS, [(uuid4(), *_saved_columns(saved)) for saved in saved_rows], imported_id=imported.pk
    )
    ImportRow.copy_values(
        REFUSED_COLUMNS,
        [(uuid4(), *_refused_columns(checked)) for checked in refused],
        imported_id=imported.pk,
        result=RowResult.REFUSED,
    )
    counts = Counter(saved.result.value for saved in saved_rows)
    counts[RowResult.REFUSED.value] = len(refused)
    counts.update(note.value for saved in saved_rows for note in saved.notes)
    duplicates = {RowNote.SAME_NUMBER, RowNote.SAME_EMAIL}
    counts["probable_duplicates"] = sum(not duplicates.isdisjoint(saved.notes) for saved in saved_rows)
    return +counts


def _saved_columns(saved: SavedRow) -> tuple[Any, ...]:
    row = saved.row
    texts = (json.dumps(part) if part else empty for part, empty in ((saved.notes, "[]"), (saved.before, "{}")))
    extra = json.dumps(row.extra) if row.extra else "{}"
    return row.row_number, saved.result.value, saved.candidate.id, saved.consent_id, *texts, extra


def _refused_columns(checked: CheckedRow) -> tuple[Any, ...]:
    errors = checked.errors or [RowError("row", RowProblem.OTHER_JOB)]
    cells = [storable_text(cell) for cell in checked.row.cells]
    return checked.row.number, json.dumps(cells), json.dumps([error.as_record() for error in errors])


def _finish(imported: Import, is_complete: bool) -> None:
    if is_complete:
        imported.finish_reading()
    else:
        imported.release()
        READ_IMPORT.defer(imported.pk)


def _give_up(imported: Import, error: ServiceError) -> None:
    if isinstance(error, UnusableImport):
        imported.fail(error.problem, error.detail)
    else:
        imported.fail(STEP_FAILED)


READ_STEP = Step(
    ready=Import.objects.to_read,
    work=_read_rows,
    lock=row_lock(Import.objects.all()),
    save=_finish,
    give_up=_give_up,
)


def discard_old_uploads() -> None:
    """Delete uploads that were never started, and files without a row: a process died between both."""
    for imported in Import.objects.never_started():
        imported.discard()
    expired_at = timezone.now() - UPLOADS_KEPT
    for name in list(stored_files(IMPORT_FOLDER)):
        is_known = Import.objects.filter(file=name).exists() or ResumeArchive.objects.filter(file=name).exists()
        if was_stored_before(name, expired_at) and not is_known:
            delete_file(name)
