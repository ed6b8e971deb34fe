"""Imports candidates from a CSV file. Each row is imported completely or not at all; the report lists rejected rows."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext, gettext_noop
from rest_framework.serializers import BaseSerializer

from candidates.import_rows import ImportedRow, RowResult, RowSaver, ValidRow
from candidates.models import Candidate
from screener.access.viewer import Viewer

OTHER_JOB = gettext_noop(
    "This candidate exists and belongs to jobs of others. Ask an administrator to make you a member of the job."
)
MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 10_000
REQUIRED_COLUMNS = ("full_name", "phone")
OPTIONAL_COLUMNS = ("email", "external_id", "locale", "timezone", "consent_to_call", "consent_source")
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)


class InvalidCandidateFile(ValueError):
    """The whole file is rejected. The message gives the reason and a remedy."""


@dataclass(frozen=True)
class RowError:
    row: int
    field: str
    message: str


@dataclass(frozen=True)
class CsvRow:
    """`number` counts the header as row 1. `cells` maps columns to non-empty values. `extra` counts surplus cells."""

    row_number: int
    cells: dict[str, str]
    extra_cells: int = 0


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

    `check` validates the cells of a row. Raises InvalidCandidateFile before any change if the file is unusable.
    """
    report, valid_rows = ImportReport(), []
    first_rows: dict[str, int] = {}
    for row in list(read_rows(file)):  # reads the whole file first, so that an unusable file gives no row errors
        serializer = check(data=row.cells)
        field_errors: Any = _row_errors(row, first_rows) if serializer.is_valid() else serializer.errors
        if field_errors:
            for field_name, messages in field_errors.items():
                report.errors += [RowError(row.row_number, field_name, str(message)) for message in messages]
        else:
            valid_rows.append(_valid_row(row.row_number, serializer.validated_data))
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
    if external_id and (first_row := first_rows.setdefault(external_id, row.row_number)) != row.row_number:
        return {
            "external_id": [
                gettext("Row %(first_row)s has the same external_id. Remove one of the two rows.")
                % {"first_row": first_row}
            ]
        }
    return {}


def read_rows(file: "File[Any]") -> Iterator[CsvRow]:
    file_text = _decode_file(file)
    first_line = file_text.split("\n", 1)[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    csv_reader = csv.reader(io.StringIO(file_text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = _validate_header(next(csv_reader, []))
        for row_number, cells in enumerate(csv_reader, start=2):
            if row_number > MAX_ROWS + 1:
                raise InvalidCandidateFile(
                    gettext("The file has more than %(max_rows)s rows. Split it.")
                    % {"max_rows": number_format(MAX_ROWS, force_grouping=True)}
                )
            filled_cells = {
                column_name: cell.strip() for column_name, cell in zip(header, cells, strict=False) if cell.strip()
            }
            if filled_cells:
                yield CsvRow(row_number, filled_cells, extra_cells=max(0, len(cells) - len(header)))
    except csv.Error as error:
        raise InvalidCandidateFile(
            gettext("Line %(line_num)s is not valid CSV: %(error)s. Save the file again as CSV.")
            % {"line_num": csv_reader.line_num, "error": error}
        ) from None


def _decode_file(file: "File[Any]") -> str:
    if not file.size:
        raise InvalidCandidateFile(gettext("The file is empty. Choose it again."))
    if file.size > MAX_BYTES:
        raise InvalidCandidateFile(
            gettext("The file has %(size)s MB, and 5 MB is the limit. Split it.")
            % {"size": number_format(file.size / 1024 / 1024, 1)}
        )
    file.seek(0)
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidCandidateFile(gettext("The file is not in UTF-8. Save it as “CSV UTF-8”.")) from None


def _validate_header(cells: list[str]) -> list[str]:
    column_names = [cell.strip().lower() for cell in cells]
    if missing_columns := [name for name in REQUIRED_COLUMNS if name not in column_names]:
        raise InvalidCandidateFile(
            gettext("The first row must name the columns; %(missing_columns)s is missing.")
            % {"missing_columns": get_text_list(missing_columns, gettext("and"))}
        )
    if unknown_columns := [name for name in column_names if name not in COLUMNS]:
        raise InvalidCandidateFile(
            gettext("Unknown column %(column)s. Valid columns: %(columns)s.")
            % {"column": repr(unknown_columns[0][:40]), "columns": ", ".join(COLUMNS)}
        )
    if len(set(column_names)) < len(column_names):
        raise InvalidCandidateFile(gettext("A column occurs twice. Remove one of them."))
    return column_names
