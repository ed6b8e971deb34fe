"""The form in which a person scores an answer, and the one in which HR says which score counts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from candidates.masked_text import mask_text
from interviews.models import InterviewResponse
from interviews.scoring.passages import quotes_at, split_passages
from interviews.scoring.person import (
    CRITERION_MISSING,
    InvalidScores,
    PersonCriterionScore,
    PersonScores,
    scoring_version,
)
from interviews.scoring.rubric import job_rubric
from screener.admin.actions import ObjectActionForm
from screener.services.interviewer.protocol import Criterion

SCORES = [(str(score), str(score)) for score in range(11)]
MAX_NOTE = 5000
NO_PLACE = gettext_noop("A picked place is not in the transcript. Pick the words again.")


class SpansField(forms.Field):
    """Places in a transcript, each sent as `start-end`."""

    widget = forms.SelectMultiple

    def __init__(self, *, length: int) -> None:
        super().__init__(required=False)
        self.length = length

    def to_python(self, value: Any) -> list[slice]:
        return [self._parse_span(text) for text in value or []]

    def _parse_span(self, text: str) -> slice:
        match = re.fullmatch(r"(\d{1,7})-(\d{1,7})", text)
        start, stop = map(int, match.groups()) if match else (0, 0)
        if not 0 <= start < stop <= self.length:
            raise forms.ValidationError(gettext(NO_PLACE))
        return slice(start, stop)


@dataclass(frozen=True)
class Pick:
    """A passage of the transcript that can be picked, or words that were picked."""

    value: str
    text: str
    is_picked: bool


@dataclass(frozen=True)
class CriterionRow:
    """A criterion with its fields. `number` counts from 1."""

    number: int
    criterion: Criterion
    score: forms.BoundField
    picks: list[Pick]
    errors: list[str]

    @property
    def chosen(self) -> str:
        return str(self.score.value() or "")

    @property
    def picked_count(self) -> int:
        return sum(pick.is_picked for pick in self.picks)


class ScoringForm(forms.Form):
    """A score from 0 to 10 and picked words for each criterion of the rubric, and a note."""

    version = forms.CharField(max_length=64, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=MAX_NOTE,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=_("For colleagues: why you scored so. It is shown with the result."),
    )
    seen = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, response: InterviewResponse, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.response = response
        self.rubric = job_rubric(response.interview.job)
        for number in range(len(self.rubric)):
            self.fields[f"score-{number}"] = forms.ChoiceField(
                choices=SCORES,
                error_messages={"required": gettext(CRITERION_MISSING), "invalid_choice": gettext(CRITERION_MISSING)},
            )
            self.fields[f"evidence-{number}"] = SpansField(length=len(response.transcript))

    @property
    def rows(self) -> Iterator[CriterionRow]:
        passages = [_span_value(passage) for passage in split_passages(self.response.transcript)]
        for number, criterion in enumerate(self.rubric):
            errors = [*self[f"score-{number}"].errors, *self[f"evidence-{number}"].errors]
            score = self[f"score-{number}"]
            yield CriterionRow(number + 1, criterion, score, self._picks(number, passages), errors)

    def _picks(self, number: int, passages: list[str]) -> list[Pick]:
        """All passages, and the words that were picked beside them."""
        values = self[f"evidence-{number}"].value() or []
        picked = [value for value in values if re.fullmatch(r"\d+-\d+", value)]
        others = [value for value in dict.fromkeys(picked) if value not in passages]
        return [Pick(value, self._words_at(value), value in picked) for value in [*passages, *others]]

    def _words_at(self, value: str) -> str:
        start, _, stop = value.partition("-")
        return mask_text(self.response.transcript, self.response.interview.candidate)[int(start) : int(stop)]

    def scores(self) -> PersonScores:
        """The scores and the note of the person. Call it on a valid form."""
        data = self.cleaned_data
        criteria = [
            PersonCriterionScore(
                criterion=criterion.key,
                score=float(data[f"score-{number}"]),
                quotes=quotes_at(self.response.transcript, data[f"evidence-{number}"]),
            )
            for number, criterion in enumerate(self.rubric)
        ]
        return PersonScores(criteria, version=data["version"], note=data["note"], has_seen_others=data["seen"])

    def reopen(self, response: InterviewResponse) -> None:
        """Show the scores of the person again, now for the answer as it has become."""
        data = cast(QueryDict, self.data).copy()
        data["version"] = scoring_version(response)
        self.response, self.data = response, data

    def add_score_errors(self, error: InvalidScores) -> None:
        """Show each error at its criterion."""
        numbers = {criterion.key: number for number, criterion in enumerate(self.rubric)}
        for key, message in error.errors.items():
            self.add_error(f"evidence-{numbers[key]}" if key in numbers else None, message)


def _span_value(span: slice) -> str:
    return f"{span.start}-{span.stop}"


class ChooseForm(ObjectActionForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=_("Kept in the interview's history."),
    )


class WordsForm(ObjectActionForm):
    """The words of an answer, with its recording. `subject` is the response."""

    words = forms.CharField(label=_("Words"), max_length=20_000, widget=UnfoldAdminTextareaWidget({"rows": 6}))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        recording = self.subject.chosen_recording
        if recording and recording.file:
            url = reverse("admin:interviews_recording_audio", args=[recording.pk])
            player = '<audio controls src="{}" aria-label="{}"></audio>'
            self.fields["words"].help_text = format_html(player, url, gettext("The recording of this answer"))
