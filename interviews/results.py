"""From assessments to a result: what the answers add up to, and what is missing where they do not."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from interviews.answers import LEASE_SECONDS
from interviews.evidence import find_quote
from interviews.models import Interview, InterviewResponse, InterviewResult
from interviews.models.result import Recommendation
from interviews.scoring import job_text, sendable
from jobs.models import JobDescription
from screener.model_calls import paid
from screener.models import ModelCall
from screener.queue import MOST_TRIES, pause_after
from screener.services import language_model
from screener.services.errors import NotAsked, PermanentError, TransientError
from screener.services.interviewer import CriterionScore, InterviewText, JudgedAnswer, Point, Reply, Summary


def conclude(interview_id: UUID) -> None:
    """Put the result of a completed interview together once each of its responses is settled."""
    waiting = Interview.objects.filter(
        status=Interview.Status.COMPLETED, result_status=Interview.ResultStatus.PENDING
    ).exclude(responses__status__in=InterviewResponse.OPEN + InterviewResponse.IN_WORK)
    token = Interview.objects.filter(pk__in=waiting.values("pk")).claim(interview_id, seconds=LEASE_SECONDS)
    if token is None:
        return
    interview = Interview.objects.select_related("job", "candidate").get(pk=interview_id)
    standing = Standing.of(interview)
    if standing.missing:
        _hand_in(interview, token, Interview.ResultStatus.INCOMPLETE, standing, None, reason=standing.missing)
        return
    try:
        reply = paid(
            ModelCall.Purpose.SUMMARY,
            lambda interviewer: interviewer.summarise(standing.text()),
            interview_id=interview.pk,
            job_id=interview.job_id,
        )
    except NotAsked as error:
        Interview.objects.postpone(interview_id, token, error.wait, counts=False)
    except TransientError as error:
        if interview.tries < MOST_TRIES:
            Interview.objects.postpone(interview_id, token, pause_after(interview.tries, asked=error.retry_after))
        else:
            _hand_in(interview, token, Interview.ResultStatus.NEEDS_REVIEW, standing, None, reason=str(error))
    except PermanentError as error:
        _hand_in(interview, token, Interview.ResultStatus.NEEDS_REVIEW, standing, None, reason=str(error))
    else:
        _hand_in(interview, token, Interview.ResultStatus.READY, standing, reply, reason="")


@dataclass(frozen=True)
class Standing:
    """What the settled answers add up to."""

    interview: Interview
    responses: list[InterviewResponse]
    coverage: Decimal
    score: Decimal | None
    missing: str

    @classmethod
    def of(cls, interview: Interview) -> "Standing":
        responses = list(interview.responses.prefetch_related("assessments"))
        total = sum(one.weight for one in responses)
        scored = [(one, one.current_assessment) for one in responses if one.status == InterviewResponse.Status.ASSESSED]
        counted = [(one, found.score) for one, found in scored if found and found.score is not None]
        weight = sum(one.weight for one, _ in counted)
        coverage = Decimal(str(round(weight / total, 3))) if total else Decimal(0)
        missing = _what_is_missing(interview, responses, coverage)
        score = None
        if counted and not missing:
            mean = sum(float(found) * one.weight for one, found in counted) / weight
            score = Decimal(str(mean)).quantize(Decimal("0.01"))
        return cls(interview, responses, coverage, score, missing)

    def text(self) -> InterviewText:
        return InterviewText(
            job=job_text(self.interview.job),
            answers=tuple(
                JudgedAnswer(
                    position=one.position,
                    question=one.question,
                    transcript=sendable(one, self.interview),
                    score=float(found.score),
                    criteria=tuple(_as_scored(criterion) for criterion in found.criteria),
                )
                for one in self.responses
                if (found := one.current_assessment) and found.score is not None
            ),
        )


def _as_scored(criterion: dict[str, Any]) -> CriterionScore:
    """A stored criterion as the interviewer's summary reads it: with the quotes that were found, and no others."""
    return CriterionScore(
        criterion=criterion["criterion"],
        score=criterion["score"],
        reason=criterion["reason"],
        quotes=[one["quote"] for one in criterion["evidence"] if one["verified"]],
    )


def _what_is_missing(interview: Interview, responses: list[InterviewResponse], coverage: Decimal) -> str:
    """Why there can be no overall score, in a sentence; empty where there can."""
    ours = [one for one in responses if one.status in InterviewResponse.SETTLED_BY_US]
    unsure = [one for one in responses if (found := one.current_assessment) and found.score is None]
    if ours:
        return " ".join(f"Question {one.position + 1}: {one.status_reason or one.get_status_display()}" for one in ours)
    if unsure:
        return " ".join(f"Question {one.position + 1} needs a person: {_reason(one)}" for one in unsure)
    if coverage < interview.job.minimum_coverage:
        needed = interview.job.minimum_coverage
        return f"Only {coverage:.0%} of the questions (by weight) have a score; the job asks for {needed:.0%}."
    return ""


def _reason(response: InterviewResponse) -> str:
    return response.current_assessment.reason if response.current_assessment else ""


def recommend(score: Decimal, job: JobDescription) -> str:
    if score >= job.hire_at:
        return Recommendation.HIRE
    return Recommendation.CONSIDER if score >= job.consider_at else Recommendation.REJECT


def _hand_in(
    interview: Interview,
    token: UUID,
    status: str,
    standing: Standing,
    reply: Reply[Summary] | None,
    *,
    reason: str,
) -> None:
    label = language_model.interviewer().label
    with interview.locked():
        if interview.lease != token:
            return
        points = _checked_points(reply.value, standing) if reply else ([], [], [])
        score = standing.score
        interview.results.filter(is_current=True).update(is_current=False)
        InterviewResult.objects.create(
            interview=interview,
            overall_score=score,
            coverage=standing.coverage,
            recommendation=recommend(score, interview.job) if score is not None else "",
            reasoning=reply.value.reasoning if reply else reason,
            strengths=points[0],
            improvements=points[1],
            flags=sorted({*points[2], *_flags(standing)}),
            hire_at=interview.job.hire_at,
            consider_at=interview.job.consider_at,
            model=(reply.model if reply else label)[:100],
            label=label,
        )
        interview.concluded(status, reason=reason)


def _flags(standing: Standing) -> set[str]:
    assessments = [found for one in standing.responses if (found := one.current_assessment)]
    return {flag for found in assessments for flag in found.flags}


def _checked_points(
    summary: Summary, standing: Standing
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], set[str]]:
    """Strengths and improvements whose quotes stand in the answers; the others are left out and flagged."""
    interview = standing.interview
    answers = {one.position: one for one in standing.responses}
    flags: set[str] = set()

    def supported(points: list[Point]) -> list[dict[str, Any]]:
        kept = []
        for point in points:
            answer = answers.get(point.position)
            place = find_quote(point.quote, sendable(answer, interview)) if answer else None
            if answer and place:
                kept.append(point.model_dump() | {"quote": answer.transcript[place.start : place.end]})
            else:
                flags.add("point_without_quote_left_out")
        return kept

    return supported(summary.strengths), supported(summary.improvements), flags


def interviews_to_conclude() -> list[UUID]:
    waiting = Interview.objects.filter(
        status=Interview.Status.COMPLETED, result_status=Interview.ResultStatus.PENDING
    ).exclude(responses__status__in=InterviewResponse.OPEN + InterviewResponse.IN_WORK)
    return list(waiting.left_behind().values_list("pk", flat=True)[:200])
