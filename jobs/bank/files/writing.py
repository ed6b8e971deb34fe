"""Writes the bank to files that can be imported again."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse

from jobs.bank.editing import entry_of
from jobs.bank.entry import EntryText, fields_of
from jobs.bank.files.reading import QUESTION_COLUMNS, TEXT_COLUMNS
from jobs.models import BankQuestion, BankText
from screener.exports.files import RESPONSES
from screener.exports.table import Table, rows_in_order

FILE_NAME = "question-bank"
EMPTY = EntryText("", "")


def bank_response(questions: "QuerySet[BankQuestion]", extension: str) -> HttpResponseBase:
    """Send these questions as `csv` or `json`, in chunks."""
    rows = questions.prefetch_related("texts")
    if extension == "json":
        response = StreamingHttpResponse(_json_chunks(rows), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}.json"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "no-store"
        return response
    languages = sorted(set(BankText.objects.order_by().values_list("language", flat=True).distinct()))
    heads = ["id", "status", *QUESTION_COLUMNS, *(f"{name}_{tag}" for tag in languages for name in TEXT_COLUMNS)]
    cells = (_row_of(question, languages) for chunk in rows_in_order(rows) for question in chunk)
    return RESPONSES[extension](Table(FILE_NAME, heads, cells))


def _row_of(question: BankQuestion, languages: list[str]) -> list[Any]:
    entry = entry_of(question)
    texts = (entry.texts.get(language, EMPTY) for language in languages)
    cells = ((text.competency, text.text, text.good_answer, ", ".join(text.keywords)) for text in texts)
    return [
        entry.key,
        question.status,
        str(entry.family),
        str(entry.kind),
        entry.difficulty,
        ", ".join(entry.tags),
        *(cell for group in cells for cell in group),
    ]


def _json_chunks(rows: "QuerySet[BankQuestion]") -> Iterator[str]:
    yield '{"questions": ['
    separator = "\n"
    for chunk in rows_in_order(rows):
        for question in chunk:
            fields = {"id": str(question.pk), "status": question.status} | fields_of(entry_of(question))
            yield separator + json.dumps(fields, ensure_ascii=False)
            separator = ",\n"
    yield "\n]}\n"
