"""Begins an import: stores the uploaded file, guesses its columns, and checks what the user has chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.core.files.base import File

from candidates.importing.columns import check_fields, fields_by_name
from candidates.importing.files import CheckedRow, RowChecker, open_candidate_table
from candidates.importing.step import rules_of
from candidates.models import Import
from screener.documents.table_rows import TableProblem, TableRow, UnreadableTable
from screener.services.clamd.client import InfectedFile, ScannerUnavailable, scan_file

PREVIEWED_ROWS = 1_000
MAX_NAME_LENGTH = 200


@dataclass(frozen=True)
class FirstRows:
    """The first rows of a file. `is_whole`: the file has no further rows."""

    rows: list[TableRow]
    is_whole: bool


@dataclass(frozen=True)
class Preview:
    """The first rows of a file as they would be imported. `is_whole`: the file has no other rows."""

    rows: list[CheckedRow]
    is_whole: bool

    @property
    def faulty(self) -> list[CheckedRow]:
        return [row for row in self.rows if row.errors]

    @property
    def good_count(self) -> int:
        return len(self.rows) - len(self.faulty)


def upload_import(
    file: "File[Any]",
    *,
    author: str,
    user_id: Any = None,
    is_from_api: bool = False,
    mapping: Mapping[str, str] = MappingProxyType({}),
) -> Import:
    """Store the file of an import that is not started yet. `mapping`: columns of fields; the other fields are guessed.

    Raises UnreadableTable or InvalidMapping before the import is stored.
    """
    with open_candidate_table(file) as table:
        next(table.rows, None)
        digest, columns = table.digest, table.columns
    try:
        scan_file(file)
    except InfectedFile:
        raise UnreadableTable(TableProblem.INFECTED) from None
    except ScannerUnavailable:
        raise UnreadableTable(TableProblem.NOT_SCANNED) from None
    fields = fields_by_name(columns, mapping)
    imported = Import(
        user_id=user_id,
        author=author,
        is_from_api=is_from_api,
        name=str(file.name).replace("\0", "")[-MAX_NAME_LENGTH:],
        size=file.size,
        digest=digest,
        columns=columns,
        fields=fields,
    )
    imported.store_file(file)
    return imported


def start_import(imported: Import, fields: Sequence[str], **settings: Any) -> None:
    """Import the rows in the background. Raises InvalidMapping, and InvalidTransition if that was begun before."""
    check_fields(fields)
    imported.start(fields=list(fields), **settings)


def read_first_rows(imported: Import) -> FirstRows:
    """Read the first rows of the file. Raises UnreadableTable."""
    rows: list[TableRow] = []
    with imported.file.open("rb") as file, open_candidate_table(file, digest=imported.digest) as table:
        for row in table.rows:
            if len(rows) == PREVIEWED_ROWS:
                return FirstRows(rows, is_whole=False)
            rows.append(row)
    return FirstRows(rows, is_whole=True)


def preview_import(imported: Import, fields: Sequence[str], first: FirstRows) -> Preview:
    """Check the first rows, with these fields and the settings of the import."""
    checker = RowChecker(imported.columns, list(fields), rules_of(imported))
    return Preview([checker.check(row) for row in first.rows], first.is_whole)
