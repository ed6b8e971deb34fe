"""The rows of a job's desk, one for each candidate."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import FilteredRelation, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from desk.job.states import DeskState, Progress, StateText, describe_state
from desk.job.weights import Competency
from desk.versions import version_of
from interviews.flags import Flag
from interviews.models import Attempt, Decision, Interview, InterviewResponse
from interviews.models.result import Recommendation
from interviews.notes.visibility import count_notes
from jobs.models import JobDescription
from screener.access.viewer import Viewer

INJECTION_FLAGS = {
    Flag.TALKS_TO_THE_SCORER,
    Flag.SCORE_DEPENDS_ON_INSTRUCTIONS,
    Flag.QUOTE_TALKS_TO_THE_SCORER,
}
MISSING_FLAGS = {Flag.UNANSWERED_EARNED_NOTHING, Flag.ANSWER_WITHOUT_WORDS}


class RowFlag(models.TextChoices):
    NEEDS_PERSON = "needs_person", _("Needs a person")
    PERSON_REQUESTED = "person_requested", _("Asked for a person")
    UNMET_REQUIREMENT = "unmet_requirement", _("Requirement not met")
    OPEN_REQUIREMENT = "open_requirement", _("Requirement open")
    INJECTION = "injection", _("Addresses the scorer")
    MISSING_ANSWERS = "missing_answers", _("Answers missing")
    OTHER_LANGUAGE = "other_language", _("Speaks another language")

    @property
    def is_urgent(self) -> bool:
        return self in (RowFlag.NEEDS_PERSON, RowFlag.PERSON_REQUESTED, RowFlag.UNMET_REQUIREMENT)


@dataclass(frozen=True)
class CompetencyScore:
    """`score` is None where no answer about the competency has one."""

    name: str
    score: float | None


@dataclass(frozen=True)
class AnswerScore:
    """One answer, as far as the desk shows it."""

    competency: str
    weight: float
    status: str
    score: float | None

    @property
    def is_settled(self) -> bool:
        return self.status not in InterviewResponse.OPEN + InterviewResponse.IN_WORK


@dataclass(frozen=True)
class CandidateRow:
    interview: Any
    """The interview with the annotations of `ranked_interviews`."""
    state: DeskState
    state_text: StateText
    competencies: list[CompetencyScore]
    flags: list[RowFlag]
    decision: Decision | None
    notes: int
    """How many notes on it the reader may read."""
    address: str
    """The address of the page that shows the row, which its links lead back to."""

    @property
    def recommendation(self) -> Recommendation | None:
        return Recommendation(self.interview.recommendation) if self.interview.recommendation else None

    @property
    def score(self) -> Any:
        """The overall score, with the weights that the reader chose."""
        return self.interview.shown_score

    @property
    def can_be_decided(self) -> bool:
        return bool(self.interview.can_be_decided)

    @property
    def can_be_called(self) -> bool:
        """Whether another interview can be planned. Whether the candidate may be called is decided there."""
        return self.state == DeskState.ENDED and not self.interview.candidate.erased_at

    @property
    def content(self) -> tuple[Any, ...]:
        """The values that the row shows. A row with equal content looks the same."""
        interview = self.interview
        shown = (interview.pk, str(interview.candidate), self.score, interview.result_label)
        decision = (self.decision.pk, self.decision.verdict) if self.decision else ()
        return (
            self.address,
            *shown,
            self.recommendation,
            self.state,
            self.state_text,
            *self.competencies,
            *self.flags,
            self.notes,
            *decision,
        )

    @property
    def version(self) -> str:
        """Equal for two rows that look the same."""
        return version_of(self.content)


def load_rows(
    interviews: Iterable[Any],
    job: JobDescription,
    competencies: list[Competency],
    *,
    address: str = "",
    note_reader: Viewer | None = None,
) -> list[CandidateRow]:
    """Return the rows of these interviews of the job, which all get `job` itself instead of a copy each."""
    page = list(interviews)
    for interview in page:
        interview.job = job
    return make_rows(page, competencies, address=address, note_reader=note_reader)


def make_rows(
    page: list[Any], competencies: list[Competency], *, address: str = "", note_reader: Viewer | None = None
) -> list[CandidateRow]:
    """Return the rows of interviews, also of several jobs, with the annotations of `annotate_results`.

    It takes four queries, and a fifth for the notes that `note_reader` may read.
    """
    answers, attempts, decisions = _answers_of(page), _last_attempts(page), _decisions_of(page)
    urgent = _needing_attention(page)
    notes = count_notes(note_reader, [interview.pk for interview in page]) if note_reader else {}
    now = timezone.now()
    return [
        CandidateRow(
            interview=interview,
            state=DeskState(interview.desk_state),
            state_text=_state_text(interview, attempts.get(interview.pk), answers[interview.pk], now),
            competencies=[_competency_score(entry, _shown_answers(interview, answers)) for entry in competencies],
            flags=list(_flags_of(interview, needs_person=interview.pk in urgent)),
            decision=decisions.get(interview.decision_id),
            notes=notes.get(interview.pk, 0),
            address=address,
        )
        for interview in page
    ]


def _state_text(interview: Any, attempt: Attempt | None, answers: list[AnswerScore], now: datetime) -> StateText:
    progress = Progress(len(answers), sum(answer.is_settled for answer in answers))
    return describe_state(interview, DeskState(interview.desk_state), attempt, progress, now)


def _answers_of(page: list[Any]) -> dict[UUID, list[AnswerScore]]:
    is_assessed = Q(status=InterviewResponse.Status.ASSESSED, assessments__is_current=True)
    rows = InterviewResponse.objects.filter(interview__in=[interview.pk for interview in page])
    current = rows.annotate(current=FilteredRelation("assessments", condition=is_assessed))
    answers = defaultdict[UUID, list[AnswerScore]](list)
    for pk, competency, weight, status, score in current.order_by("position").values_list(
        "interview_id", "competency", "weight", "status", "current__score"
    ):
        answers[pk].append(AnswerScore(competency, weight, status, None if score is None else float(score)))
    return answers


def _shown_answers(interview: Any, answers: dict[UUID, list[AnswerScore]]) -> list[AnswerScore]:
    """The answers whose scores the reader may see."""
    return answers[interview.pk] if interview.shows_scores else []


def _last_attempts(page: list[Any]) -> dict[UUID, Attempt]:
    live = [interview.pk for interview in page if interview.is_live]
    attempts = Attempt.objects.filter(interview__in=live).order_by("interview_id", "-number").distinct("interview_id")
    return {attempt.interview_id: attempt for attempt in attempts}


def _decisions_of(page: list[Any]) -> dict[UUID, Decision]:
    ids = [interview.decision_id for interview in page if interview.decision_id]
    return Decision.objects.select_related("decided_by").in_bulk(ids)


def _competency_score(competency: Competency, answers: list[AnswerScore]) -> CompetencyScore:
    """The weighted mean of the competency's answers. Beside answers with a score, one without counts as 0."""
    settled = [answer for answer in answers if answer.competency == competency.name and answer.is_settled]
    scores = [(answer.score or 0, answer.weight) for answer in settled]
    has_score = any(answer.score is not None for answer in settled)
    mean = sum(score * weight for score, weight in scores) / sum(weight for _, weight in scores) if has_score else None
    return CompetencyScore(competency.label, mean)


def _needing_attention(page: list[Any]) -> set[UUID]:
    interviews = Interview.objects.filter(pk__in=[interview.pk for interview in page])
    return set(interviews.needing_attention().order_by().values_list("pk", flat=True))


def _flags_of(interview: Any, *, needs_person: bool) -> Iterable[RowFlag]:
    flags = set(interview.result_flags or [])
    if needs_person:
        yield RowFlag.NEEDS_PERSON
    if interview.person_requested_at:
        yield RowFlag.PERSON_REQUESTED
    if interview.has_unmet_requirement:
        yield RowFlag.UNMET_REQUIREMENT
    if interview.has_open_requirement:
        yield RowFlag.OPEN_REQUIREMENT
    if flags & INJECTION_FLAGS:
        yield RowFlag.INJECTION
    if flags & MISSING_FLAGS:
        yield RowFlag.MISSING_ANSWERS
    if interview.is_in_other_language:
        yield RowFlag.OTHER_LANGUAGE
