"""Reads an uploaded file of candidates: its columns, and its rows as values of fields."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from candidates.importing.columns import REPEATABLE, ColumnField
from candidates.importing.row_check import RowError, RowProblem, RowRules, ValidRow, check_row
from screener.documents.table_rows import TableProblem, TableRow, UnreadableTable, open_table


@dataclass(frozen=True)
class CandidateTable:
    """An open file. `columns`: the cells of the first row that is not empty. `rows`: those below it.

    `share_read`: how much of the file is read, from 0 to 1.
    """

    digest: str
    columns: list[str]
    rows: Iterator[TableRow]
    share_read: Callable[[], float]


@dataclass(frozen=True)
class CheckedRow:
    """`valid`: None if there are errors."""

    row: TableRow
    valid: ValidRow | None
    errors: list[RowError]


@contextmanager
def open_candidate_table(source: IO[bytes], *, digest: str = "") -> Iterator[CandidateTable]:
    """Raises UnreadableTable, also while the rows are read."""
    with open_table(source, digest=digest) as table:
        filled_rows = (row for row in table.rows if any(map(str.strip, row.cells)))
        head = next(filled_rows, None)
        if head is None:
            raise UnreadableTable(TableProblem.EMPTY)
        columns = [" ".join(storable_text(cell).split())[:100] for cell in head.cells]
        while columns and not columns[-1]:
            columns.pop()
        yield CandidateTable(table.digest, columns, filled_rows, table.share_read)


def storable_text(cell: str) -> str:
    """The cell without NUL and halves of characters, which the database refuses."""
    return cell.replace("\0", "").encode("utf-8", "replace").decode()


class RowChecker:
    """Checks the rows of one file in their order. Use it once: it remembers the ids of earlier rows."""

    def __init__(self, columns: list[str], fields: list[str], rules: RowRules) -> None:
        self._columns, self._fields, self._rules = columns, fields, rules
        self._row_of_id: dict[str, int] = {}

    def check(self, row: TableRow) -> CheckedRow:
        cells, extra = self._split(row.cells)
        valid, errors = check_row(row.number, cells, extra, self._rules)
        surplus = sum(bool(cell.strip()) for cell in row.cells[len(self._columns) :])
        if surplus:
            errors.append(RowError("row", RowProblem.SURPLUS_CELLS, str(surplus)))
        if not errors:
            errors += self._repeated_id(valid)
        return CheckedRow(row, None if errors else valid, errors)

    def _split(self, row_cells: list[str]) -> tuple[dict[str, str], dict[str, str]]:
        """The filled cells by field, and those of extra columns by column."""
        cells: dict[str, str] = {}
        extra: dict[str, str] = {}
        for column, field, cell in zip(self._columns, self._fields, row_cells, strict=False):
            text = cell.strip()
            if not text or field == ColumnField.IGNORED:
                continue
            if field in REPEATABLE:
                extra[column] = text
            else:
                cells[field] = text
        return cells, extra

    def _repeated_id(self, valid: ValidRow) -> Iterator[RowError]:
        external_id = valid.values.get("external_id")
        if external_id:
            first = self._row_of_id.setdefault(external_id, valid.row_number)
            if first != valid.row_number:
                yield RowError(ColumnField.EXTERNAL_ID, RowProblem.REPEATED_ID, str(first))
