"""Imports candidates from a CSV file. Each row is imported completely or not at all; the report lists rejected rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext, gettext_noop
from rest_framework.serializers import BaseSerializer

from candidates.import_rows import ImportedRow, RowResult, RowSaver, ValidRow
from candidates.models import Candidate
from screener.access.viewer import Viewer
from screener.documents.table_file import CsvRow, read_csv, read_text, refuse_columns

OTHER_JOB = gettext_noop(
    "This candidate exists and belongs to jobs of others. Ask an administrator to make you a member of the job."
)
MAX_ROWS = 10_000
REQUIRED_COLUMNS = ("full_name", "phone")
OPTIONAL_COLUMNS = ("email", "external_id", "locale", "timezone", "consent_to_call", "consent_source")
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)


@dataclass(frozen=True)
class RowError:
    row: int
    field: str
    message: str


@dataclass
class ImportReport:
    rows: list[ImportedRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    @property
    def created(self) -> int:
        return sum(row.result == RowResult.CREATED for row in self.rows)

    @property
    def updated(self) -> int:
        """Rows of candidates who were known, whether or not that changed them."""
        return len(self.rows) - self.created


def import_candidates(file: "File[Any]", check: type[BaseSerializer[Candidate]], *, viewer: Viewer) -> ImportReport:
    """Create the candidates of the file, and update those who exist. Empty cells leave values as they are.

    A candidate is known by the external_id, else by number and name: importing a file twice adds no one.
    A candidate whom the viewer may not see is not updated.

    `check` validates the cells of a row. Raises InvalidTableFile before any change if the file is unusable.
    """
    report, valid_rows = ImportReport(), []
    first_rows: dict[str, int] = {}
    for row in list(read_rows(file)):  # reads the whole file first, so that an unusable file gives no row errors
        serializer = check(data=row.cells)
        field_errors: Any = _row_errors(row, first_rows) if serializer.is_valid() else serializer.errors
        if field_errors:
            for field_name, messages in field_errors.items():
                report.errors += [RowError(row.number, field_name, str(message)) for message in messages]
        else:
            valid_rows.append(_valid_row(row.number, serializer.validated_data))
    with transaction.atomic():
        saver = RowSaver(valid_rows, viewer)
        report.rows = saver.save_rows()
    report.errors += [RowError(row.row_number, "row", str(OTHER_JOB)) for row in saver.refused_rows]
    return report


def _valid_row(row_number: int, row_values: dict[str, Any]) -> ValidRow:
    call_consent, consent_source = row_values.pop("consent_to_call", None), row_values.pop("consent_source", "")
    return ValidRow(row_number, row_values, call_consent, consent_source)


def _row_errors(row: CsvRow, first_rows: dict[str, int]) -> dict[str, list[str]]:
    """Errors of a row whose cells are all valid."""
    if row.extra_cells:
        return {
            "row": [
                gettext(
                    "The row has %(extra_cells)s more cells than there are columns. Put cells that contain commas in "
                    "quotes."
                )
                % {"extra_cells": row.extra_cells}
            ]
        }
    external_id = row.cells.get("external_id")
    if external_id and (first_row := first_rows.setdefault(external_id, row.number)) != row.number:
        return {
            "external_id": [
                gettext("Row %(first_row)s has the same external_id. Remove one of the two rows.")
                % {"first_row": first_row}
            ]
        }
    return {}


def read_rows(file: "File[Any]") -> Iterator[CsvRow]:
    return read_csv(read_text(file), max_rows=MAX_ROWS, check_columns=_check_columns)


def _check_columns(columns: list[str]) -> None:
    refuse_columns(
        missing=[name for name in REQUIRED_COLUMNS if name not in columns],
        unknown=[name for name in columns if name not in COLUMNS],
        valid=COLUMNS,
    )
