"""What the page of an interview shows. Text only: the templates escape it, for all of it may be hostile."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db.models import Case, When

from interviews.flags import Flag, flag_labels
from interviews.models import (
    Assessment,
    Attempt,
    Decision,
    Interview,
    InterviewResponse,
    InterviewResult,
)
from interviews.presenters.event import EventRow
from interviews.records import SpeechMetrics
from interviews.reports.monthly_costs import phone_of
from interviews.scoring.quote_verification import Place
from screener.costs.monthly_budget import why_no_paid_work
from screener.costs.totals import Cost, Phone
from screener.services.interviewer.offline_rules import OfflineInterviewer

COLOURS: dict[str, str] = {
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


def state_of(interview: Interview) -> str:
    """Its status, with the outcome where that says more."""
    status, outcome = interview.get_status_display(), interview.get_outcome_display()
    if interview.outcome in ("", Interview.Outcome.COMPLETE):
        return status
    return outcome if interview.status == Interview.Status.CANCELLED else f"{status}: {outcome.lower()}"


@dataclass(frozen=True)
class Piece:
    """A run of the transcript, and whether a score rests on it."""

    text: str
    is_evidence: bool


def pieces(transcript: str, places: Iterable[Place]) -> Iterator[Piece]:
    """The transcript, cut where quotes begin and end. What overlaps is one piece; joined they are the transcript."""
    at = 0
    for place in _merged(sorted(places, key=lambda place: place.start)):
        if place.start > at:
            yield Piece(transcript[at : place.start], is_evidence=False)
        yield Piece(transcript[place.start : place.end], is_evidence=True)
        at = place.end
    if at < len(transcript):
        yield Piece(transcript[at:], is_evidence=False)


def _merged(places: Iterable[Place]) -> Iterator[Place]:
    """Places in order of their start, with those that overlap made one."""
    open_ = None
    for place in places:
        if open_ and place.start <= open_.end:
            open_ = Place(open_.start, max(open_.end, place.end))
            continue
        if open_:
            yield open_
        open_ = place
    if open_:
        yield open_


@dataclass(frozen=True)
class Judgement:
    """An assessment, with all that it rests on."""

    assessment: Assessment

    @property
    def flags(self) -> list[str]:
        return flag_labels(self.assessment.flags)


@dataclass(frozen=True)
class Answer:
    response: InterviewResponse
    judgement: Judgement | None
    earlier: list[Judgement]
    transcript: list[Piece]
    problem: str
    """Why there is no score, where there is none."""

    @classmethod
    def of(cls, response: InterviewResponse) -> "Answer":
        current = response.current_assessment
        criteria = current.criteria if current else []
        quotes = [evidence.span for criterion in criteria for evidence in criterion.quotes]
        return cls(
            response=response,
            judgement=Judgement(current) if current else None,
            earlier=[Judgement(one) for one in response.assessments.all() if one != current],
            transcript=list(pieces(response.transcript, (Place(quote.start, quote.stop) for quote in quotes))),
            problem=(current.reason if current else "") or response.status_reason,
        )

    @property
    def number(self) -> int:
        """Questions are counted from 1 where people read."""
        return self.response.position + 1

    @property
    def is_ours(self) -> bool:
        """Whether it is our doing that there is no score."""
        return self.response.status in InterviewResponse.SETTLED_BY_US

    @property
    def colour(self) -> str:
        return COLOURS.get(self.response.status, "default")

    @property
    def measures(self) -> SpeechMetrics | None:
        """How it was spoken, where the organisation wants to see that."""
        return self.response.measures if settings.SHOW_MEASURES else None

    @property
    def score(self) -> Decimal | None:
        return self.judgement.assessment.score if self.judgement else None


@dataclass(frozen=True)
class Finding:
    """A result, with all that it rests on."""

    result: InterviewResult

    @property
    def coverage(self) -> str:
        return f"{self.result.coverage:.0%}"

    @property
    def colour(self) -> str:
        return COLOURS.get(self.result.recommendation, "default")

    @property
    def flags(self) -> list[str]:
        """But for what the reasoning says in a sentence of its own."""
        return flag_labels(flag for flag in self.result.flags if flag != Flag.RESTS_ON_SCORES_WITHOUT_WORDS)

    @property
    def doubt(self) -> str:
        """Why a person must look at the score, where somebody must: what the reasoning says beside its statements."""
        stated = " ".join(point.text for point in self.result.grounds)
        return self.result.reasoning.removesuffix(stated).strip() if stated else ""


@dataclass(frozen=True)
class InterviewPage:
    interview: Interview
    finding: Finding | None
    earlier_findings: list[Finding]
    decisions: list[Decision]
    answers: list[Answer]
    attempts: list[Attempt]
    history: list[EventRow]
    cost: Cost
    phone: Phone

    @classmethod
    def of(cls, interview: Interview) -> "InterviewPage":
        """In a fixed number of queries, however many questions, attempts and events there are."""
        results = list(interview.results.all())
        responses = interview.responses.prefetch_related("takes", "assessments")
        return cls(
            interview=interview,
            finding=next((Finding(one) for one in results if one.is_current), None),
            earlier_findings=[Finding(one) for one in results if not one.is_current],
            decisions=list(interview.decisions.select_related("decided_by", "result")),
            answers=[Answer.of(one) for one in responses],
            attempts=list(interview.attempts.select_related("call")),
            history=[EventRow(event) for event in interview.events.all()],
            cost=Cost.of(interview_id=interview.pk),
            phone=phone_of(interview),
        )

    @property
    def came_to_no_question(self) -> bool:
        """Whether it was over before any question was answered, so that there is nothing to show of any."""
        return all(one.response.status == InterviewResponse.Status.SKIPPED for one in self.answers)

    @property
    def next_to_decide(self) -> Interview | None:
        """Where to go on from one that is decided: who has waited longest for the same job, else for any."""
        waiting = Interview.objects.to_decide()
        elsewhere = Case(When(job=self.interview.job_id, then=0), default=1)
        return waiting.select_related("candidate", "job").order_by(elsewhere, "completed_at").first()

    @property
    def waits_for_budget(self) -> str:
        """Why its answers, or its result, are not being worked on, where that is for want of money."""
        working = self.interview.result_status == Interview.ResultStatus.PENDING
        working = working or any(one.response.status in InterviewResponse.IN_WORK for one in self.answers)
        return why_no_paid_work() if working else ""

    @property
    def badges(self) -> list[tuple[str, str]]:
        """(words, colour) for the head of the page."""
        interview = self.interview
        shown = [(state_of(interview), COLOURS[interview.status])]
        if interview.result_status != Interview.ResultStatus.NONE:
            colour = COLOURS.get(interview.result_status, "info")
            shown.append((f"Result: {interview.get_result_status_display()}", colour))
        if self.decisions:
            last = self.decisions[0]
            shown.append((f"Decided: {last.get_verdict_display()}", COLOURS[last.verdict]))
        if self.finding:
            label = self.finding.result.label
            shown.append((f"Judged by: {label}", "warning" if label == OfflineInterviewer.label else "default"))
        return shown

    @property
    def duration(self) -> str:
        minutes, seconds = divmod(self.interview.duration_seconds or 0, 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
