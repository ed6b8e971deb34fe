"""Imports in the background: files in all their forms, hostile ones, crashes, and rows that are known."""

from collections import Counter
from typing import Any

import pytest
from django.core.files.base import ContentFile

from candidates.api.serializers import PersonSerializer
from candidates.data_rights.import_rows import blank_old_refused_rows, erase_import_rows, import_records
from candidates.importing import step
from candidates.importing.columns import InvalidMapping, check_fields, guess_fields
from candidates.importing.creation import Preview, preview_import, read_first_rows, start_import
from candidates.importing.presentation import refused_table
from candidates.importing.row_check import RowRules, check_row
from candidates.importing.step import READ_STEP, discard_old_uploads
from candidates.models import Candidate, Consent, Import, ImportRow, MergedRecord
from candidates.models.imports import REFUSED_ROWS_KEPT, UPLOADS_KEPT
from screener.background.steps import run_step
from screener.documents.table_reader import MEMORY_BYTES
from screener.documents.table_rows import UnreadableTable
from screener.exports.table import csv_text as csv_cell
from tests.support.candidate_files import (
    ADA,
    GRACE,
    HEADS,
    WRONG,
    csv_text,
    import_rows,
    upload,
    with_part,
    xlsx_bytes,
)
from tests.support.factories import make_candidate

pytestmark = pytest.mark.django_db
TABLE = csv_text([HEADS, ADA, GRACE])
UMLAUT = TABLE.replace("Ada", "Äda")
GUESSED = ["full_name", "phone", "email", "external_id", "extra"]


def preview(imported: Import) -> Preview:
    return preview_import(imported, imported.fields, read_first_rows(imported))


@pytest.mark.parametrize(
    "content",
    [
        UMLAUT,
        UMLAUT.encode("utf-8-sig"),
        UMLAUT.encode("latin-1"),
        UMLAUT.encode("utf-16"),
        UMLAUT.encode("utf-16-le"),
        "sep=;\n" + csv_text([HEADS, ["Äda Lovelace", *ADA[1:]], GRACE], delimiter=";"),
        csv_text([HEADS, ["Äda Lovelace", *ADA[1:]], GRACE], delimiter="\t"),
        xlsx_bytes([HEADS, ["Äda Lovelace", *ADA[1:]], ["Grace Hopper", 14155550101.0]]),
    ],
    ids=["UTF-8", "BOM", "Latin-1", "UTF-16", "UTF-16 without BOM", "semicolons", "tabs", "XLSX"],
)
def test_file_is_read_in_every_form(content: str | bytes) -> None:
    imported = upload(content, "anything.bin")
    assert imported.fields == GUESSED
    rows = preview(imported).rows
    assert [row.row.cells[0] for row in rows] == ["Äda Lovelace", "Grace Hopper"]
    assert rows[0].valid
    assert rows[0].valid.values["phone"] == "+14155550100"


MILLION_COLUMNS = ",".join(["x"] * 1_000_000)
SHEET = "xl/worksheets/sheet1.xml"
CORNERS = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    "</sheetData></worksheet>"
)


def huge_cell() -> bytes:
    return CORNERS.replace('<c r="A1"><v>1</v>', f'<c r="A1" t="str"><v>{"x" * 100_000_000}</v>').encode()


@pytest.mark.parametrize(
    ("make_content", "problems"),
    [
        (lambda: b"", {"empty"}),
        (lambda: b"\n , \n", {"empty"}),
        (lambda: b"\x89PNG\r\n\x1a\n" + bytes(64), {"wrong_type"}),
        (lambda: b"%PDF-1.7 text", {"wrong_type"}),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), {"old_format"}),
        (lambda: bytes(21 * 1024 * 1024), {"too_large"}),
        (lambda: f"{MILLION_COLUMNS}\n{MILLION_COLUMNS}".encode(), {"too_many_columns"}),
        (lambda: b"Name,Phone\n" + b"x" * 200_000, {"cell_too_long"}),
        (lambda: b'Name,Phone\n"Ada,1\n', {"broken_line"}),
        (lambda: xlsx_bytes([HEADS, ADA])[:-200], {"broken"}),
        (lambda: with_part(xlsx_bytes([HEADS, ADA]), "xl/vbaProject.bin", b"Sub"), {"macros"}),
        (lambda: with_part(xlsx_bytes([HEADS, ADA]), "xl/macrosheets/sheet1.xml", b"<x/>"), {"macros"}),
        (lambda: with_part(xlsx_bytes([HEADS, ADA]), "xl/media/bomb", bytes(201 * 1024 * 1024)), {"limits"}),
        (lambda: with_part(xlsx_bytes([HEADS, ADA]), SHEET, CORNERS.encode()), {"limits", "too_many_columns"}),
        (lambda: with_part(xlsx_bytes([HEADS, ADA]), SHEET, huge_cell()), {"limits", "cell_too_long"}),
    ],
    ids=[
        *("empty", "blank rows", "picture", "PDF", "old Excel", "too large", "a million columns", "long cell"),
        *("cut off in quotes", "XLSX cut off", "macros", "macro sheet", "bomb", "17 billion cells", "100 MB cell"),
    ],
)
def test_hostile_file_is_refused_whole(make_content: Any, problems: set[str]) -> None:
    with pytest.raises(UnreadableTable) as refusal:
        read_first_rows(upload(make_content()))
    assert refusal.value.problem.value in problems
    assert not Candidate.objects.exists()


def test_archive_that_lies_about_its_size_is_refused() -> None:
    """The directory says that a part is small. The unpacked size is bounded all the same."""
    bomb = bytearray(with_part(xlsx_bytes([HEADS, ADA]), SHEET, CORNERS.encode() + b" " * MEMORY_BYTES))
    true_size, said_size = (len(CORNERS) + MEMORY_BYTES).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert bomb.count(true_size) == 2
    with pytest.raises(UnreadableTable):
        upload(bytes(bomb.replace(true_size, said_size)))


def test_head_is_stored_without_characters_that_database_refuses() -> None:
    imported = upload("Na\0me,Phone\nAda,+14155550100\n")
    imported.refresh_from_db()
    assert imported.columns == ["Name", "Phone"]


def test_formulas_are_never_evaluated() -> None:
    rows = [HEADS, ['=HYPERLINK("http://x.example","y")', *ADA[1:]], ["=cmd|' /C calc'!A0", *GRACE[1:]]]
    imported = upload(csv_text(rows))
    assert preview(imported).good_count == 2
    book = upload(xlsx_bytes([HEADS, ["=1+1", *ADA[1:]]]))
    (row,) = preview(book).rows
    assert row.row.cells[0] == "0"  # the value that the file stores


@pytest.mark.parametrize(
    ("heads", "fields"),
    [
        (["Name", "Phone", "E-Mail"], ["full_name", "phone", "email"]),
        (["Vorname", "Nachname", "Handynummer", "Straße"], ["first_name", "last_name", "phone", "extra"]),
        (["Name", "Vorname", "Telefon"], ["last_name", "first_name", "phone"]),
        (["full_name", "phone", "Mobile", ""], ["full_name", "phone", "extra", "ignored"]),
    ],
)
def test_columns_are_guessed(heads: list[str], fields: list[str]) -> None:
    assert guess_fields(heads) == fields
    check_fields(fields)


@pytest.mark.parametrize(
    ("fields", "code"),
    [(["phone"], "no_name"), (["full_name", "email"], "no_phone"), (["full_name", "phone", "phone"], "twice")],
)
def test_unusable_mapping_is_refused(fields: list[str], code: str) -> None:
    with pytest.raises(InvalidMapping) as refusal:
        check_fields(fields)
    assert refusal.value.code == code


CELLS: list[dict[str, str]] = [
    {"full_name": "Ada", "phone": "+1 (415) 555-0100"},
    {"full_name": "A" * 201, "phone": "12"},
    {"full_name": "Ada", "phone": "0041 44 668 18 00", "email": "ada@", "external_id": "x" * 101},
    {"full_name": "A\x00da", "phone": "tel:+14155550100", "email": "ada@example.com", "locale": "english"},
    {"full_name": "Ada", "phone": "+4915123456789 ext 5", "locale": "pt-BR", "timezone": "Mars/Base"},
    {"full_name": "Ada", "phone": "+14155550100", "consent_to_call": "maybe", "consent_source": "form"},
    {"full_name": "Ada", "phone": "+14155550100", "consent_to_call": "yes"},
    {"full_name": "Ada", "phone": "+14155550100", "consent_source": "form"},
    {"full_name": "Ada", "phone": "1" * 101, "email": "ü@exämple.com"},
    {"phone": "+14155550100"},
]


def test_row_check_agrees_with_serializer() -> None:
    for cells in CELLS:
        serializer: Any = PersonSerializer(data=cells)
        is_valid = serializer.is_valid()
        valid, errors = check_row(2, cells, {}, RowRules())
        assert {error.field for error in errors} == set(serializer.errors), cells
        if is_valid:
            values = {name: serializer.validated_data[name] for name in valid.values}
            assert valid.values == values


def test_import_saves_good_rows_and_keeps_bad_ones() -> None:
    imported = import_rows(ADA, WRONG, GRACE, consent_source="application form")
    assert imported.status == Import.Status.DONE
    assert (imported.counts["created"], imported.counts["refused"]) == (2, 1)
    assert not imported.file
    ada = Candidate.objects.get(external_id="ats-1")
    assert ada.consents.get().given_by == Consent.GivenBy.IMPORT
    assert ada.import_rows.get().extra == {"Source": "LinkedIn"}
    (refused,) = refused_table(imported).rows
    assert list(refused[:3]) == WRONG[:3]
    assert {error["field"] for error in imported.rows.refused().get().errors} == {"full_name", "phone", "email"}


def test_refused_rows_are_no_formulas() -> None:
    imported = import_rows(["=1+1", "12", "", "", ""])
    assert next(csv_cell(cell) for row in refused_table(imported).rows for cell in row) == "'=1+1"


def test_half_of_rows_wrong_leaves_other_half() -> None:
    rows = [[f"Person {n}", f"+1415555{n:04}" if n % 2 else "?", "", "", ""] for n in range(40)]
    assert import_rows(*rows).counts == {"created": 20, "refused": 20}


@pytest.mark.parametrize(
    "again",
    [
        ADA,
        ["Ada King", "+1 415 555 0999", "", "ats-1", ""],
        ["lovelace, ada", "+1 415 555 0999", "ADA@example.com", "", ""],
        ["Ada King", "+14155550100", "ada@example.com", "", ""],
        ["Ada Lovelace", "+14155550100", "new@example.com", "", ""],
    ],
    ids=["the same", "external id", "address and name", "number and address", "number and name"],
)
def test_known_person_is_updated(again: list[str]) -> None:
    import_rows(ADA)
    import_rows(again)
    assert Candidate.objects.count() == 1


def test_merged_person_is_known_by_both_records() -> None:
    ada = make_candidate(full_name="Ada Lovelace", phone="+14155550100")
    MergedRecord.objects.create(
        candidate=ada, merged_id=ada.pk, phone="+14155550999", email="old@example.com", actor="hr"
    )
    imported = import_rows(["Ada Lovelace", "+14155550999", "old@example.com", "", ""])
    assert (Candidate.objects.count(), imported.counts["unchanged"]) == (1, 1)


def test_other_person_with_number_is_probable_duplicate() -> None:
    import_rows(ADA)
    imported = import_rows(["William King", "+14155550100", "", "", ""])
    assert (imported.counts["created"], imported.counts["probable_duplicates"]) == (1, 1)


def test_killed_worker_continues_behind_last_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "BATCH_ROWS", 2)
    imported = upload(csv_text([HEADS, *([f"Person {n}", f"+1415555{n:04}", "", "", ""] for n in range(5))]))
    start_import(imported, imported.fields)
    save, batches = step.save_batch, []

    def die_in_second_batch(*arguments: Any) -> Counter[str]:
        batches.append(arguments)
        rows = save(*arguments)
        if len(batches) == 2:
            raise SystemExit
        return rows

    monkeypatch.setattr(step, "save_batch", die_in_second_batch)
    with pytest.raises(SystemExit):
        run_step(READ_STEP, imported.pk)
    assert Candidate.objects.count() == 2
    Import.objects.update(lease=None, lease_until=None)  # as after 25 seconds
    run_step(READ_STEP, imported.pk)
    imported.refresh_from_db()
    assert (imported.status, imported.counts["created"], Candidate.objects.count()) == ("done", 5, 5)


def test_slow_import_goes_on_in_another_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "BATCH_ROWS", 1)
    monkeypatch.setattr(step, "SLICE_SECONDS", 0)
    assert import_rows(ADA, GRACE).counts["created"] == 2


def test_changed_file_is_not_imported() -> None:
    imported = upload(TABLE)
    name = str(imported.file.name)
    imported.file.storage.delete(name)
    imported.file.storage.save(name, ContentFile(csv_text([HEADS, ["Eve", *ADA[1:]]]).encode()))
    start_import(imported, imported.fields)
    run_step(READ_STEP, imported.pk)
    imported.refresh_from_db()
    assert (imported.status, imported.problem, Candidate.objects.count()) == ("failed", "changed", 0)


def test_upload_that_is_not_started_expires() -> None:
    imported = upload(TABLE)
    discard_old_uploads()
    Import.objects.update(created_at=imported.created_at - UPLOADS_KEPT)
    discard_old_uploads()
    assert not Import.objects.exists()


def test_rows_are_in_rights_of_person() -> None:
    imported = import_rows(ADA, ["", "415-555-0100", "", "", "about Ada"], WRONG)
    ada = Candidate.objects.get()
    assert [record["number"] for record in import_records(ada)] == [2, 3]
    erase_import_rows(ada)
    assert [row.number for row in imported.rows.exclude(cells=[])] == [4]
    ImportRow.objects.update(created_at=imported.created_at - REFUSED_ROWS_KEPT)
    blank_old_refused_rows()
    assert not imported.rows.exclude(cells=[], extra={}).exists()
