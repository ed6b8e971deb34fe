"""The overall score of an interview: its coverage, its status, its recommendation and the reasons for them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from interviews.flags import Flag
from interviews.models import Assessment, Interview, InterviewResponse
from interviews.models.no_answer import NoAnswer
from interviews.models.response import weighted_coverage
from interviews.models.result import Recommendation
from interviews.records import Judge
from jobs.models import JobDescription
from screener.judge import JudgeKind, configured_judge
from screener.records import Point


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
        if self.interview.is_in_other_language:
            flags.add(Flag.OTHER_LANGUAGE)
        if any(response.no_answer == NoAnswer.NO_WORDS for response in self.responses):
            flags.add(Flag.ANSWER_WITHOUT_WORDS)
        counted_responses = _counted_responses(self.interview, self.responses)
        if self.score is not None and len(self.scored_responses) < len(counted_responses):
            flags.add(Flag.UNANSWERED_EARNED_NOTHING)
        return flags | ({Flag.WAITING_FOR_PERSON} if _waiting_responses(self.responses) else set())


def score_by(
    interview: Interview, responses: Sequence[InterviewResponse], assessments: Mapping[UUID, Assessment]
) -> Decimal | None:
    """The overall score that these assessments give, by the ids of the responses. None without any."""
    counted = _counted_responses(interview, list(responses))
    scored = [ScoredResponse(response, assessments[response.pk]) for response in counted if response.pk in assessments]
    weight = sum(response.weight for response in counted)
    return _weighted_score(scored, weight) if scored and weight else None


def _scored_responses(responses: Iterable[InterviewResponse]) -> Iterator[ScoredResponse]:
    for response in responses:
        assessment = response.current_assessment
        if assessment and assessment.score is not None:
            yield ScoredResponse(response, assessment)


def _why_no_score(interview: Interview, responses: list[InterviewResponse], coverage: Decimal) -> tuple[str, str]:
    """Return the result status, and why there is no overall score: empty where there is one.

    Incomplete: a failure that another try may mend, or too low a coverage. Needs review: no step failed, but the
    interviewer could not score an answer.
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


def _first_quote(assessment: Assessment) -> str:
    return next((evidence.quote for criterion in assessment.criteria for evidence in criterion.verified_evidence), "")
