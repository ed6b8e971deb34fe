"""The content of an interview's page. Text only: the templates escape it, because all of it may be hostile."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from interviews.flags import Flag, flag_labels
from interviews.models import (
    Assessment,
    Attempt,
    Call,
    CandidateMessage,
    Decision,
    Interview,
    InterviewResponse,
    InterviewResult,
    MessageKind,
)
from interviews.presenters.event import EventRow
from interviews.records import SpeechMetrics
from interviews.reports.monthly_costs import interview_phone_cost
from interviews.scoring.blind_review import SCORE_EVENTS, may_see_scores
from screener.access.viewer import Viewer
from screener.costs.monthly_budget import spent_budget_reason
from screener.costs.totals import ModelCost, PhoneCost
from screener.labels import in_sentence

REASONING_TITLE, NOTES_TITLE = gettext_noop("Reasoning"), gettext_noop("Notes")

LABEL_COLOURS: dict[str, str] = {
    "pending": "info",
    "in_progress": "primary",
    "completed": "success",
    "failed": "danger",
    "cancelled": "default",
    "ready": "success",
    "incomplete": "danger",
    "needs_review": "warning",
    "hire": "success",
    "consider": "warning",
    "reject": "danger",
    "assessed": "success",
    "audio_lost": "danger",
    "unintelligible": "danger",
    "model_unavailable": "danger",
    "silent": "warning",
    "too_short": "warning",
    "skipped": "warning",
    "answered": "info",
    "transcribed": "info",
}


def status_label(interview: Interview) -> str:
    """The status, with the outcome where that says more."""
    status, outcome = interview.get_status_display(), interview.get_outcome_display()
    if interview.outcome in ("", Interview.Outcome.COMPLETE):
        return status
    return outcome if interview.status == Interview.Status.CANCELLED else f"{status}: {in_sentence(outcome)}"


@dataclass(frozen=True)
class AssessmentCard:
    assessment: Assessment

    @property
    def flags(self) -> list[str]:
        return flag_labels(self.assessment.flags)


@dataclass(frozen=True)
class ResponseCard:
    """A question with its answer. `problem` says why there is no score."""

    response: InterviewResponse
    current: AssessmentCard | None
    opinions: list[Assessment]
    earlier: list[AssessmentCard]
    problem: str

    @classmethod
    def of(cls, response: InterviewResponse, *, with_scores: bool = True) -> "ResponseCard":
        if not with_scores:
            return cls(response, None, opinions=[], earlier=[], problem=response.status_reason)
        current = response.current_assessment
        return cls(
            response=response,
            current=AssessmentCard(current) if current else None,
            opinions=response.second_opinions,
            earlier=[AssessmentCard(assessment) for assessment in response.earlier_assessments],
            problem=(current.reason if current else "") or response.status_reason,
        )

    @property
    def number(self) -> int:
        """People count questions from 1."""
        return self.response.position + 1

    @property
    def is_our_failure(self) -> bool:
        """Whether there is no score because a step failed."""
        return self.response.status in InterviewResponse.SETTLED_BY_US

    @property
    def colour(self) -> str:
        return LABEL_COLOURS.get(self.response.status, "default")

    @property
    def speech_metrics(self) -> SpeechMetrics | None:
        return self.response.measures if settings.SHOW_MEASURES else None

    @property
    def can_be_scored(self) -> bool:
        """Whether a person can score it."""
        return self.response.is_scorable and self.response.interview.status == Interview.Status.COMPLETED

    @property
    def needs_words(self) -> bool:
        """Whether a person can listen to it and type its words."""
        return self.response.is_without_words and self.response.chosen_recording is not None

    @property
    def score(self) -> Decimal | None:
        return self.current.assessment.score if self.current else None


@dataclass(frozen=True)
class ResultCard:
    result: InterviewResult

    @property
    def coverage(self) -> str:
        return f"{self.result.coverage:.0%}"

    @property
    def colour(self) -> str:
        return LABEL_COLOURS.get(self.result.recommendation, "default")

    @property
    def grounds_title(self) -> str:
        """The statements are a model's reasoning or, where no model has summarised the interview, people's notes."""
        return gettext(REASONING_TITLE if self.result.model else NOTES_TITLE)

    @property
    def flags(self) -> list[str]:
        """All labels but that of the flag which `review_reason` explains."""
        return flag_labels(flag for flag in self.result.flags if flag != Flag.RESTS_ON_SCORES_WITHOUT_WORDS)

    @property
    def review_reason(self) -> str:
        """The start of the reasoning, before its statements: why a reviewer must look at the score."""
        statements = " ".join(point.text for point in self.result.grounds)
        return self.result.reasoning.removesuffix(statements).strip() if statements else ""


def response_card(response: InterviewResponse, viewer: Viewer, *, with_scores: bool) -> ResponseCard:
    """Uses prefetched assessments. In a blind review, those of the answers that the viewer has scored are shown."""
    is_own = any(assessment.scored_by_id == viewer.pk for assessment in response.assessments.all())
    return ResponseCard.of(response, with_scores=with_scores or is_own)


def _response_cards(interview: Interview, viewer: Viewer, *, with_scores: bool) -> Iterator[ResponseCard]:
    for response in interview.responses.prefetch_related("recordings", "assessments"):
        yield response_card(response, viewer, with_scores=with_scores)


@dataclass(frozen=True)
class AttemptRow:
    attempt: Attempt

    @property
    def call(self) -> Call | None:
        """None where the attempt is on another channel than the phone."""
        return getattr(self.attempt, "call", None)

    @property
    def cost(self) -> PhoneCost | None:
        """The price of the call, in the form of the total. None: the carrier has not named it, or there is no call."""
        if self.call is None or self.call.price is None:
            return None
        return PhoneCost(((self.call.price_unit or "USD", abs(self.call.price)),))


@dataclass(frozen=True)
class InterviewPage:
    interview: Interview
    viewer: Viewer
    shows_scores: bool
    """Whether the viewer may see scores, recommendation and decisions; see `blind_review`."""
    result: ResultCard | None
    earlier_results: list[ResultCard]
    decisions: list[Decision]
    responses: list[ResponseCard]
    attempts: list[AttemptRow]
    messages: list[CandidateMessage]
    history: list[EventRow]
    cost: ModelCost
    phone: PhoneCost

    @classmethod
    def of(cls, interview: Interview, viewer: Viewer) -> "InterviewPage":
        """Load the page in a fixed number of queries, for any number of questions, attempts and events."""
        shows_scores = may_see_scores(viewer, interview)
        results = list(interview.results.all()) if shows_scores else []
        decisions = interview.decisions.select_related("decided_by", "result") if shows_scores else []
        messages = interview.messages.all() if shows_scores else interview.messages.exclude(kind=MessageKind.OUTCOME)
        events = interview.events.all() if shows_scores else interview.events.exclude(kind__in=SCORE_EVENTS)
        return cls(
            interview=interview,
            viewer=viewer,
            shows_scores=shows_scores,
            result=next((ResultCard(result) for result in results if result.is_current), None),
            earlier_results=[ResultCard(result) for result in results if not result.is_current],
            decisions=list(decisions),
            responses=list(_response_cards(interview, viewer, with_scores=shows_scores)),
            attempts=[AttemptRow(attempt) for attempt in interview.attempts.select_related("call")],
            messages=list(messages),
            history=[EventRow(event) for event in events],
            cost=ModelCost.for_calls(interview_id=interview.pk),
            phone=interview_phone_cost(interview),
        )

    @property
    def status_label(self) -> str:
        return status_label(self.interview)

    @property
    def has_no_answers(self) -> bool:
        """Whether the interview ended before any question was answered."""
        return all(card.response.status == InterviewResponse.Status.SKIPPED for card in self.responses)

    @property
    def budget_problem(self) -> str:
        """Why scoring waits, if it waits for the monthly budget."""
        is_concluding = self.interview.result_status == Interview.ResultStatus.PENDING
        is_in_work = any(card.response.status in InterviewResponse.IN_WORK for card in self.responses)
        return spent_budget_reason() if is_concluding or is_in_work else ""

    @property
    def duration(self) -> str:
        minutes, seconds = divmod(self.interview.duration_seconds or 0, 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
