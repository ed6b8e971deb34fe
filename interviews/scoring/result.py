"""The step from the assessments of an interview to its result: score, coverage, recommendation and summary."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from interviews.flags import Flag
from interviews.models import Assessment, Interview, InterviewResponse, InterviewResult, LockedInterview, already_locked
from interviews.models.interview import InterviewQuerySet
from interviews.models.no_answer import NoAnswer
from interviews.models.response import weighted_coverage
from interviews.models.result import Recommendation
from interviews.records import Judge
from interviews.scoring.assessment import redacted_transcript
from interviews.scoring.rubric import job_text, resume_excerpt
from interviews.scoring.summary_verification import VerifiedSummary, verify_summary
from jobs.models import JobDescription
from screener.background.leases import Lease
from screener.background.steps import Step
from screener.costs.metering import metered_interviewer_call
from screener.judge import JudgeKind, configured_judge
from screener.models import ModelCall
from screener.records import Point
from screener.services.errors import ServiceError
from screener.services.interviewer.protocol import AssessedResponse, CriterionScore, InterviewText, Reply, Summary

MAX_NAMES = 4
REASON_OF_PERSON = "A person gave this score."
NO_SUMMARY = "The score is complete, but it could not be summarised in words."


class ScoredResponse(NamedTuple):
    response: InterviewResponse
    assessment: Assessment

    @property
    def score(self) -> float:
        return float(self.assessment.score or 0)


@dataclass(frozen=True)
class ScoreSummary:
    """The scores of an interview taken together.

    Where `score` is None, `no_score_reason` says why. `review_reason` says why a reviewer must look at the score.
    """

    interview: Interview
    responses: list[InterviewResponse]
    scored_responses: list[ScoredResponse]
    coverage: Decimal
    score: Decimal | None
    status: str
    no_score_reason: str
    review_reason: str = ""

    @classmethod
    def of_interview(cls, interview: Interview) -> "ScoreSummary":
        responses = list(interview.responses.prefetch_related("assessments"))
        total_weight = sum(response.weight for response in responses)
        scored_responses = list(_scored_responses(responses))
        coverage = weighted_coverage((response for response, _ in scored_responses), total_weight)
        status, no_score_reason = _why_no_score(interview, responses, coverage)
        if no_score_reason:
            return cls(interview, responses, scored_responses, coverage, None, status, no_score_reason)
        counted_weight = sum(response.weight for response in _counted_responses(interview, responses))
        score = _weighted_score(scored_responses, counted_weight)
        review_reason = _unsupported_recommendation_reason(
            interview.job, scored_responses, total_weight, counted_weight, score
        )
        lacks_words = any(response.no_answer == NoAnswer.NO_WORDS for response in responses)
        needs_review = review_reason or interview.person_requested_at or lacks_words
        status = Interview.ResultStatus.NEEDS_REVIEW if needs_review else status
        return cls(interview, responses, scored_responses, coverage, score, status, "", review_reason)

    @property
    def result_judges(self) -> list[Judge]:
        """Who scored the answers that have a score, in the order of the questions."""
        positions: dict[tuple[str, str], list[int]] = {}
        for response, assessment in self.scored_responses:
            positions.setdefault((assessment.source, assessment.label), []).append(response.position)
        return [Judge(source=source, name=name, positions=numbers) for (source, name), numbers in positions.items()]

    @property
    def needs_summary(self) -> bool:
        """Whether a model is to summarise the interview. Where people scored every answer, their notes stand for it."""
        is_by_people = all(assessment.is_by_person for _, assessment in self.scored_responses)
        return not self.no_score_reason and not is_by_people and configured_judge() is JudgeKind.MODEL

    @property
    def person_notes(self) -> list[Point]:
        """The notes of people about the answers that they scored, each with a quote that they picked."""
        return [
            Point(text=assessment.note, position=response.position, quote=quote)
            for response, assessment in self.scored_responses
            if assessment.note and (quote := _first_quote(assessment))
        ]

    @property
    def all_flags(self) -> set[str]:
        assessments = [response.current_assessment for response in self.responses]
        flags = {flag for assessment in assessments if assessment for flag in assessment.flags}
        flags |= {Flag.RESTS_ON_SCORES_WITHOUT_WORDS} if self.review_reason else set()
        if self.interview.person_requested_at:
            flags.add(Flag.PERSON_REQUESTED)
        if any(response.no_answer == NoAnswer.NO_WORDS for response in self.responses):
            flags.add(Flag.ANSWER_WITHOUT_WORDS)
        counted_responses = _counted_responses(self.interview, self.responses)
        if self.score is not None and len(self.scored_responses) < len(counted_responses):
            flags.add(Flag.UNANSWERED_EARNED_NOTHING)
        return flags | ({Flag.WAITING_FOR_PERSON} if _waiting_responses(self.responses) else set())


# --- The step ------------------------------------------------------------------------------------------


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
    """Name everyone who scored, up to four of them."""
    judge_names = [judge.name for judge in judges]
    return ", ".join(
        judge_names if len(judge_names) <= MAX_NAMES else [*judge_names[:3], f"{len(judge_names) - 3} more"]
    )


def _noted_summary(score_summary: ScoreSummary) -> VerifiedSummary:
    """The notes of people, where no model has summarised the interview."""
    person_notes = [] if score_summary.no_score_reason else score_summary.person_notes
    return VerifiedSummary(reasoning=" ".join(note.text for note in person_notes), grounds=person_notes)


def _first_quote(assessment: Assessment) -> str:
    return next((evidence.quote for criterion in assessment.criteria for evidence in criterion.verified_evidence), "")


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


# --- The scores ----------------------------------------------------------------------------------------


def _scored_responses(responses: Iterable[InterviewResponse]) -> Iterator[ScoredResponse]:
    for response in responses:
        assessment = response.current_assessment
        if assessment and assessment.score is not None:
            yield ScoredResponse(response, assessment)


def _why_no_score(interview: Interview, responses: list[InterviewResponse], coverage: Decimal) -> tuple[str, str]:
    """Return the result status, and why there is no overall score: empty where there is one.

    Incomplete: a failure that another try may mend, or too low a coverage. Needs review: nothing failed, and a
    reviewer has to settle what the interviewer could not.
    """
    if waiting_responses := _waiting_responses(responses):
        question_numbers = ", ".join(str(response.position + 1) for response in waiting_responses)
        return Interview.ResultStatus.INCOMPLETE, f"Waits for a person's scores (question {question_numbers})."
    failed_responses = [response for response in responses if response.has_failed]
    if failed_responses:
        is_broken = any(response.status in InterviewResponse.SETTLED_BY_US for response in failed_responses)
        status = Interview.ResultStatus.INCOMPLETE if is_broken else Interview.ResultStatus.NEEDS_REVIEW
        return (
            status,
            f"{_failure_reasons(failed_responses)} Read or hear the answer, then score it, decide or try again.",
        )
    if not coverage or coverage < interview.job.minimum_coverage:
        return Interview.ResultStatus.INCOMPLETE, (
            f"Only {_format_percent(coverage)} of the questions (by weight) have a score. "
            f"The job requires {_format_percent(interview.job.minimum_coverage)}."
        )
    return Interview.ResultStatus.READY, ""


def _waiting_responses(responses: list[InterviewResponse]) -> list[InterviewResponse]:
    return [response for response in responses if response.status == InterviewResponse.Status.TRANSCRIBED]


def _failure_reasons(failed_responses: list[InterviewResponse]) -> str:
    """Each reason once, with the numbers of the questions."""
    numbers_by_reason = defaultdict[str, list[str]](list)
    for response in failed_responses:
        numbers_by_reason[_failure_reason(response)].append(str(response.position + 1))
    return " ".join(f"Question {', '.join(positions)}{reason}" for reason, positions in numbers_by_reason.items())


def _failure_reason(response: InterviewResponse) -> str:
    if response.status in InterviewResponse.SETTLED_BY_US:
        return f": {response.status_reason or response.get_status_display()}"
    assessment = response.current_assessment
    return f" needs a reviewer: {assessment.reason if assessment else ''}"


def _format_percent(fraction: Decimal) -> str:
    """Three digits, so that 59.6 % is not shown as the 60 % that a job requires."""
    return f"{float(fraction) * 100:.3g}%"


def _counted_responses(interview: Interview, responses: list[InterviewResponse]) -> list[InterviewResponse]:
    """The responses that count in the score: all, except those left to the person that the candidate asked for.

    A question that the candidate skipped or could not answer counts also in such an interview.
    """
    if interview.person_requested_at is None:
        return responses
    skipped_status, left_open = InterviewResponse.Status.SKIPPED, ("", NoAnswer.ASKED_PERSON)
    return [
        response
        for response in responses
        if not (response.status == skipped_status and response.no_answer in left_open)
    ]


def _weighted_score(scored_responses: Iterable[ScoredResponse], total_weight: float) -> Decimal:
    """The weighted mean over the questions that count. A question without a scorable answer earns 0."""
    weighted_points = sum(entry.score * entry.response.weight for entry in scored_responses)
    return Decimal(str(weighted_points / total_weight)).quantize(Decimal("0.01"))


def _unsupported_recommendation_reason(
    job: JobDescription,
    scored_responses: list[ScoredResponse],
    total_weight: float,
    counted_weight: float,
    score: Decimal,
) -> str:
    """Return why a reviewer must look, where the recommendation depends on scores without verified quotes.

    `total_weight`: of all questions. `counted_weight`: of those that count in the score.
    """
    quoted_responses = [entry for entry in scored_responses if entry.assessment.has_enough_quotes]
    if len(quoted_responses) == len(scored_responses):
        return ""
    recommendation, without_unquoted = recommend(score, job), ""
    coverage = weighted_coverage((response for response, _ in quoted_responses), total_weight)
    if quoted_responses and coverage >= job.minimum_coverage:
        left_out = sum(entry.response.weight for entry in scored_responses) - sum(
            entry.response.weight for entry in quoted_responses
        )
        without_unquoted = recommend(_weighted_score(quoted_responses, counted_weight - left_out), job)
    if without_unquoted == recommendation:
        return ""
    question_numbers = ", ".join(
        str(entry.response.position + 1) for entry in scored_responses if not entry.assessment.has_enough_quotes
    )
    return (
        f"The recommendation ({recommendation}) depends on scores without quotes (question {question_numbers}). "
        f"Without them it would be {without_unquoted or 'none'}. Read or hear these answers, then decide."
    )


def recommend(score: Decimal, job: JobDescription) -> str:
    if score >= job.hire_at:
        return Recommendation.HIRE
    return Recommendation.CONSIDER if score >= job.consider_at else Recommendation.REJECT
