"""From answers to assessments. Every number here is computed, never made up."""

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel

from interviews.answers.locks import lock_response
from interviews.flags import Flag
from interviews.models import Interview, InterviewResponse
from interviews.records import CriterionRecord, Evidence
from interviews.scoring.quote_verification import FILLERS, places_of, why_no_evidence
from jobs.models import JobDescription
from screener.background.leases import Lease
from screener.background.steps import Step
from screener.costs.metering import paid
from screener.models import InvalidTransition, LeasableQuerySet, ModelCall
from screener.services.errors import ServiceError, TransientError
from screener.services.interviewer import selection
from screener.services.interviewer.prompt_injection import has_injection
from screener.services.interviewer.protocol import (
    Criterion,
    CriterionScore,
    JobText,
    Reply,
    ResponseScores,
    ResponseText,
)
from screener.services.privacy.redaction import redact

log = logging.getLogger(__name__)
T = TypeVar("T", bound=BaseModel)

FEWEST_WORDS = 4
UNSUPPORTED_LIMIT = 5
"""A higher score than this needs a quote that really stands in the answer."""
NEAR_NOTHING = 2
"""A score up to this may rest on nothing; above it, HR is told where no words are shown."""
LOW_CONFIDENCE = 0.6
"""Where the transcriber is less sure of an answer than this, a person should listen. The score stays what it is."""


def rubric_of(job: JobDescription) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(
            key=one["key"],
            name=one["name"],
            weight=float(one["weight"]),
            anchors={int(level): text for level, text in one.get("anchors", {}).items()},
        )
        for one in job.rubric
    )


def rubric_version(rubric: tuple[Criterion, ...]) -> str:
    return hashlib.sha256(json.dumps([asdict(one) for one in rubric], sort_keys=True).encode()).hexdigest()[:12]


def job_text(job: JobDescription) -> JobText:
    return JobText(title=job.title, description=job.description, language=job.language)


def sendable(response: InterviewResponse, interview: Interview) -> str:
    """The words of an answer as they may leave the house: place for place the transcript, without who said it."""
    return redact(response.transcript, interview.candidate.identifying_texts)


def is_too_short(transcript: str) -> bool:
    words = re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)*", transcript.lower())
    return len([word for word in words if word not in FILLERS]) < FEWEST_WORDS


# --- One answer ----------------------------------------------------------------------------------------


def _responses_to_assess() -> LeasableQuerySet[InterviewResponse]:
    return InterviewResponse.objects.filter(status=InterviewResponse.Status.TRANSCRIBED)


@dataclass(frozen=True)
class Scored:
    answer: ResponseText
    reply: Reply[ResponseScores]
    checked: "Checked"


def _score(lease: Lease[InterviewResponse]) -> Scored | None:
    """Has the interviewer score a response. None where it is too short to be scored."""
    response = InterviewResponse.objects.select_related("interview__job", "interview__candidate").get(pk=lease.pk)
    if is_too_short(response.transcript):
        return None
    answer = _answer_text(response)
    reply, checked = _ask_until_supported(response, answer, lease)
    return Scored(answer, reply, checked)


def _save_assessment(response: InterviewResponse, scored: Scored | None) -> None:
    if scored is None:
        response.close_unscored(InterviewResponse.Status.TOO_SHORT, reason="Too short to be scored.")
        return
    more: set[str] = set() if scored.checked.score is not None else {Flag.NEEDS_REVIEW}
    response.add_assessment(**_assessment(response, scored.reply, scored.checked, scored.answer, more))


def _give_up(response: InterviewResponse, error: ServiceError) -> None:
    lasted = isinstance(error, TransientError)
    reason = f"It could not be scored for hours. {error}" if lasted else str(error)
    response.close_unscored(InterviewResponse.Status.MODEL_UNAVAILABLE, reason=reason)


ASSESS_STEP = Step(
    ready=_responses_to_assess,
    work=_score,
    lock=lock_response,
    save=_save_assessment,
    give_up=_give_up,
)


def _answer_text(response: InterviewResponse) -> ResponseText:
    job = response.interview.job
    return ResponseText(
        job=job_text(job),
        question=response.question,
        competency=response.competency,
        transcript=sendable(response, response.interview),
        rubric=rubric_of(job),
        private=response.interview.candidate.identifying_texts,
    )


@dataclass(frozen=True)
class Checked:
    """What the interviewer said, after its quotes were looked for in what the candidate said."""

    criteria: list[CriterionRecord]
    flags: list[str]
    score: Decimal | None
    reason: str = ""


def check(scores: ResponseScores, answer: ResponseText, spoken: str) -> Checked:
    """Verify every quote against what was sent, and compute the answer's score by the weights of the rubric.

    `spoken` is the same text before it was redacted: place for place what was sent, and what HR reads.
    """
    by_key = {one.criterion: one for one in scores.criteria}
    if set(by_key) != {one.key for one in answer.rubric} or len(scores.criteria) != len(answer.rubric):
        return Checked(
            [], [Flag.CRITERIA_MISSING], None, "The interviewer did not score each criterion of the rubric once."
        )
    criteria = [_check_criterion(one, by_key[one.key], answer.transcript, spoken) for one in answer.rubric]
    flags = sorted({flag for criterion in criteria for flag in criterion.flags})
    if Flag.UNSUPPORTED in flags:
        names = ", ".join(criterion.name for criterion in criteria if Flag.UNSUPPORTED in criterion.flags)
        return Checked(criteria, flags, None, f"No words of the answer support the score given for: {names}.")
    total = sum(one.weight for one in answer.rubric)
    score = sum(criterion.score * criterion.weight for criterion in criteria) / total
    return Checked(criteria, flags, Decimal(str(score)).quantize(Decimal("0.01")))


def _check_criterion(criterion: Criterion, score: CriterionScore, sent: str, spoken: str) -> CriterionRecord:
    evidence = [entry for quote in score.quotes for entry in _evidence(quote, sent, spoken)]
    flags = {entry.why_not for entry in evidence} - {""}
    if score.score > NEAR_NOTHING and not any(entry.verified for entry in evidence):
        flags.add(Flag.UNSUPPORTED if score.score > UNSUPPORTED_LIMIT else Flag.NO_WORDS)
    return CriterionRecord(
        criterion=criterion.key,
        name=criterion.name,
        weight=criterion.weight,
        score=score.score,
        reason=score.reason,
        evidence=evidence,
        flags=sorted(flags),
    )


def _evidence(quote: str, sent: str, spoken: str) -> Iterator[Evidence]:
    """The quote with its place in the answer, or with none, and the flag for why nothing rests on it, where that is so.

    Each part by itself where it leaves something out.
    """
    places = places_of(quote, sent, spoken)
    if not places:
        yield Evidence(quote=quote, verified=False, why_not=Flag.QUOTE_NOT_FOUND, start=None, end=None)
    for place in places:
        why_not, words = why_no_evidence(place, sent, spoken), spoken[place.start : place.end]
        yield Evidence(quote=words, verified=not why_not, why_not=why_not, start=place.start, end=place.end)


def _ask_until_supported(
    response: InterviewResponse, answer: ResponseText, lease: Lease[InterviewResponse]
) -> tuple[Reply[ResponseScores], Checked]:
    """Ask, and once more, saying why, where the scores are incomplete or a high one rests on words that nobody said.

    What was refused is kept at once, so that a crash between the two, or a bad hour of the vendor, costs no third.
    """
    spoken, about = response.transcript, {"interview_id": response.interview_id, "job_id": response.interview.job_id}
    refused = _refused_before(response, answer)
    if not refused:
        reply, checked = ask(answer, spoken, **about)
        if checked.score is not None or not _keep_refused(lease, reply, checked, answer):
            return reply, checked
        refused = checked.reason
    return ask(replace(answer, objection=refused), spoken, **about)


def ask(answer: ResponseText, spoken: str, **about: Any) -> tuple[Reply[ResponseScores], Checked]:
    """What the interviewer says to an answer, and what is left of it after checking; `spoken` as in `check`."""
    reply = paid(ModelCall.Purpose.ASSESSMENT, lambda interviewer: interviewer.assess_response(answer), **about)
    return reply, check(reply.value, answer, spoken)


def _refused_before(response: InterviewResponse, answer: ResponseText) -> str:
    """Why the judgement that was asked for last was refused, if nothing has come of the second one yet."""
    last = response.assessments.first()
    same_rubric = last and last.rubric_version == rubric_version(answer.rubric)
    return last.reason if last and same_rubric and Flag.ASKED_AGAIN in last.flags else ""


def _keep_refused(
    lease: Lease[InterviewResponse], reply: Reply[ResponseScores], checked: Checked, answer: ResponseText
) -> bool:
    """Add the refused assessment to the history. False where the lease was lost."""
    with lease.locked(lock_response) as response:
        if response is not None:
            refused = _assessment(response, reply, checked, answer, {Flag.ASKED_AGAIN})
            response.assessments.create(is_current=False, **refused)
        return response is not None


def _assessment(
    response: InterviewResponse, reply: Reply[ResponseScores], checked: Checked, answer: ResponseText, more: set[str]
) -> dict[str, Any]:
    return {
        "score": checked.score,
        "criteria": checked.criteria,
        "feedback": reply.value.feedback,
        "flags": sorted({*checked.flags, *_doubts(response, answer.job), *more}),
        "reason": checked.reason,
        "rubric_version": rubric_version(answer.rubric),
        "model": reply.model[:100],
        "label": selection.configured_interviewer().label,
        "prompt_hash": reply.prompt_hash,
    }


def _doubts(response: InterviewResponse, job: JobText) -> Iterator[str]:
    """What HR should know of the texts that were judged. It changes no score."""
    confidence = response.transcript_confidence
    if confidence is not None and confidence < LOW_CONFIDENCE:
        yield Flag.LOW_CONFIDENCE
    if has_injection(response.transcript):
        yield Flag.TALKS_TO_THE_SCORER
    if has_injection(f"{job.title}\n{job.description}"):
        yield Flag.JOB_TALKS_TO_THE_SCORER


def rescore(interview: Interview, *, actor: str) -> None:
    """Score the answers of a completed interview again; what was found before stays visible."""
    with interview.locked():
        interview.reopen_result(actor=actor, reason="Scoring again was asked for.")
        for response in interview.responses.all():
            response.interview = interview
            response.restart_work()


def try_again(interview: Interview, *, actor: str) -> None:
    """Take up again what failed or was left to a person, and nothing else."""
    with interview.locked():
        if interview.result_status not in Interview.NEEDS_A_PERSON:
            raise InvalidTransition(
                "Nothing failed here, so there is nothing to try again. Score again to redo it all."
            )
        interview.reopen_result(actor=actor, reason="Trying again what failed was asked for.")
        for response in interview.responses.prefetch_related("assessments"):
            response.interview = interview
            if response.has_failed:
                response.restart_work()
