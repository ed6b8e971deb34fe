"""The step from the assessments of an interview to its result: score, coverage, recommendation and summary."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from interviews.models import Interview, InterviewResponse, InterviewResult, LockedInterview, already_locked
from interviews.models.interview import InterviewQuerySet
from interviews.records import Judge
from interviews.scoring.assessment import redacted_transcript
from interviews.scoring.overall_score import ScoredResponse, ScoreSummary, recommend
from interviews.scoring.rubric import job_text, resume_excerpt
from interviews.scoring.summary_verification import VerifiedSummary, verify_summary
from screener.background.leases import Lease
from screener.background.steps import Step
from screener.costs.metering import metered_interviewer_call
from screener.judge import JudgeKind, configured_judge
from screener.models import ModelCall
from screener.services.errors import ServiceError
from screener.services.interviewer.protocol import AssessedResponse, CriterionScore, InterviewText, Reply, Summary

MAX_NAMES = 4
REASON_OF_PERSON = gettext_noop("A person gave this score.")
NO_SUMMARY = gettext_noop("The score is complete, but it could not be summarised in words.")


@dataclass(frozen=True)
class Conclusion:
    """The result of an interview: its scores and, unless they are incomplete, a summary in words."""

    scores: ScoreSummary
    summary: Reply[Summary] | None


def _interviews_to_conclude() -> InterviewQuerySet:
    """Completed interviews of which each response is settled, or waits for a person's scores."""
    in_work = InterviewResponse.objects.filter(status__in=InterviewResponse.OPEN + InterviewResponse.IN_WORK)
    if configured_judge() is JudgeKind.PERSON:
        in_work = in_work.exclude(status=InterviewResponse.Status.TRANSCRIBED, retry_at__isnull=False)
    unsettled_responses = in_work.filter(interview=OuterRef("pk"))
    return Interview.all_objects.filter(
        ~Exists(unsettled_responses), status=Interview.Status.COMPLETED, result_status=Interview.ResultStatus.PENDING
    )


def _compute_conclusion(lease: Lease[Interview]) -> Conclusion:
    interview = Interview.all_objects.select_related("job", "candidate").get(pk=lease.pk)
    score_summary = ScoreSummary.of_interview(interview)
    if not score_summary.needs_summary:
        return Conclusion(score_summary, None)
    summary = metered_interviewer_call(
        ModelCall.Purpose.SUMMARY,
        lambda interviewer: interviewer.summarise_interview(_interview_text(score_summary)),
        interview_id=interview.pk,
        job_id=interview.job_id,
    )
    return Conclusion(score_summary, summary)


@contextmanager
def _lock_interview(interview_id: UUID) -> Iterator[LockedInterview | None]:
    """As `Lock`."""
    interviews = Interview.all_objects.select_for_update(of=("self",)).select_related("job")
    with transaction.atomic():
        interview = interviews.filter(pk=interview_id).first()
        if interview is None:
            yield None
            return
        with already_locked(interview) as locked_interview:
            yield locked_interview


def _save_conclusion(interview: LockedInterview, conclusion: Conclusion) -> None:
    score_summary = conclusion.scores
    _save_result(
        interview, score_summary.status, score_summary, conclusion.summary, reason=score_summary.no_score_reason
    )


def _give_up(interview: LockedInterview, error: ServiceError) -> None:
    """Keep the score, which needs no model, and leave the summary to a reviewer."""
    score_summary = ScoreSummary.of_interview(interview.row)
    failure_reason = score_summary.no_score_reason or f"{NO_SUMMARY} {error}"
    status = score_summary.status if score_summary.no_score_reason else Interview.ResultStatus.NEEDS_REVIEW
    _save_result(interview, status, score_summary, None, reason=failure_reason)


CONCLUDE_STEP = Step(
    ready=_interviews_to_conclude,
    work=_compute_conclusion,
    lock=_lock_interview,
    save=_save_conclusion,
    give_up=_give_up,
)


def _interview_text(score_summary: ScoreSummary) -> InterviewText:
    return InterviewText(
        job=job_text(score_summary.interview.job),
        answers=tuple(_assessed_response(scored, score_summary.interview) for scored in score_summary.scored_responses),
        resume=resume_excerpt(score_summary.interview.candidate),
        private=score_summary.interview.candidate.identifying_texts,
    )


def _assessed_response(scored_response: ScoredResponse, interview: Interview) -> AssessedResponse:
    """The scored response as the interviewer reads it for the summary: with verified quotes only."""
    return AssessedResponse(
        position=scored_response.response.position,
        question=scored_response.response.question,
        transcript=redacted_transcript(scored_response.response, interview),
        score=scored_response.score,
        criteria=tuple(
            CriterionScore(
                criterion=criterion.criterion,
                score=criterion.score,
                reason=criterion.reason or scored_response.assessment.note or REASON_OF_PERSON,
                quotes=[evidence.quote for evidence in criterion.verified_evidence],
            )
            for criterion in scored_response.assessment.criteria
        ),
    )


def _save_result(
    locked_interview: LockedInterview,
    status: str,
    score_summary: ScoreSummary,
    reply: Reply[Summary] | None,
    *,
    reason: str,
) -> None:
    """Make this the current result."""
    interview, judges = locked_interview.row, score_summary.result_judges
    reason = f"{score_summary.review_reason} {reason}".strip()
    recommendation = "" if score_summary.score is None else recommend(score_summary.score, interview.job)
    summary = _verify_reply(reply.value, score_summary, recommendation) if reply else _noted_summary(score_summary)
    interview.results.filter(is_current=True).update(is_current=False)
    InterviewResult.objects.create(
        interview=interview,
        overall_score=score_summary.score,
        coverage=score_summary.coverage,
        recommendation=recommendation,
        opinion=reply.value.opinion if reply else "",
        reasoning=f"{reason} {summary.reasoning}".strip(),
        grounds=summary.grounds,
        strengths=summary.strengths,
        improvements=summary.improvements,
        flags=sorted(summary.flags | score_summary.all_flags),
        hire_at=interview.job.hire_at,
        consider_at=interview.job.consider_at,
        model=reply.model[:100] if reply else "",
        label=describe_judges(judges)[:200],
        judges=judges,
        prompt_hash=reply.prompt_hash if reply else "",
    )
    locked_interview.set_result_status(status, reason=reason)


def describe_judges(judges: list[Judge]) -> str:
    """Name the judges, or the first three and the number of others."""
    judge_names = [judge.name for judge in judges]
    return ", ".join(
        judge_names if len(judge_names) <= MAX_NAMES else [*judge_names[:3], f"{len(judge_names) - 3} more"]
    )


def _noted_summary(score_summary: ScoreSummary) -> VerifiedSummary:
    """The notes of people, where no model has summarised the interview."""
    person_notes = [] if score_summary.no_score_reason else score_summary.person_notes
    return VerifiedSummary(reasoning=" ".join(note.text for note in person_notes), grounds=person_notes)


def _verify_reply(summary: Summary, score_summary: ScoreSummary, recommendation: str) -> VerifiedSummary:
    redacted_transcripts = {
        scored.response.position: redacted_transcript(scored.response, score_summary.interview)
        for scored in score_summary.scored_responses
    }
    original_transcripts = {
        scored.response.position: scored.response.transcript for scored in score_summary.scored_responses
    }
    answer_scores = {scored.response.position: scored.score for scored in score_summary.scored_responses}
    return verify_summary(summary, redacted_transcripts, original_transcripts, answer_scores, recommendation)
