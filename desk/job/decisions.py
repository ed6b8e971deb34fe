"""One decision, with one reason, on several interviews of a job."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext

from desk.job.address import DeskAddress
from desk.job.ranking import ranked_interviews
from desk.job.rows import CandidateRow, load_rows
from desk.job.weights import Weights
from interviews.admin.forms import VerdictForm
from interviews.decisions import BLIND_DECISION, DIFFERENT_DECISION, needs_reason, record_decision
from interviews.models import Decision, InterviewResult
from interviews.models.result import Recommendation
from jobs.models import JobDescription
from screener.models import InvalidTransition


@dataclass(frozen=True)
class Choice:
    """An interview to decide on, with the result and the last decision as the page shows them.

    `refusal`: why the decision that was sent is not recorded.
    """

    row: CandidateRow
    result: InterviewResult | None
    refusal: str = ""

    @property
    def seen(self) -> str:
        """The result and the last decision, for a hidden field."""
        decision = self.row.decision
        return f"{self.row.interview.pk}:{self.result.pk if self.result else ''}:{decision.pk if decision else ''}"


@dataclass(frozen=True)
class DecisionsPage:
    """`too_early`: selected interviews that can't be decided yet."""

    choices: list[Choice]
    too_early: list[CandidateRow] = field(default_factory=list)

    @classmethod
    def load(
        cls, job: JobDescription, user: User, selected: Collection[UUID], *, refusals: Mapping[UUID, str] | None = None
    ) -> "DecisionsPage":
        """Load the selected interviews in the order of their scores, in a fixed number of queries."""
        interviews = ranked_interviews(job, DeskAddress(job.pk), Weights([], {}), user).filter(pk__in=selected)
        rows = load_rows(interviews, job, [])
        ids = [row.interview.pk for row in rows]
        current = InterviewResult.objects.filter(interview__in=ids, is_current=True)
        results = {result.interview_id: result for result in current}
        reasons = refusals or {}
        choices = [
            Choice(row, results.get(row.interview.pk), reasons.get(row.interview.pk, ""))
            for row in rows
            if row.can_be_decided
        ]
        return cls(choices, [row for row in rows if not row.can_be_decided])

    @property
    def is_blind(self) -> bool:
        """Whether the reviewer may not see all of these results before the decision."""
        return any(not choice.row.interview.shows_scores for choice in self.choices)


@dataclass(frozen=True)
class Seen:
    """The result and the last decision that a reviewer was shown."""

    result_id: str
    decision_id: str


@dataclass(frozen=True)
class Decided:
    """The outcome of one decision on several interviews: those recorded, and why the others are not."""

    decisions: list[Decision]
    refusals: dict[UUID, str]
    verdict_label: str


class DecideManyForm(VerdictForm):
    """`seen`: the result and the last decision of each interview, as the page showed them."""

    def __init__(self, data: Any = None, *, page: DecisionsPage) -> None:
        super().__init__(data)
        self.page = page
        self.seen = _parse_seen(data.getlist("seen")) if data else {}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        verdict, reason = cleaned.get("verdict", ""), cleaned.get("reason", "")
        if not self.page.choices:
            raise forms.ValidationError(gettext("Select interviews that are over."))
        if verdict and not reason and self.page.is_blind:
            self.add_error("reason", gettext(BLIND_DECISION))
        elif verdict and not reason and any(needs_reason(verdict, choice.result) for choice in self.page.choices):
            self.add_error("reason", gettext(DIFFERENT_DECISION))
        return cleaned | {"seen": self.seen}

    def for_rest(self, page: DecisionsPage) -> Self:
        """The same decision again, for the interviews of which the state has changed."""
        return type(self)(self.data, page=page)


def _parse_seen(entries: list[str]) -> dict[str, Seen]:
    parts = (entry.split(":") for entry in entries)
    return {part[0]: Seen(part[1], part[2]) for part in parts if len(part) == 3}


def decide_many(page: DecisionsPage, *, by: User, verdict: str, reason: str, seen: Mapping[str, Seen]) -> Decided:
    """Decide on each interview of the page. One that is refused stops no other."""
    decisions, refusals = [], {}
    for choice in page.choices:
        shown = seen.get(str(choice.row.interview.pk), Seen("", ""))
        try:
            decisions.append(_decide(choice, by, verdict, reason, shown))
        except InvalidTransition as error:
            refusals[choice.row.interview.pk] = str(error)
    return Decided(decisions, refusals, str(Recommendation(verdict).label))


def _decide(choice: Choice, by: User, verdict: str, reason: str, shown: Seen) -> Decision:
    interview = choice.row.interview
    result = choice.result if choice.result and str(choice.result.pk) == shown.result_id else None
    latest = choice.row.decision
    previous = latest if latest and str(latest.pk) == shown.decision_id else None
    return record_decision(interview, by=by, verdict=verdict, reason=reason, seen=result, previous=previous)
