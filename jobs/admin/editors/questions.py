"""The page on which a job's questions are edited: picked from the bank, replaced, moved, and saved as a version."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from jobs.admin.editors.next_version import NextVersionEditor, pk_of, show_page
from jobs.admin.editors.question_sheet import QuestionSheet, Row
from jobs.bank.families import Family, QuestionKind
from jobs.bank.finding.alternatives import find_alternative
from jobs.bank.finding.browsing import MOST_SHOWN, BankSearch, FoundQuestion, find_in_language
from jobs.bank.picking import MAX_SECONDS, usual_weight
from jobs.models import BankQuestion, BankText, JobDescription, QuestionSet
from jobs.question_sets import current_question_set
from jobs.question_writing import write_alternative, writes_alternatives
from screener.models import InvalidTransition, parse_id
from screener.services.errors import ServiceError

ANY = [("", _("Any"))]
WRITE, DROP = "write", "drop"
MOVES = {"up": -1, "down": 1}
MAX_WORDS_LENGTH = 100


class BankSearchForm(forms.Form):
    """The search. Its fields lie beside the form of the questions, which sends them along."""

    words = forms.CharField(
        label=_("Words"), required=False, max_length=MAX_WORDS_LENGTH, widget=UnfoldAdminTextInputWidget
    )
    family = forms.ChoiceField(
        label=_("Occupations"), required=False, choices=[*ANY, *Family.choices], widget=UnfoldAdminSelectWidget
    )
    kind = forms.ChoiceField(
        label=_("Type"), required=False, choices=[*ANY, *QuestionKind.choices], widget=UnfoldAdminSelectWidget
    )
    difficulty = forms.TypedChoiceField(
        label=_("Difficulty"),
        required=False,
        choices=[*ANY, *BankQuestion.Difficulty.choices],
        coerce=int,
        empty_value=None,
        widget=UnfoldAdminSelectWidget,
    )

    def to_search(self) -> BankSearch:
        """The values that are valid. Others do not narrow the search."""
        self.is_valid()
        return BankSearch(**self.cleaned_data)


@dataclass(kw_only=True)
class QuestionEditor(NextVersionEditor):
    """`focus`: the id of the control that the user continues at."""

    title = _("Edit questions")
    template = "admin/jobs/question_editor/page.html"

    sheet: QuestionSheet
    search_form: BankSearchForm
    skipped: list[str] = field(default_factory=list)
    focus: str = ""

    @classmethod
    def open(cls, job: JobDescription, search: QueryDict) -> "QuestionEditor":
        """Start with the draft or, without one, the approved questions."""
        current = current_question_set(job)
        sheet = QuestionSheet.of_version(job, current)
        return cls(job=job, sheet=sheet, based_on=pk_of(current), search_form=BankSearchForm(search))

    @classmethod
    def sent(cls, job: JobDescription, form_data: QueryDict) -> "QuestionEditor":
        return cls(
            job=job,
            sheet=QuestionSheet.sent(job, form_data),
            based_on=parse_id(form_data.get("based_on", "")),
            search_form=BankSearchForm(form_data),
            skipped=form_data.getlist("skipped")[-MOST_SHOWN:],
        )

    @property
    def media(self) -> forms.Media:
        return self.search_form.media

    def press(self, button: str) -> None:
        action, _separator, subject = button.partition(":")
        place = _parse_place(subject)
        if action == WRITE:
            self.sheet.focused_text = self.sheet.add({"text": ""})
            self.done = gettext("Added as question %(number)s.") % {"number": self.sheet.focused_text + 1}
        elif action == "add":
            self._add(parse_id(subject))
        elif action == DROP:
            dragged, target = (_parse_place(text) for text in [*subject.split(":"), ""][:2])
            if {dragged, target} <= set(range(len(self.sheet.rows))):
                self._move(dragged, target)
        elif 0 <= place < len(self.sheet.rows):
            self._change(action, place)

    def _add(self, pk: UUID | None) -> None:
        text = find_in_language(pk, self.job.language) if pk else None
        if text is None:
            raise InvalidTransition(gettext("The bank has this question no more, or not in this language."))
        place = self.sheet.add(row_of(text))
        self.focus = f"add-{pk}"
        self.done = gettext("Added as question %(number)s.") % {"number": place + 1}

    def _change(self, action: str, place: int) -> None:
        if action in MOVES:
            self._move(place, place + MOVES[action])
        elif action == "remove":
            self.sheet.remove(place)
            self.focus = f"remove-{min(place, len(self.sheet.rows) - 1)}" if self.sheet.rows else "write"
            self.done = gettext("Question %(number)s was removed.") % {"number": place + 1}
        elif action == "another":
            self._replace(place)
        elif action == "rewrite" and self.has_model:
            self._rewrite(place)

    def _move(self, place: int, target: int) -> None:
        """Move the question. The user continues at the same button, or at the opposite one where that is disabled."""
        moved = self.sheet.move(place, target)
        is_upwards = target < place
        is_last_move = moved == (0 if is_upwards else len(self.sheet.rows) - 1)
        self.focus = f"{'down' if is_last_move == is_upwards else 'up'}-{moved}"
        self.done = gettext("Now question %(number)s.") % {"number": moved + 1}

    @property
    def has_model(self) -> bool:
        return writes_alternatives()

    def _replace(self, place: int) -> None:
        """Put another question of the bank in this place."""
        self.focus = f"another-{place}"
        text = find_alternative(self.job, self.sheet.content(place), besides=self._unwanted)
        if text is None:
            raise InvalidTransition(gettext("The bank has no other question that fits this job."))
        self._put(place, text=text.text, competency=text.competency, good_answer=text.good_answer)

    def _rewrite(self, place: int) -> None:
        """Have the model write another question for this place."""
        self.focus = f"rewrite-{place}"
        try:
            question = write_alternative(self.job, self.sheet.content(place), besides=self._unwanted)
        except ServiceError as error:
            raise InvalidTransition(str(error)) from None
        if question is None:
            raise InvalidTransition(gettext("The model wrote no new question. Try again, or take one of the bank."))
        self._put(place, text=question.text, competency=question.competency, good_answer=question.good_answer)

    @property
    def _unwanted(self) -> list[str]:
        """Texts that are asked already, or were replaced before: they do not come back."""
        return [*self.sheet.texts, *self.skipped]

    def _put(self, place: int, **cells: str) -> None:
        self.skipped.append(self.sheet.texts[place])
        self.sheet.rows[place] = dict(self.sheet.rows[place]) | cells
        self.done = gettext("Question %(number)s was replaced.") % {"number": place + 1}

    def save(self, *, by: str) -> QuestionSet:
        return self.save_version(self.sheet.check(), by=by)

    @property
    def searched(self) -> list[tuple[str, str]]:
        """The search as hidden fields of the form of the questions."""
        search_data = self.search_form.data
        return [(name, search_data.get(name, "")) for name in self.search_form.fields if search_data.get(name)]

    @property
    def most_found(self) -> int:
        return MOST_SHOWN

    def found(self) -> list[FoundQuestion]:
        return self.search_form.to_search().find_for(self.job)


def row_of(text: BankText) -> Row:
    weight = usual_weight(text.question.family)
    return {
        "text": text.text,
        "competency": text.competency,
        "weight": weight,
        "max_seconds": MAX_SECONDS,
        "good_answer": text.good_answer,
    }


def _parse_place(text: str) -> int:
    """Return the place, or -1 if the text is not a place."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


def show_question_editor(model_admin: Any, request: HttpRequest, job: JobDescription) -> HttpResponse:
    """Show the editor. To htmx, GET shows the search results of the bank."""
    if request.method == "POST":
        return show_page(model_admin, request, QuestionEditor.sent(job, request.POST))
    editor = QuestionEditor.open(job, request.GET)
    if "HX-Request" in request.headers:
        return render(request, "admin/jobs/question_editor/found.html", {"editor": editor})
    return show_page(model_admin, request, editor)
