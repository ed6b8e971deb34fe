"""Files with questions: an export can be imported again, and a broken file is refused with a reason."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jobs.api.bank import BankQuestionSerializer
from jobs.bank.editing import add_question, entry_of
from jobs.bank.files import reading
from jobs.bank.files.importing import BankImportReport, import_questions
from jobs.bank.files.writing import bank_response
from jobs.bank.starter_bank import FOLDER
from jobs.models import BankQuestion
from jobs.tests.bank.test_editing import ENTRY
from screener.documents.table_file import MAX_BYTES, InvalidTableFile

HEADER = "family,kind,difficulty,tags,text_en,competency_en,keywords_en"
ROW = 'trades,technical,3,"crane, signals",Which signals does a crane operator need?,Crane signals,crane'


def load(content: str | bytes) -> BankImportReport:
    content = content.encode() if isinstance(content, str) else content
    return import_questions(SimpleUploadedFile("bank", content), BankQuestionSerializer, by="ann")


def export(extension: str) -> bytes:
    response: Any = bank_response(BankQuestion.objects.order_by("created_at", "pk"), extension)
    return b"".join(part if isinstance(part, bytes) else part.encode() for part in response.streaming_content)


@pytest.fixture
def small_bank(db: None) -> None:
    """The first ten questions of the product."""
    first = BankQuestion.objects.order_by("created_at", "pk").values_list("pk", flat=True)[:10]
    BankQuestion.objects.exclude(pk__in=[*first]).delete()


@pytest.mark.usefixtures("small_bank")
@pytest.mark.parametrize("extension", ["csv", "json"])
def test_export_can_be_imported(extension: str) -> None:
    content = export(extension)
    count = BankQuestion.objects.count()
    report = load(content)
    assert (report.added, report.changed, report.unchanged, report.refused) == (0, 0, count, [])
    before = {str(question.pk): entry_of(question) for question in BankQuestion.objects.with_texts()}
    BankQuestion.objects.all().delete()
    assert load(content).added == count
    after = {str(question.pk): entry_of(question) for question in BankQuestion.objects.with_texts()}
    assert after == before


@pytest.mark.django_db
def test_starter_file_can_be_imported() -> None:
    BankQuestion.objects.all().delete()
    report = load((FOLDER / "care.csv").read_bytes())
    assert (report.added, report.refused) == (25, [])
    assert set(BankQuestion.objects.values_list("status", flat=True)) == {BankQuestion.Status.DRAFT}


@pytest.mark.django_db
def test_refused_rows_leave_others() -> None:
    rows = [ROW, ROW, ROW.replace("trades", "magic"), f"{ROW},surplus", ROW.replace("3", "9"), "trades,technical,1,,,,"]
    report = load("\n".join([HEADER, *rows]))
    assert report.added == 1
    assert [error.row for error in report.refused] == [3, 4, 5, 6, 7]


@pytest.mark.usefixtures("small_bank")
def test_formulas_are_harmless_and_return() -> None:
    fields = {"family": "trades", "kind": "technical", "texts": [{"language": "en"}]}
    fields["texts"] = [{"language": "en", "text": "=SUM(1)+1 crane signals?", "competency": "@cmd"}]
    assert load(json.dumps([fields])).added == 1
    question = BankQuestion.objects.get(source="ann")
    content = export("csv")
    assert b",=SUM" not in content
    question.delete()
    load(content)
    assert entry_of(BankQuestion.objects.get(source="ann")).texts["en"].text == "=SUM(1)+1 crane signals?"


BROKEN_FILES = {
    "empty": b"",
    "binary": b"PK\x03\x04\x00\x00",
    "latin-1": "family,kind,text_de\ntrades,technical,Wörter".encode("latin-1"),
    "no columns": b"hello\nworld",
    "unknown column": b"family,kind,text_en,salary\n",
    "column twice": b"family,kind,text_en,text_en\n",
    "header only": HEADER.encode(),
    "open quote": f'{HEADER}\ntrades,"technical'.encode(),
    "huge cell": f"{HEADER}\ntrades,technical,1,,{'x' * 200_000}".encode(),
    "broken json": b'{"questions": [',
    "json of another kind": b'{"answers": []}',
    "deep json": b"[" * 100_000,
    "too many rows": "\n".join([HEADER, *[ROW] * (reading.MAX_ROWS + 1)]).encode(),
    "too large": b"x" * (MAX_BYTES + 1),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN_FILES)
def test_broken_file_changes_nothing(name: str) -> None:
    count = BankQuestion.objects.count()
    with pytest.raises(InvalidTableFile):
        load(BROKEN_FILES[name])
    assert BankQuestion.objects.count() == count


@pytest.mark.django_db
def test_strange_json_rows_are_refused() -> None:
    rows: list[Any] = [
        1,
        None,
        [],
        {"id": "x"},
        {"family": {}},
        {"family": "\ud800"},
        {"texts": [{"language": []}]},
        {"id": 5, "tags": "a" * 10_000},
    ]
    report = load(json.dumps({"questions": rows}))
    assert (report.added, len(report.refused)) == (0, len(rows))
    for error in report.refused:
        error.message.encode()  # a message with half of a surrogate pair can't be sent


@pytest.mark.django_db
def test_known_id_changes_question() -> None:
    question = add_question(ENTRY, by="ann")
    question.approve(by="ann")
    report = load(f"id,{HEADER}\n{question.pk},{ROW}")
    question.refresh_from_db()
    assert (report.changed, question.difficulty, question.status) == (1, 3, BankQuestion.Status.DRAFT)
