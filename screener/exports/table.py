"""A table to download, and its cells. Rows are made one by one, so that a table of any length fits into memory."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

Cell = str | int | float | Decimal | datetime | date | None
Row = Sequence[Cell]

KEYS_PER_FETCH = 2_000
ROWS_PER_QUERY = 500
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - spreadsheets read the wide signs as the others
INNER_CELL_START = re.compile(r"([;\t\r\n])(?=[ \"]{0,3}[=+\-@＝＋－＠])")  # noqa: RUF001
"""In other countries the separator of cells is a semicolon: a spreadsheet then begins a cell within a text."""
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that files of spreadsheets can't hold."""


@dataclass(frozen=True)
class Table:
    """`name`: of the file, without its date and its ending."""

    name: str
    heads: list[str]
    rows: Iterable[Row]


def rows_in_order(rows: "QuerySet[Any]") -> Iterator[list[Any]]:
    """Yield the rows in chunks, in their order, by two queries for each and those of its prefetches.

    The order is read from the database once and streamed. Rows that are deleted meanwhile are left out.
    """
    keys = rows.values_list("pk", flat=True).iterator(chunk_size=KEYS_PER_FETCH)
    while chunk := list(islice(keys, ROWS_PER_QUERY)):
        rows_by_key = {row.pk: row for row in rows.order_by().filter(pk__in=chunk)}
        yield [rows_by_key[key] for key in chunk if key in rows_by_key]


def writable_text(text: str) -> str:
    return UNWRITABLE.sub("", text)


def csv_text(cell: Cell) -> str:
    """The cell as a text that no spreadsheet runs. Times are in UTC."""
    match cell:
        case None:
            return ""
        case bool():
            return yes_or_no(cell)
        case datetime():
            return cell.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return cell.isoformat()
        case int() | float() | Decimal():
            return str(cell)
        case _:
            return _harmless(writable_text(cell))


def _harmless(text: str) -> str:
    """Put an apostrophe before each part that a spreadsheet would take for a formula."""
    is_formula = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return INNER_CELL_START.sub(r"\1'", f"'{text}" if is_formula else text)


def yes_or_no(value: bool) -> str:
    return _("yes") if value else _("no")
