"""Reads tables row by row: CSV in any usual encoding, and XLSX. Nothing of a file but a row is held in memory."""

import codecs
import csv
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from screener.documents.file_type import is_old_or_locked_office_file
from screener.documents.table_reader import MAX_CELL_CHARACTERS, MAX_COLUMNS

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
CHUNK_BYTES = 1024 * 1024
DELIMITERS = ",;\t|"
SEPARATOR_LINE = "sep="
"""Spreadsheets write the delimiter into such a first line."""
_ROOT = Path(__file__).resolve().parents[2]
MOST_CONTROL_CHARACTERS, LEAST_BYTES_OF_TEXT = 3, 200
"""Exports of tables hold a few, and more for each so many bytes; pictures are full of them."""
_BINARY = bytes(set(range(32)) - {9, 10, 12, 13, 27})


class TableProblem(models.TextChoices):
    """Why a whole file is refused. `%(detail)s`: the place or the limit."""

    EMPTY = "empty", _("The file is empty. Choose it again.")
    TOO_LARGE = "too_large", _("The file is larger than 20 MB. Split it.")
    WRONG_TYPE = "wrong_type", _("By its content this is neither CSV nor XLSX. Save the table as one of these.")
    OLD_FORMAT = (
        "old_format",
        _("This is an old Excel file (.xls) or one with a password. Save it as XLSX without one."),
    )
    MACROS = "macros", _("The workbook contains macros. Save it as XLSX without macros.")
    BROKEN = "broken", _("The file is damaged or was cut off. Save it again and upload it again.")
    BROKEN_LINE = (
        "broken_line",
        _("The file is damaged or was cut off in line %(detail)s. Save it again and upload it again."),
    )
    LIMITS = "limits", _("The file is too large when unpacked, so it was not opened. Save the table alone as CSV.")
    TOO_MANY_ROWS = "too_many_rows", _("The file has more than %(detail)s rows. Split it.")
    TOO_MANY_COLUMNS = (
        "too_many_columns",
        _("The file has more than %(detail)s columns. Delete those that you don't need."),
    )
    CELL_TOO_LONG = "cell_too_long", _("A cell has more than %(detail)s characters. Shorten it.")
    INFECTED = "infected", _("The virus scanner refuses this file. It was not stored.")
    NOT_SCANNED = (
        "not_scanned",
        _("The file can't be checked for viruses at the moment. Send it again in a few minutes."),
    )
    CHANGED = "changed", _("The stored file is not the one that was uploaded. Upload it again.")


DETAILS = {
    TableProblem.TOO_MANY_ROWS: f"{MAX_ROWS:,}",
    TableProblem.TOO_MANY_COLUMNS: str(MAX_COLUMNS),
    TableProblem.CELL_TOO_LONG: f"{MAX_CELL_CHARACTERS:,}",
}


class UnreadableTable(Exception):
    """The whole file is refused. Carries the code and its detail; the message says what to do."""

    def __init__(self, problem: TableProblem, detail: str = "") -> None:
        self.problem, self.detail = problem, detail or DETAILS.get(problem, "")
        super().__init__(describe_problem(problem, self.detail))


def describe_problem(problem: str, detail: str) -> str:
    """The message for a problem that was stored by its code."""
    return str(TableProblem(problem).label) % {"detail": detail}


@dataclass(frozen=True)
class TableRow:
    """`number`: the row in the file, of which the first is 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class OpenTable:
    """`digest`: the SHA-256 of the file. `share_read`: how much of the file is read, from 0 to 1."""

    digest: str
    rows: Iterator[TableRow]
    share_read: Callable[[], float]


@dataclass
class _SheetProgress:
    """How many rows of a sheet are read, and how many it has."""

    done: int = 0
    total: int = 0

    def share_read(self) -> float:
        return self.done / max(1, self.total)


@contextmanager
def open_table(source: IO[bytes], *, digest: str = "") -> Iterator[OpenTable]:
    """Yield the table. Raises UnreadableTable, also while the rows are read.

    The rows are read from a copy, so that a change of the file has no effect meanwhile. `digest`: of the expected file.
    """
    with NamedTemporaryFile() as copy:
        found_digest = _copy_file(source, copy)
        if digest and digest != found_digest:
            raise UnreadableTable(TableProblem.CHANGED)
        size, progress = copy.tell(), _SheetProgress()
        copy.seek(0)
        is_workbook = _is_archive(copy)
        rows = _read_xlsx(copy.name, progress) if is_workbook else _read_csv(copy)
        share_read = progress.share_read if is_workbook else lambda: copy.tell() / size
        try:
            yield OpenTable(found_digest, _bounded(rows), share_read)
        finally:
            rows.close()


def _copy_file(source: IO[bytes], copy: IO[bytes]) -> str:
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while chunk := source.read(CHUNK_BYTES):
        size += len(chunk)
        if size > MAX_BYTES:
            raise UnreadableTable(TableProblem.TOO_LARGE)
        digest.update(chunk)
        copy.write(chunk)
    if not size:
        raise UnreadableTable(TableProblem.EMPTY)
    copy.flush()
    return digest.hexdigest()


def _is_archive(file: IO[bytes]) -> bool:
    start = file.read(8)
    file.seek(0)
    if is_old_or_locked_office_file(start):
        raise UnreadableTable(TableProblem.OLD_FORMAT)
    return start.startswith(b"PK")


def _bounded(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    for count, row in enumerate(rows):
        if count > MAX_ROWS:
            raise UnreadableTable(TableProblem.TOO_MANY_ROWS)
        if len(row.cells) > MAX_COLUMNS:
            raise UnreadableTable(TableProblem.TOO_MANY_COLUMNS)
        yield row


def _read_xlsx(path: str, progress: _SheetProgress) -> Generator[TableRow, None, None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "screener.documents.table_reader", path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={"LC_ALL": "C.UTF-8"},
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            number, *cells = _parse_line(line)
            if not cells:  # the first line: how many rows the sheet has
                progress.total = number
                continue
            progress.done += 1
            yield TableRow(number, cells)
        if process.wait() != 0:  # killed by a limit, or crashed in the parser
            raise UnreadableTable(TableProblem.LIMITS)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _parse_line(line: bytes) -> list[Any]:
    if not line.endswith(b"\n"):  # the process died within the line
        raise UnreadableTable(TableProblem.LIMITS)
    parsed = json.loads(line)
    if isinstance(parsed, dict):
        raise UnreadableTable(TableProblem(parsed["problem"]))
    return list(parsed)


def _read_csv(file: IO[bytes]) -> Generator[TableRow, None, None]:
    text = io.TextIOWrapper(file, encoding=_encoding_of(file), newline="")
    delimiter = _delimiter_of(text)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if cells and max(map(len, cells)) > MAX_CELL_CHARACTERS:
                raise UnreadableTable(TableProblem.CELL_TOO_LONG)
            yield TableRow(number, cells)
    except csv.Error as error:
        if "field limit" in str(error):
            raise UnreadableTable(TableProblem.CELL_TOO_LONG) from None
        raise UnreadableTable(TableProblem.BROKEN_LINE, f"{reader.line_num:,}") from None
    finally:
        text.detach()


def _encoding_of(file: IO[bytes]) -> str:
    """The encoding in which the whole file can be decoded. Rewinds the file."""
    start = file.read(CHUNK_BYTES)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(file, "utf-16")
    even, odd = start[::2], start[1::2]
    for encoding, zeros, letters in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros.count(0) > len(zeros) // 2 and not letters.count(0):
            return _checked(file, encoding)
    control_characters = len(start) - len(start.translate(None, _BINARY))
    most = MOST_CONTROL_CHARACTERS + len(start) / LEAST_BYTES_OF_TEXT
    if control_characters > most or start.startswith((b"%PDF-", b"{\\rtf")):
        raise UnreadableTable(TableProblem.WRONG_TYPE)
    return next(name for name in ("utf-8-sig", "cp1252", "latin-1") if _is_decodable(file, name))


def _checked(file: IO[bytes], encoding: str) -> str:
    if not _is_decodable(file, encoding):
        raise UnreadableTable(TableProblem.WRONG_TYPE)
    return encoding


def _is_decodable(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _delimiter_of(text: io.TextIOWrapper) -> str:
    """The delimiter of the first line. Leaves the file behind a line that only names the delimiter."""
    line = text.readline()
    name = line.strip().lower()
    if name.startswith(SEPARATOR_LINE) and len(name) == len(SEPARATOR_LINE) + 1:
        return line.strip()[-1]
    text.seek(0)
    unquoted = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=unquoted.count)
