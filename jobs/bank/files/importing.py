"""Imports questions into the bank. Each question is imported whole or not at all; the report lists the refused rows."""

from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext
from rest_framework.serializers import BaseSerializer

from jobs.bank.editing import add_question, change_question
from jobs.bank.entry import entry_from
from jobs.bank.files.reading import FileRow, read_file
from jobs.models import BankQuestion
from screener.api.problem_details import WHOLE_REQUEST, errors_by_field
from screener.models import InvalidTransition, parse_id


@dataclass(frozen=True)
class RowError:
    row: int
    message: str


@dataclass
class BankImportReport:
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RowError] = field(default_factory=list)


def import_questions(file: "File[Any]", check: type[BaseSerializer[Any]], *, by: str) -> BankImportReport:
    """Add the questions of the file as drafts, and change those whose id the bank knows.

    `check` validates the fields of a row. Raises InvalidTableFile before any change if the file is unusable.
    """
    report = BankImportReport()
    for row in read_file(file):
        try:
            _import_row(row, check, by, report)
        except InvalidTransition as error:
            report.refused.append(RowError(row.number, str(error)))
    return report


def _import_row(row: FileRow, check: type[BaseSerializer[Any]], by: str, report: BankImportReport) -> None:
    if row.extra_cells:
        raise InvalidTransition(gettext("The row has more cells than there are columns. Put texts in quotes."))
    serializer = check(data=row.fields)
    if not serializer.is_valid():
        raise InvalidTransition(_first_problem(serializer.errors))
    entry, question = entry_from(serializer.validated_data), _known_question(row)
    if question is None:
        add_question(entry, by=by, pk=parse_id(row.id))
        report.added += 1
    elif change_question(question, entry, by=by):
        report.changed += 1
    else:
        report.unchanged += 1


def _known_question(row: FileRow) -> BankQuestion | None:
    pk = parse_id(row.id)
    if row.id and pk is None:
        raise InvalidTransition(gettext("The id is none of this bank. Leave it out to add the question."))
    return BankQuestion.objects.filter(pk=pk).first() if pk else None


def _first_problem(errors: Any) -> str:
    """Return the first message of nested errors, after the name of its field."""
    field_name, messages = next(iter(errors_by_field(errors).items()))
    return messages[0] if field_name == WHOLE_REQUEST else f"{field_name}: {messages[0]}"
