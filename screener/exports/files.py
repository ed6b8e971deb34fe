"""Tables as CSV and as XLSX."""

import csv
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from xlsxwriter import Workbook

from screener.exports.table import Cell, Row, Table, csv_text, writable_text, yes_or_no

BYTE_ORDER_MARK = "\ufeff"
"""Excel reads UTF-8 only where a file begins with it."""
CHARACTERS_PER_CHUNK = 64 * 1024
MOST_XLSX_ROWS = 20_000
"""The rows of an XLSX file are written before the first byte is sent. CSV files have no limit."""
MOST_XLSX_CHARACTERS = 32_767
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TooManyRows(Exception):
    """An XLSX file would take too long to make."""


def csv_response(table: Table) -> HttpResponseBase:
    """Stream the table as UTF-8. Cells that begin like a formula begin with an apostrophe."""
    response = StreamingHttpResponse(_in_context(_csv_chunks(table)), content_type="text/csv; charset=utf-8")
    return _as_download(response, table, "csv")


def xlsx_response(table: Table) -> HttpResponseBase:
    """Send the table as a workbook, in which a text that begins like a formula stays a text. Raises TooManyRows."""
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        _write_workbook(file, table)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _as_download(FileResponse(file, content_type=XLSX_TYPE), table, "xlsx")


RESPONSES: dict[str, Callable[[Table], HttpResponseBase]] = {"csv": csv_response, "xlsx": xlsx_response}
"""By the ending of the file."""


def _as_download(response: HttpResponseBase, table: Table, extension: str) -> HttpResponseBase:
    name = f"{slugify(table.name)[:60] or 'list'}-{timezone.now():%Y-%m-%d}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _csv_chunks(table: Table) -> Iterator[bytes]:
    buffer = StringIO()
    writer = csv.writer(buffer)
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow(map(csv_text, table.heads))
    for row in table.rows:
        writer.writerow(map(csv_text, row))
        if buffer.tell() > CHARACTERS_PER_CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _in_context(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Make each chunk as the view would: in its language, and as its reader may see it.

    A response is streamed after the middleware that sets these is done, so the context is copied now and not with the
    first chunk.
    """
    context = copy_context()
    return iter(lambda: context.run(next, chunks, None), None)


def _write_workbook(file: IO[bytes], table: Table) -> None:
    with Workbook(file, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        time_format = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        date_format = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(_with_heads(table)):
            if number > MOST_XLSX_ROWS:
                raise TooManyRows
            for column, cell in enumerate(row):
                _write_cell(sheet, number, column, cell, time_format, date_format)


def _with_heads(table: Table) -> Iterable[Row]:
    yield table.heads
    yield from table.rows


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, time_format: Any, date_format: Any) -> None:
    match cell:
        case None:
            pass
        case bool():
            sheet.write_string(row, column, yes_or_no(cell))
        case datetime():
            sheet.write_datetime(row, column, cell.astimezone(UTC).replace(tzinfo=None), time_format)
        case date():
            sheet.write_datetime(row, column, cell, date_format)
        case int() | float() | Decimal():
            sheet.write_number(row, column, cell)
        case _:
            sheet.write_string(row, column, writable_text(cell)[:MOST_XLSX_CHARACTERS])
