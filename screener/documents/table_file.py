"""Reads uploaded files with a table: CSV with a header row, in UTF-8."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.base import File
from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext

MAX_BYTES = 5 * 1024 * 1024


class InvalidTableFile(ValueError):
    """The whole file is refused. The message gives the reason and a remedy."""


@dataclass(frozen=True)
class CsvRow:
    """`number` counts the header as row 1. `cells` maps columns to non-empty values. `extra_cells` are surplus."""

    number: int
    cells: dict[str, str]
    extra_cells: int = 0


def read_text(file: "File[Any]") -> str:
    """Return the text of the file. Raises InvalidTableFile."""
    if not file.size:
        raise InvalidTableFile(gettext("The file is empty. Choose it again."))
    if file.size > MAX_BYTES:
        raise InvalidTableFile(
            gettext("The file has %(size)s MB, and 5 MB is the limit. Split it.")
            % {"size": number_format(file.size / 1024 / 1024, 1)}
        )
    file.seek(0)
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidTableFile(gettext("The file is not in UTF-8. Save it as “CSV UTF-8”.")) from None


def read_csv(text: str, *, max_rows: int, check_columns: Callable[[list[str]], None]) -> Iterator[CsvRow]:
    """Return the rows with a filled cell. `check_columns` refuses columns. Raises InvalidTableFile."""
    first_line = text.split("\n", 1)[0]
    # Spreadsheets write semicolons where the comma is the decimal sign.
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader, [])]
        check_columns(columns)
        refuse_repeated(columns)
        for number, cells in enumerate(reader, start=2):
            check_row_count(number - 1, max_rows)
            filled = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if cell.strip()}
            if filled:
                yield CsvRow(number, filled, extra_cells=max(0, len(cells) - len(columns)))
    except csv.Error as error:
        raise InvalidTableFile(
            gettext("Line %(line_num)s is not valid CSV: %(error)s. Save the file again as CSV.")
            % {"line_num": reader.line_num, "error": error}
        ) from None


def check_row_count(count: int, max_rows: int) -> None:
    if count > max_rows:
        raise InvalidTableFile(
            gettext("The file has more than %(max_rows)s rows. Split it.")
            % {"max_rows": number_format(max_rows, force_grouping=True)}
        )


def refuse_columns(*, missing: list[str], unknown: list[str], valid: Iterable[str]) -> None:
    """Raise InvalidTableFile if a column is missing or unknown."""
    if missing:
        raise InvalidTableFile(
            gettext("The first row must name the columns; %(missing_columns)s is missing.")
            % {"missing_columns": get_text_list(missing, gettext("and"))}
        )
    if unknown:
        raise InvalidTableFile(
            gettext("Unknown column %(column)s. Valid columns: %(columns)s.")
            % {"column": repr(unknown[0][:40]), "columns": ", ".join(valid)}
        )


def refuse_repeated(columns: list[str]) -> None:
    """Raise InvalidTableFile if two columns have one name."""
    if len(set(columns)) < len(columns):
        raise InvalidTableFile(gettext("A column occurs twice. Remove one of them."))
