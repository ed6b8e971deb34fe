"""Imports a small file at once, and reports the result of each row. `imports/` takes larger ones."""

from dataclasses import dataclass, field
from typing import IO
from uuid import UUID

from django.db import transaction

from candidates.importing.columns import ColumnField
from candidates.importing.files import CandidateTable, CheckedRow, RowChecker, open_candidate_table
from candidates.importing.row_check import RowError, RowProblem, RowRules
from candidates.importing.saving import RowSaver
from candidates.models import RowNote, RowResult
from screener.access.viewer import Viewer
from screener.documents.table_file import InvalidTableFile, check_row_count, refuse_columns, refuse_repeated
from screener.documents.table_rows import UnreadableTable

MAX_ROWS = 10_000
REQUIRED_COLUMNS = ("full_name", "phone")
OPTIONAL_COLUMNS = ("email", "external_id", "locale", "timezone", "consent_to_call", "consent_source")
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)


@dataclass(frozen=True)
class ReportedError:
    row: int
    field: str
    message: str


@dataclass(frozen=True)
class ReportedRow:
    """The result of one valid row."""

    row: int
    candidate: UUID
    result: RowResult
    notes: list[RowNote]


@dataclass
class ImportReport:
    rows: list[ReportedRow] = field(default_factory=list)
    errors: list[ReportedError] = field(default_factory=list)

    @property
    def created(self) -> int:
        return sum(row.result == RowResult.CREATED for row in self.rows)

    @property
    def updated(self) -> int:
        """Rows of candidates who were known, whether or not that changed them."""
        return len(self.rows) - self.created


def import_candidates(file: IO[bytes], *, viewer: Viewer) -> ImportReport:
    """Create the candidates of the file, and update those who exist. Empty cells leave values as they are.

    Importing a file twice adds no one. A candidate whom the viewer may not see is not updated. Raises InvalidTableFile
    before any change if the file is unusable.
    """
    try:
        with open_candidate_table(file) as table:
            checked_rows = _check_rows(table)
    except UnreadableTable as error:
        raise InvalidTableFile(str(error)) from None
    report = ImportReport()
    for checked in checked_rows:
        report.errors += [_reported(checked.row.number, error) for error in checked.errors]
    with transaction.atomic():
        saver = RowSaver([checked.valid for checked in checked_rows if checked.valid], viewer)
        saved_rows = saver.save_rows()
    report.rows = [ReportedRow(row.row.row_number, row.candidate.id, row.result, row.notes) for row in saved_rows]
    other_job = RowError("row", RowProblem.OTHER_JOB)
    report.errors += [_reported(row.row_number, other_job) for row in saver.refused_rows]
    return report


def _reported(row_number: int, error: RowError) -> ReportedError:
    return ReportedError(row_number, error.field, error.message)


def _check_rows(table: CandidateTable) -> list[CheckedRow]:
    columns = [column.lower() for column in table.columns]
    refuse_columns(
        missing=[name for name in REQUIRED_COLUMNS if name not in columns],
        unknown=[name for name in columns if name not in COLUMNS],
        valid=COLUMNS,
    )
    refuse_repeated(columns)
    checker = RowChecker(columns, [str(ColumnField(column)) for column in columns], RowRules())
    checked_rows: list[CheckedRow] = []
    for row in table.rows:
        check_row_count(len(checked_rows) + 1, MAX_ROWS)
        checked_rows.append(checker.check(row))
    return checked_rows
