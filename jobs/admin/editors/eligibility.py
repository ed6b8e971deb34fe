"""The page on which the eligibility questions of a job are edited, and saved as the next version of its questions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.forms import Media
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from jobs.admin.editors.eligibility_form import EligibilityForm, row_of, shown_field
from jobs.admin.editors.next_version import NextVersionEditor, pk_of, show_page
from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.eligibility.question import (
    MAX_ELIGIBILITY_QUESTIONS,
    EligibilityKind,
    EligibilityQuestion,
    InvalidEligibility,
    check_eligibility,
)
from jobs.models import JobDescription, QuestionSet
from jobs.question_sets import current_question_set
from jobs.unlawful_questions import question_warnings
from screener.models import InvalidTransition, parse_id

ROW = "requirement-{}"
ROW_KEY = re.compile(r"requirement-(\d{1,3})-kind")
QUESTIONS_FIRST = gettext_noop("This job has no questions yet. Write them first: both are approved together.")
FIELDS = tuple(EligibilityForm.base_fields)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class ShownRow:
    form: EligibilityForm
    number: int
    warning: str


@dataclass(kw_only=True)
class EligibilityEditor(NextVersionEditor):
    title = _("Edit eligibility questions")
    template = "admin/jobs/eligibility_editor.html"

    rows: list[Row]
    forms: list[EligibilityForm] = field(default_factory=list)

    @classmethod
    def open(cls, job: JobDescription) -> "EligibilityEditor":
        current = current_question_set(job)
        rows = [row_of(question) for question in current.eligibility] if current else []
        return cls(job=job, rows=rows, based_on=pk_of(current))

    @classmethod
    def sent(cls, job: JobDescription, form_data: QueryDict) -> "EligibilityEditor":
        numbers = sorted(int(match[1]) for key in form_data if (match := ROW_KEY.fullmatch(key)))
        rows: list[Row] = [
            {name: form_data.get(f"{ROW.format(number)}-{name}", "") for name in FIELDS}
            for number in numbers[: 2 * MAX_ELIGIBILITY_QUESTIONS]
        ]
        return cls(job=job, rows=rows, based_on=parse_id(form_data.get("based_on", "")))

    @property
    def media(self) -> Media:
        return EligibilityForm().media

    def press(self, button: str) -> None:
        action, _separator, subject = button.partition(":")
        if action == "example" and subject in EligibilityExample.values:
            self._add(example_question(EligibilityExample(subject), self.job.language))
        elif action == "write" and subject in EligibilityKind.values:
            self._add(EligibilityQuestion.from_json({"text": "", "kind": subject}))
        elif action == "remove" and subject.isascii() and subject.isdigit() and int(subject) < len(self.rows):
            del self.rows[int(subject)]
            self.done = gettext("Question %(number)s was removed.") % {"number": int(subject) + 1}

    def _add(self, question: EligibilityQuestion) -> None:
        if len(self.rows) >= MAX_ELIGIBILITY_QUESTIONS:
            raise InvalidTransition(gettext("Ask at most %(limit)s.") % {"limit": MAX_ELIGIBILITY_QUESTIONS})
        self.rows.append(row_of(question))
        self.done = gettext("Added as question %(number)s.") % {"number": len(self.rows)}

    def save(self, *, by: str) -> QuestionSet:
        """Save the next version, with the other questions as they are. Raises InvalidTransition."""
        current = current_question_set(self.job)
        if current is None:
            raise InvalidTransition(gettext(QUESTIONS_FIRST))
        return self.save_version(current.questions, by=by, eligibility=self._check())

    def _check(self) -> list[EligibilityQuestion]:
        """Return the questions. If some are invalid, sets the errors of the forms and raises InvalidTransition."""
        if len(self.rows) > MAX_ELIGIBILITY_QUESTIONS:
            raise InvalidTransition(gettext("Ask at most %(limit)s.") % {"limit": MAX_ELIGIBILITY_QUESTIONS})
        self.forms = [
            EligibilityForm({f"{ROW.format(place)}-{name}": row[name] for name in FIELDS}, prefix=ROW.format(place))
            for place, row in enumerate(self.rows)
        ]
        invalid = InvalidTransition(gettext("Correct the questions that are marked below."))
        if any(form.errors for form in self.forms):
            raise invalid
        try:
            return check_eligibility([form.to_question() for form in self.forms])
        except InvalidEligibility as error:
            for place, problems in error.problems.items():
                self._mark(place, problems)
            raise invalid from None

    def _mark(self, place: int, problems: Mapping[str, str]) -> None:
        for name, message in problems.items():
            self.forms[place].add_error(shown_field(name, self.rows[place]["kind"]), message)

    def shown(self) -> list[ShownRow]:
        forms = self.forms or [
            EligibilityForm(initial=dict(row), prefix=ROW.format(place)) for place, row in enumerate(self.rows)
        ]
        texts = [str(row["text"]) for row in self.rows]
        warnings = {warning.position: str(warning) for warning in question_warnings(texts, self.job.language)}
        return [ShownRow(form, place + 1, warnings.get(place, "")) for place, form in enumerate(forms)]

    @property
    def kinds(self) -> list[tuple[str, Any]]:
        return list(EligibilityKind.choices)

    @property
    def examples(self) -> list[tuple[str, Any]]:
        return list(EligibilityExample.choices)


def show_eligibility_editor(model_admin: Any, request: HttpRequest, job: JobDescription) -> HttpResponse:
    is_sent = request.method == "POST"
    return show_page(
        model_admin, request, EligibilityEditor.sent(job, request.POST) if is_sent else EligibilityEditor.open(job)
    )
