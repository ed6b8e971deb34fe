"""The questions on the page on which they are edited: they travel with the form, and only saving stores them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext

from jobs import field_limits
from jobs.models import JobDescription, QuestionSet, link_to_bank
from jobs.unlawful_questions import question_warnings
from screener.admin.record_form import form_of
from screener.models import InvalidTransition
from screener.records import QuestionContent, attribute_of

QuestionForm = form_of(QuestionContent)
FIELDS = tuple(QuestionContent.model_fields)
DEFAULTS = {name: attribute_of(field).default for name, field in QuestionContent.model_fields.items()}
ROW = "question-{}"
_ROW_KEY = re.compile(r"question-(\d{1,4})-[a-z_]+")
MOST_ROWS_READ = 2 * field_limits.MAX_QUESTIONS

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ShownRow:
    form: forms.Form
    number: int
    is_of_bank: bool
    warning: str

    @property
    def controls(self) -> dict[str, str]:
        """The ids of its buttons, by what they do."""
        return {name: f"{name}-{self.number - 1}" for name in ("up", "down", "another", "rewrite", "remove")}


@dataclass
class QuestionSheet:
    """Rows as they were typed, valid or not."""

    job: JobDescription
    rows: list[Row]
    is_checked: bool = False
    focused_text: int | None = None

    @classmethod
    def of_version(cls, job: JobDescription, question_set: QuestionSet | None) -> Self:
        questions = question_set.questions if question_set else []
        return cls(job, [question.model_dump(include=set(FIELDS)) for question in questions])

    @classmethod
    def sent(cls, job: JobDescription, form_data: QueryDict) -> Self:
        """Read the rows in the order of their numbers."""
        numbers = sorted({int(match[1]) for key in form_data if (match := _ROW_KEY.fullmatch(key))})
        rows: list[Row] = [
            {name: form_data.get(f"{ROW.format(number)}-{name}", "") for name in FIELDS}
            for number in numbers[:MOST_ROWS_READ]
        ]
        return cls(job, rows)

    @property
    def texts(self) -> list[str]:
        return [" ".join(str(row["text"]).split()) for row in self.rows]

    def add(self, row: Row) -> int:
        """Add the row at the end and return its place. Raises InvalidTransition."""
        if len(self.rows) >= field_limits.MAX_QUESTIONS:
            raise InvalidTransition(gettext("Ask at most %(limit)s.") % {"limit": field_limits.MAX_QUESTIONS})
        text = " ".join(str(row["text"]).split())
        if text and text.lower() in map(str.lower, self.texts):
            raise InvalidTransition(gettext("This question is asked already."))
        self.rows.append(dict(DEFAULTS) | dict(row))
        return len(self.rows) - 1

    def move(self, place: int, to: int) -> int:
        """Move the row, and return its new place. A place outside the sheet moves no row."""
        if not (0 <= place < len(self.rows) and 0 <= to < len(self.rows)):
            return place
        self.rows.insert(to, self.rows.pop(place))
        return to

    def remove(self, place: int) -> None:
        if 0 <= place < len(self.rows):
            del self.rows[place]

    def content(self, place: int) -> QuestionContent:
        """Return the question in this place as far as it is valid."""
        row = self.rows[place]
        return QuestionContent.from_json({"text": str(row["text"]), "competency": str(row["competency"])})

    def check(self) -> list[QuestionContent]:
        """Return the questions. Raises InvalidTransition if some are invalid: then `shown` has the errors."""
        self.is_checked = True
        bound = self._forms()
        if not all(form.is_valid() for form in bound):
            raise InvalidTransition(gettext("Correct the questions that are marked below."))
        if not bound:
            raise InvalidTransition(gettext("Ask at least one question."))
        if len(bound) > field_limits.MAX_QUESTIONS:
            raise InvalidTransition(gettext("Ask at most %(limit)s.") % {"limit": field_limits.MAX_QUESTIONS})
        return [QuestionContent.from_json(form.cleaned_data) for form in bound]

    def shown(self) -> list[ShownRow]:
        contents = [self.content(place) for place in range(len(self.rows))]
        links = link_to_bank(contents, self.job.language)
        good_answers = [str(row["good_answer"]) for row in self.rows]
        found_warnings = question_warnings(self.texts, self.job.language, good_answers=good_answers)
        warnings = {warning.position: str(warning) for warning in found_warnings}
        bound = self._forms()
        if self.focused_text is not None:
            bound[self.focused_text].fields["text"].widget.attrs["data-focus"] = True
        return [
            ShownRow(form, place + 1, links[place].bank_question is not None, warnings.get(place, ""))
            for place, form in enumerate(bound)
        ]

    def _forms(self) -> list[forms.Form]:
        prefixed = enumerate(self.rows)
        if not self.is_checked:
            return [QuestionForm(initial=dict(row), prefix=ROW.format(place)) for place, row in prefixed]
        return [
            QuestionForm({f"{ROW.format(place)}-{name}": row[name] for name in FIELDS}, prefix=ROW.format(place))
            for place, row in prefixed
        ]
