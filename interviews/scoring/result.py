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
    scored: list[ScoredResponse]
    coverage: Decimal
    score: Decimal | None
    status: str
    no_score_reason: str
    review_reason: str = ""

    @classmethod
    def of(cls, interview: Interview) -> "ScoreSummary":
        responses = list(interview.responses.prefetch_related("assessments"))
        total_weight = sum(response.weight for response in responses)
        scored = list(_scored_responses(responses))
        coverage = weighted_coverage((response for response, _ in scored), total_weight)
        status, no_score_reason = _why_no_score(interview, responses, coverage)
        if no_score_reason:
            return cls(interview, responses, scored, coverage, None, status, no_score_reason)
        counted_weight = sum(response.weight for response in _counted_responses(interview, responses))
        score = _weighted_score(scored, counted_weight)
        review_reason = _unsupported_recommendation_reason(interview.job, scored, total_weight, counted_weight, score)
        lacks_words = any(response.no_answer == NoAnswer.NO_WORDS for response in responses)
        needs_review = review_reason or interview.person_requested_at or lacks_words
        status = Interview.ResultStatus.NEEDS_REVIEW if needs_review else status
        return cls(interview, responses, scored, coverage, score, status, "", review_reason)

    @property
    def judges(self) -> list[Judge]:
        """Who scored the answers that have a score, in the order of the questions."""
        positions: dict[tuple[str, str], list[int]] = {}
        for response, assessment in self.scored:
            positions.setdefault((assessment.source, assessment.label), []).append(response.position)
        return [Judge(source=source, name=name, positions=numbers) for (source, name), numbers in positions.items()]

    @property
    def needs_summary(self) -> bool:
        """Whether a model is to summarise the interview. Where people scored every answer, their notes stand for it."""
        is_by_people = all(assessment.is_by_person for _, assessment in self.scored)
        return not self.no_score_reason and not is_by_people and configured_judge() is JudgeKind.MODEL

    @property
    def notes(self) -> list[Point]:
        """The notes of people about the answers that they scored, each with a quote that they picked."""
        return [
            Point(text=assessment.note, position=response.position, quote=quote)
            for response, assessment in self.scored
            if assessment.note and (quote := _first_quote(assessment))
        ]

    @property
    def flags(self) -> set[str]:
        assessments = [response.current_assessment for response in self.responses]
        flags = {flag for assessment in assessments if assessment for flag in assessment.flags}
        flags |= {Flag.RESTS_ON_SCORES_WITHOUT_WORDS} if self.review_reason else set()
        if self.interview.person_requested_at:
            flags.add(Flag.PERSON_REQUESTED)
        if any(response.no_answer == NoAnswer.NO_WORDS for response in self.responses):
            flags.add(Flag.ANSWER_WITHOUT_WORDS)
        counted = _counted_responses(self.interview, self.responses)
        if self.score is not None and len(self.scored) < len(counted):
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
    unsettled = in_work.filter(interview=OuterRef("pk"))
    return Interview.all_objects.filter(
        ~Exists(unsettled), status=Interview.Status.COMPLETED, result_status=Interview.ResultStatus.PENDING
    )


def _conclude(lease: Lease[Interview]) -> Conclusion:
    interview = Interview.all_objects.select_related("job", "candidate").get(pk=lease.pk)
    scores = ScoreSummary.of(interview)
    if not scores.needs_summary:
        return Conclusion(scores, None)
    summary = metered_interviewer_call(
        ModelCall.Purpose.SUMMARY,
        lambda interviewer: interviewer.summarise_interview(_interview_text(scores)),
        interview_id=interview.pk,
        job_id=interview.job_id,
    )
    return Conclusion(scores, summary)


@contextmanager
def _lock_interview(interview_id: UUID) -> Iterator[LockedInterview | None]:
    """As `Lock`."""
    interviews = Interview.all_objects.select_for_update(of=("self",)).select_related("job")
    with transaction.atomic():
        interview = interviews.filter(pk=interview_id).first()
        if interview is None:
            yield None
            return
        with already_locked(interview) as locked:
            yield locked


def _save_conclusion(interview: LockedInterview, conclusion: Conclusion) -> None:
    scores = conclusion.scores
    _save_result(interview, scores.status, scores, conclusion.summary, reason=scores.no_score_reason)


def _give_up(interview: LockedInterview, error: ServiceError) -> None:
    """Keep the score, which needs no model, and leave the summary to a reviewer."""
    scores = ScoreSummary.of(interview.row)
    reason = scores.no_score_reason or f"{NO_SUMMARY} {error}"
    status = scores.status if scores.no_score_reason else Interview.ResultStatus.NEEDS_REVIEW
    _save_result(interview, status, scores, None, reason=reason)


CONCLUDE_STEP = Step(
    ready=_interviews_to_conclude,
    work=_conclude,
    lock=_lock_interview,
    save=_save_conclusion,
    give_up=_give_up,
)


def _interview_text(scores: ScoreSummary) -> InterviewText:
    return InterviewText(
        job=job_text(scores.interview.job),
        answers=tuple(_assessed_response(scored, scores.interview) for scored in scores.scored),
        resume=resume_excerpt(scores.interview.candidate),
        private=scores.interview.candidate.identifying_texts,
    )


def _assessed_response(scored: ScoredResponse, interview: Interview) -> AssessedResponse:
    """The scored response as the interviewer reads it for the summary: with verified quotes only."""
    return AssessedResponse(
        position=scored.response.position,
        question=scored.response.question,
        transcript=redacted_transcript(scored.response, interview),
        score=scored.score,
        criteria=tuple(
            CriterionScore(
                criterion=criterion.criterion,
                score=criterion.score,
                reason=criterion.reason or scored.assessment.note or REASON_OF_PERSON,
                quotes=[evidence.quote for evidence in criterion.quotes],
            )
            for criterion in scored.assessment.criteria
        ),
    )


def _save_result(
    locked: LockedInterview, status: str, scores: ScoreSummary, reply: Reply[Summary] | None, *, reason: str
) -> None:
    """Make this the current result."""
    interview, judges = locked.row, scores.judges
    reason = f"{scores.review_reason} {reason}".strip()
    recommendation = "" if scores.score is None else recommend(scores.score, interview.job)
    summary = _verify_reply(reply.value, scores, recommendation) if reply else _noted_summary(scores)
    interview.results.filter(is_current=True).update(is_current=False)
    InterviewResult.objects.create(
        interview=interview,
        overall_score=scores.score,
        coverage=scores.coverage,
        recommendation=recommendation,
        opinion=reply.value.opinion if reply else "",
        reasoning=f"{reason} {summary.reasoning}".strip(),
        grounds=summary.grounds,
        strengths=summary.strengths,
        improvements=summary.improvements,
        flags=sorted(summary.flags | scores.flags),
        hire_at=interview.job.hire_at,
        consider_at=interview.job.consider_at,
        model=reply.model[:100] if reply else "",
        label=describe_judges(judges)[:200],
        judges=judges,
        prompt_hash=reply.prompt_hash if reply else "",
    )
    locked.set_result_status(status, reason=reason)


def describe_judges(judges: list[Judge]) -> str:
    """Name everyone who scored, up to four of them."""
    names = [judge.name for judge in judges]
    return ", ".join(names if len(names) <= MAX_NAMES else [*names[:3], f"{len(names) - 3} more"])


def _noted_summary(scores: ScoreSummary) -> VerifiedSummary:
    """The notes of people, where no model has summarised the interview."""
    notes = [] if scores.no_score_reason else scores.notes
    return VerifiedSummary(reasoning=" ".join(note.text for note in notes), grounds=notes)


def _first_quote(assessment: Assessment) -> str:
    return next((evidence.quote for criterion in assessment.criteria for evidence in criterion.quotes), "")


def _verify_reply(summary: Summary, scores: ScoreSummary, recommendation: str) -> VerifiedSummary:
    redacted = {
        scored.response.position: redacted_transcript(scored.response, scores.interview) for scored in scores.scored
    }
    originals = {scored.response.position: scored.response.transcript for scored in scores.scored}
    answer_scores = {scored.response.position: scored.score for scored in scores.scored}
    return verify_summary(summary, redacted, originals, answer_scores, recommendation)


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
    if waiting := _waiting_responses(responses):
        numbers = ", ".join(str(response.position + 1) for response in waiting)
        return Interview.ResultStatus.INCOMPLETE, f"Waits for a person's scores (question {numbers})."
    failed = [response for response in responses if response.has_failed]
    if failed:
        is_broken = any(response.status in InterviewResponse.SETTLED_BY_US for response in failed)
        status = Interview.ResultStatus.INCOMPLETE if is_broken else Interview.ResultStatus.NEEDS_REVIEW
        return status, f"{_failure_reasons(failed)} Read or hear the answer, then score it, decide or try again."
    if not coverage or coverage < interview.job.minimum_coverage:
        return Interview.ResultStatus.INCOMPLETE, (
            f"Only {_format_percent(coverage)} of the questions (by weight) have a score. "
            f"The job requires {_format_percent(interview.job.minimum_coverage)}."
        )
    return Interview.ResultStatus.READY, ""


def _waiting_responses(responses: list[InterviewResponse]) -> list[InterviewResponse]:
    return [response for response in responses if response.status == InterviewResponse.Status.TRANSCRIBED]


def _failure_reasons(failed: list[InterviewResponse]) -> str:
    """Each reason once, with the numbers of the questions."""
    numbers = defaultdict[str, list[str]](list)
    for response in failed:
        numbers[_failure_reason(response)].append(str(response.position + 1))
    return " ".join(f"Question {', '.join(positions)}{reason}" for reason, positions in numbers.items())


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
    skipped, left_open = InterviewResponse.Status.SKIPPED, ("", NoAnswer.ASKED_PERSON)
    return [response for response in responses if not (response.status == skipped and response.no_answer in left_open)]


def _weighted_score(scored: Iterable[ScoredResponse], total_weight: float) -> Decimal:
    """The weighted mean over the questions that count. A question without a scorable answer earns 0."""
    points = sum(entry.score * entry.response.weight for entry in scored)
    return Decimal(str(points / total_weight)).quantize(Decimal("0.01"))


def _unsupported_recommendation_reason(
    job: JobDescription, scored: list[ScoredResponse], total_weight: float, counted_weight: float, score: Decimal
) -> str:
    """Return why a reviewer must look, where the recommendation depends on scores without verified quotes.

    `total_weight`: of all questions. `counted_weight`: of those that count in the score.
    """
    quoted = [entry for entry in scored if entry.assessment.has_enough_quotes]
    if len(quoted) == len(scored):
        return ""
    recommendation, without = recommend(score, job), ""
    coverage = weighted_coverage((response for response, _ in quoted), total_weight)
    if quoted and coverage >= job.minimum_coverage:
        left_out = sum(entry.response.weight for entry in scored) - sum(entry.response.weight for entry in quoted)
        without = recommend(_weighted_score(quoted, counted_weight - left_out), job)
    if without == recommendation:
        return ""
    numbers = ", ".join(str(entry.response.position + 1) for entry in scored if not entry.assessment.has_enough_quotes)
    return (
        f"The recommendation ({recommendation}) depends on scores without quotes (question {numbers}). Without them it "
        f"would be {without or 'none'}. Read or hear these answers, then decide."
    )


def recommend(score: Decimal, job: JobDescription) -> str:
    if score >= job.hire_at:
        return Recommendation.HIRE
    return Recommendation.CONSIDER if score >= job.consider_at else Recommendation.REJECT
