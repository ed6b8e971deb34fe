"""From assessments to a result: what the answers add up to, and what is missing where they do not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from interviews.flags import Flag
from interviews.models import Assessment, Interview, InterviewResponse, InterviewResult
from interviews.models.interview import InterviewQuerySet
from interviews.models.response import weighted_coverage
from interviews.models.result import Recommendation
from interviews.records import CriterionRecord
from interviews.scoring.assessment import job_text, sendable
from interviews.scoring.quote_verification import places_of, why_no_evidence
from jobs.models import JobDescription
from screener.background.leases import Lease
from screener.background.steps import Step
from screener.costs.metering import paid
from screener.models import ModelCall
from screener.records import Point
from screener.services.errors import ServiceError
from screener.services.interviewer import selection
from screener.services.interviewer.protocol import AssessedResponse, CriterionScore, InterviewText, Reply, Summary

STRENGTH_FROM = Decimal("6.5")
"""A strength rests on an answer with this score or a higher one, an improvement on one with a lower score."""
NOTHING_SUPPORTED = "No statement about this interview is supported by words of its answers. Read the answers."

Counted = tuple[InterviewResponse, Assessment]
"""An answer with the score that it has."""


@dataclass(frozen=True)
class Conclusion:
    """The result of an interview: its scores and, unless they are incomplete, a summary in words."""

    standing: "Standing"
    summary: Reply[Summary] | None


def _interviews_to_conclude() -> InterviewQuerySet:
    """Completed interviews of which each response is settled."""
    unsettled = InterviewResponse.objects.filter(
        interview=OuterRef("pk"), status__in=InterviewResponse.OPEN + InterviewResponse.IN_WORK
    )
    return Interview.all_objects.filter(
        ~Exists(unsettled), status=Interview.Status.COMPLETED, result_status=Interview.ResultStatus.PENDING
    )


def _conclude(lease: Lease[Interview]) -> Conclusion:
    interview = Interview.all_objects.select_related("job", "candidate").get(pk=lease.pk)
    standing = Standing.of(interview)
    if standing.missing:
        return Conclusion(standing, None)
    summary = paid(
        ModelCall.Purpose.SUMMARY,
        lambda interviewer: interviewer.summarise_interview(standing.text()),
        interview_id=interview.pk,
        job_id=interview.job_id,
    )
    return Conclusion(standing, summary)


@contextmanager
def _lock_interview(interview_id: UUID) -> Iterator[Interview | None]:
    """As `Lock`."""
    interviews = Interview.all_objects.select_for_update(of=("self",)).select_related("job")
    with transaction.atomic():
        interview = interviews.filter(pk=interview_id).first()
        if interview is None:
            yield None
            return
        with interview.held():
            yield interview


def _save_conclusion(interview: Interview, conclusion: Conclusion) -> None:
    standing = conclusion.standing
    _save_result(interview, standing.status, standing, conclusion.summary, reason=standing.missing)


def _give_up(interview: Interview, error: ServiceError) -> None:
    """Keep the score, which needs no model, and leave the summary to a person."""
    standing = Standing.of(interview)
    reason = standing.missing or f"The score stands, but nobody has put it into words. {error}"
    status = standing.status if standing.missing else Interview.ResultStatus.NEEDS_REVIEW
    _save_result(interview, status, standing, None, reason=reason)


CONCLUDE_STEP = Step(
    ready=_interviews_to_conclude,
    work=_conclude,
    lock=_lock_interview,
    save=_save_conclusion,
    give_up=_give_up,
)


@dataclass(frozen=True)
class Standing:
    """What the settled answers add up to; `missing` says why they add up to no score, where they do not.

    `doubt` says why a person must look at the score that there is, where somebody must.
    """

    interview: Interview
    responses: list[InterviewResponse]
    counted: list[Counted]
    coverage: Decimal
    score: Decimal | None
    status: str
    missing: str
    doubt: str = ""

    @classmethod
    def of(cls, interview: Interview) -> "Standing":
        responses = list(interview.responses.prefetch_related("assessments"))
        total = sum(one.weight for one in responses)
        counted = [(one, found) for one in responses if (found := one.current_assessment) and found.score is not None]
        coverage = weighted_coverage((one for one, _ in counted), total)
        status, missing = _what_is_missing(interview, responses, coverage)
        score = None if missing else _mean(counted)
        doubt = (
            "" if score is None else _rests_on_no_words(interview.job, counted, total, recommend(score, interview.job))
        )
        if doubt:
            status = Interview.ResultStatus.NEEDS_REVIEW
        return cls(interview, responses, counted, coverage, score, status, missing, doubt)

    def text(self) -> InterviewText:
        return InterviewText(
            job=job_text(self.interview.job),
            answers=tuple(
                AssessedResponse(
                    position=one.position,
                    question=one.question,
                    transcript=sendable(one, self.interview),
                    score=float(found.score or 0),
                    criteria=tuple(_as_scored(criterion) for criterion in found.criteria),
                )
                for one, found in self.counted
            ),
            private=self.interview.candidate.identifying_texts,
        )


def _as_scored(criterion: CriterionRecord) -> CriterionScore:
    """A stored criterion as the interviewer's summary reads it: with the quotes that were found, and no others."""
    return CriterionScore(
        criterion=criterion.criterion,
        score=criterion.score,
        reason=criterion.reason,
        quotes=[evidence.quote for evidence in criterion.quotes],
    )


def _what_is_missing(interview: Interview, responses: list[InterviewResponse], coverage: Decimal) -> tuple[str, str]:
    """(result status, why there can be no overall score, in sentences; empty where there can).

    Incomplete: something of ours failed, which trying again may mend, or too little was answered. Needs review: all
    was done, and what came of it is for a person to settle.
    """
    failed = [one for one in responses if one.has_failed]
    broken = any(one.status in InterviewResponse.SETTLED_BY_US for one in failed)
    if failed:
        reasons = " ".join(_why_no_score(one) for one in failed)
        status = Interview.ResultStatus.INCOMPLETE if broken else Interview.ResultStatus.NEEDS_REVIEW
        return status, f"{reasons} Read or hear the answer and decide, or have it tried again."
    if not coverage or coverage < interview.job.minimum_coverage:
        enough = _percent(interview.job.minimum_coverage)
        few = f"Only {_percent(coverage)} of the questions (by weight) have a score; the job asks for {enough}."
        return Interview.ResultStatus.INCOMPLETE, few
    return Interview.ResultStatus.READY, ""


def _why_no_score(response: InterviewResponse) -> str:
    number = response.position + 1
    if response.status in InterviewResponse.SETTLED_BY_US:
        return f"Question {number}: {response.status_reason or response.get_status_display()}"
    found = response.current_assessment
    return f"Question {number} needs a person: {found.reason if found else ''}"


def _percent(share: Decimal) -> str:
    """Exact enough to tell apart what is just below a border."""
    return f"{float(share) * 100:.3g}%"


def _mean(counted: list[Counted]) -> Decimal:
    weight = sum(one.weight for one, _ in counted)
    return Decimal(str(sum(float(found.score or 0) * one.weight for one, found in counted) / weight)).quantize(
        Decimal("0.01")
    )


def _rests_on_no_words(job: JobDescription, counted: list[Counted], total: float, advice: str) -> str:
    """Why a person must look where the recommendation hangs on scores for which no words of an answer are shown."""
    shown = [(one, found) for one, found in counted if found.shows_words]
    if len(shown) == len(counted):
        return ""
    enough = shown and weighted_coverage((one for one, _ in shown), total) >= job.minimum_coverage
    without = recommend(_mean(shown), job) if enough else ""
    if without == advice:
        return ""
    which = ", ".join(str(one.position + 1) for one, found in counted if not found.shows_words)
    return (
        f"The recommendation ({advice}) rests on scores for which no words are shown (question {which}); without them "
        f"it would be {without or 'none'}. Read or hear what was said there, then decide."
    )


def recommend(score: Decimal, job: JobDescription) -> str:
    if score >= job.hire_at:
        return Recommendation.HIRE
    return Recommendation.CONSIDER if score >= job.consider_at else Recommendation.REJECT


def _save_result(
    interview: Interview, status: str, standing: Standing, reply: Reply[Summary] | None, *, reason: str
) -> None:
    """Make this the current result. Call it with the interview locked."""
    label = selection.configured_interviewer().label
    reason = f"{standing.doubt} {reason}".strip()
    words = _in_words(reply.value, standing) if reply else InWords(reasoning="")
    score = standing.score
    advice = recommend(score, interview.job) if score is not None else ""
    contradictions = _contradictions(reply.value.opinion, words, advice) if reply else set()
    interview.results.filter(is_current=True).update(is_current=False)
    InterviewResult.objects.create(
        interview=interview,
        overall_score=score,
        coverage=standing.coverage,
        recommendation=advice,
        opinion=reply.value.opinion if reply else "",
        reasoning=f"{reason} {words.reasoning}".strip(),
        grounds=words.grounds,
        strengths=words.strengths,
        improvements=words.improvements,
        flags=sorted(words.flags | contradictions | _flags(standing)),
        hire_at=interview.job.hire_at,
        consider_at=interview.job.consider_at,
        model=(reply.model if reply else label)[:100],
        label=label,
        prompt_hash=reply.prompt_hash if reply else "",
    )
    interview.set_result_status(status, reason=reason)


def _flags(standing: Standing) -> set[str]:
    assessments = [found for one in standing.responses if (found := one.current_assessment)]
    return {flag for found in assessments for flag in found.flags} | (
        {Flag.RESTS_ON_SCORES_WITHOUT_WORDS} if standing.doubt else set()
    )


@dataclass(frozen=True)
class InWords:
    """What is said of an interview: statements, each with the question and the words that it rests on."""

    reasoning: str
    grounds: list[Point] = field(default_factory=list)
    strengths: list[Point] = field(default_factory=list)
    improvements: list[Point] = field(default_factory=list)
    flags: frozenset[str] = frozenset()


def _in_words(summary: Summary, standing: Standing) -> InWords:
    """The statements whose quotes stand in answers that they may rest on; the others are left out and flagged."""
    strong = {one.position for one, found in standing.counted if (found.score or 0) >= STRENGTH_FROM}
    answers = {one.position: (one, sendable(one, standing.interview)) for one, _ in standing.counted}
    flags, kept = set[str](), list[list[Point]]()
    for points, may_rest_on in (
        (summary.reasoning, answers.keys()),
        (summary.strengths, strong),
        (summary.improvements, answers.keys() - strong),
    ):
        allowed = {position: answers[position] for position in may_rest_on}
        found = [(point, *_words_under(point, allowed)) for point in points]
        kept.append(
            [
                Point(text=point.text, position=point.position, quote=quote)
                for point, quote, why_not in found
                if not why_not
            ]
        )
        flags.update(*(why_not for *_, why_not in found))
    grounds, strengths, improvements = kept
    return InWords(
        reasoning=" ".join(point.text for point in grounds) or NOTHING_SUPPORTED,
        grounds=grounds,
        strengths=strengths,
        improvements=improvements,
        flags=frozenset(flags),
    )


def _words_under(point: Point, answers: dict[int, tuple[InterviewResponse, str]]) -> tuple[str, set[str]]:
    """The words that a statement rests on, as they were said, and the flags for why it is left out, where it is."""
    answer, sent = answers.get(point.position, (None, ""))
    places = places_of(point.quote, sent, answer.transcript) if answer else []
    if not answer or not places:
        return "", {Flag.POINT_WITHOUT_QUOTE_LEFT_OUT}
    why_not = {why_no_evidence(place, sent, answer.transcript) for place in places}
    quote = " … ".join(answer.transcript[place.start : place.end] for place in places)
    is_supported = "" in why_not and Flag.QUOTE_TALKS_TO_THE_SCORER not in why_not
    return quote, set() if is_supported else {Flag.POINT_WITHOUT_QUOTE_LEFT_OUT, *why_not} - {""}


def _contradictions(opinion: str, words: InWords, advice: str) -> set[str]:
    """Where what is said of the interview does not go with what the job's thresholds make of its score."""
    found: set[str] = {Flag.CONTRADICTS_THRESHOLDS} if opinion != advice else set()
    if advice == Recommendation.HIRE and not words.strengths:
        found.add(Flag.HIRE_WITHOUT_STRENGTHS)
    if advice == Recommendation.REJECT and words.strengths and not words.improvements:
        found.add(Flag.REJECT_WITH_STRENGTHS_ONLY)
    return found
