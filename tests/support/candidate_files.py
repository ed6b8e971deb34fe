"""Files of candidates to import, in every form in which people have them."""

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from candidates.importing.creation import start_import, upload_import
from candidates.models import Import
from tests.support.factories import run_tasks

HEADS = ["Name", "Phone", "E-Mail", "Id", "Source"]
ADA = ["Ada Lovelace", "+1 415 555 0100", "ada@example.com", "ats-1", "LinkedIn"]
GRACE = ["Grace Hopper", "+14155550101", "", "", ""]
WRONG = ["", "12", "no address", "", ""]


def csv_text(rows: Sequence[Sequence[str]], *, delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def xlsx_bytes(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook. Texts that begin with = become formulas, with a stored value of zero."""
    file = io.BytesIO()
    with Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def with_part(workbook: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one more part, or another content of a part."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return file.getvalue()


def zip_of(files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def upload(content: str | bytes, name: str = "list.csv", **options: Any) -> Import:
    data = content.encode() if isinstance(content, str) else content
    return upload_import(SimpleUploadedFile(name, data), author="hr", is_from_api=True, **options)


def import_rows(*rows: Sequence[str], heads: Sequence[str] = HEADS, **settings: Any) -> Import:
    """Import these rows as a worker does, and return the import as it has ended."""
    imported = upload(csv_text([heads, *rows]))
    start_import(imported, imported.fields, **settings)
    run_tasks()
    imported.refresh_from_db()
    return imported
