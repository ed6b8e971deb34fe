"""Loads the report of an interview as a reader may see it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from interviews.models import Attempt, Decision, EligibilityAnswer, Interview
from interviews.presenters.interview import ResponseCard, ResultCard, status_label
from interviews.reports.interview.report import (
    InterviewReport,
    ReportAnswer,
    ReportAttempt,
    ReportCriterion,
    ReportDecision,
    ReportRequirement,
    ReportResult,
)
from interviews.scoring.blind_review import may_see_scores
from screener.access.blind_mode import is_blind
from screener.access.viewer import Viewer
from screener.models import Organisation
from screener.records import Point
from screener.services.privacy.redaction import redact


@dataclass(frozen=True)
class ReportScope:
    """The parts of an interview that a reader may see."""

    with_names: bool
    with_scores: bool

    @classmethod
    def of_viewer(cls, viewer: Viewer, interview: Interview, *, with_names: bool = True) -> "ReportScope":
        """`with_names`: whether the viewer wants to see them."""
        return cls(with_names, may_see_scores(viewer, interview))


@dataclass(frozen=True)
class Masking:
    """Masks texts that identify a candidate, where names are hidden."""

    private: tuple[str, ...] = ()

    def mask(self, text: str) -> str:
        return redact(text, self.private) if self.private and text else text

    def mask_points(self, points: Iterable[Point]) -> list[Point]:
        return [
            point.model_copy(update={"text": self.mask(point.text), "quote": self.mask(point.quote)})
            for point in points
        ]


def load_report(interview: Interview, scope: ReportScope) -> InterviewReport:
    """Load the report in a fixed number of queries. Practice interviews have no report: their managers leave them out.

    In blind mode names are hidden, also where the scope has them.
    """
    candidate = interview.candidate
    with_names = scope.with_names and not is_blind()
    masking = Masking() if with_names else Masking(candidate.identifying_texts)
    organisation = Organisation.current()
    employer = interview.job.employer_name or (organisation.name if organisation else "")
    return InterviewReport(
        interview_id=str(interview.pk),
        job_id=str(interview.job_id),
        candidate_id=str(candidate.pk) if with_names else "",
        candidate_name=str(candidate) if with_names else candidate.alias,
        names_hidden=not with_names,
        scores_hidden=not scope.with_scores,
        job_title=interview.job.title,
        employer=employer,
        language=interview.language,
        status=interview.status,
        status_label=status_label(interview),
        outcome=interview.outcome,
        outcome_reason=masking.mask(interview.outcome_reason),
        result_status=interview.result_status,
        result_status_label=interview.get_result_status_display(),
        started_at=interview.started_at,
        completed_at=interview.completed_at,
        duration_seconds=interview.duration_seconds,
        answers_erased_at=interview.answers_erased_at,
        attempts=[_load_attempt(attempt) for attempt in interview.attempts.all()],
        result=_load_result(interview, masking) if scope.with_scores else None,
        decision=_load_decision(interview, masking) if scope.with_scores else None,
        requirements=[_load_requirement(answer, masking) for answer in interview.eligibility_answers.all()],
        answers=_load_answers(interview, scope, masking),
        generated_at=timezone.now(),
    )


def _load_attempt(attempt: Attempt) -> ReportAttempt:
    return ReportAttempt(
        number=attempt.number,
        channel=attempt.channel,
        channel_label=attempt.get_channel_display(),
        outcome=attempt.outcome,
        outcome_label=attempt.get_outcome_display(),
        started_at=attempt.created_at,
    )


def _load_result(interview: Interview, masking: Masking) -> ReportResult | None:
    result = interview.results.filter(is_current=True).first()
    if result is None:
        return None
    return ReportResult(
        overall_score=None if result.overall_score is None else float(result.overall_score),
        coverage=float(result.coverage),
        recommendation=result.recommendation,
        recommendation_label=result.get_recommendation_display(),
        reasoning=masking.mask(result.reasoning),
        grounds=masking.mask_points(result.grounds),
        strengths=masking.mask_points(result.strengths),
        improvements=masking.mask_points(result.improvements),
        flags=ResultCard(result).flags,
        hire_at=float(result.hire_at),
        consider_at=float(result.consider_at),
        judged_by=result.label,
        model=result.model,
        created_at=result.created_at,
    )


def _load_decision(interview: Interview, masking: Masking) -> ReportDecision | None:
    decision: Decision | None = interview.decisions.select_related("decided_by", "result").first()
    if decision is None:
        return None
    decided_by = decision.decided_by
    return ReportDecision(
        verdict=decision.verdict,
        verdict_label=decision.get_verdict_display(),
        reason=masking.mask(decision.reason),
        decided_by=decided_by.get_full_name() or decided_by.get_username(),
        decided_at=decision.created_at,
        is_recommended=bool(decision.result and decision.result.recommendation == decision.verdict),
    )


def _load_requirement(answer: EligibilityAnswer, masking: Masking) -> ReportRequirement:
    question = answer.asked_question
    return ReportRequirement(
        position=answer.position,
        question=question.text,
        accepted=question.requirement,
        is_knock_out=question.is_knock_out,
        status=answer.status,
        status_label=answer.get_status_display(),
        words=masking.mask(answer.words),
        value=masking.mask(answer.value_text),
        is_met=answer.is_met,
        correction=masking.mask(answer.correction_reason),
    )


def _load_answers(interview: Interview, scope: ReportScope, masking: Masking) -> list[ReportAnswer]:
    responses = interview.responses.prefetch_related("assessments")
    return [_load_answer(ResponseCard.of(response, with_scores=scope.with_scores), masking) for response in responses]


def _load_answer(card: ResponseCard, masking: Masking) -> ReportAnswer:
    response, current = card.response, card.current
    assessment = current.assessment if current else None
    return ReportAnswer(
        position=response.position,
        question=response.job_question if masking.private else response.question,
        base_question=response.base_question,
        competency=response.competency,
        weight=response.weight,
        status=response.status,
        status_label=response.get_status_display(),
        problem=masking.mask(card.problem),
        score=None if card.score is None else float(card.score),
        scored_by=assessment.label if assessment else "",
        criteria=[
            ReportCriterion(
                name=criterion.name,
                weight=criterion.weight,
                score=criterion.score,
                reason=masking.mask(criterion.reason),
                quotes=[masking.mask(evidence.quote) for evidence in criterion.verified_evidence],
            )
            for criterion in (assessment.criteria if assessment else [])
        ],
        flags=current.flags if current else [],
        transcript=masking.mask(response.transcript),
    )
