"""The step from a transcript to an assessment."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from interviews.answers.locks import lock_response
from interviews.flags import Flag
from interviews.models import Interview, InterviewResponse, LockedResponse, lock_interview
from interviews.models.transitions.recording import restart_work
from interviews.scoring.quote_verification import FILLER_WORDS
from interviews.scoring.rubric import job_rubric, job_text, resume_excerpt, rubric_version
from interviews.scoring.score_verification import VerifiedScores, verify_scores
from interviews.task_handles import CONCLUDE
from screener.background.leases import Lease
from screener.background.steps import Step
from screener.costs.metering import metered_interviewer_call
from screener.models import InvalidTransition, LeasableQuerySet, ModelCall
from screener.services.errors import NotSent, ServiceError, TransientError
from screener.services.interviewer import selection
from screener.services.interviewer.prompt_injection import has_injection, without_injections
from screener.services.interviewer.protocol import JobText, Reply, ResponseScores, ResponseText
from screener.services.interviewer.without_model import WaitingForPerson
from screener.services.privacy.redaction import redact

MIN_RESPONSE_WORDS = 4
MAX_DIFFERENCE = Decimal("0.5")
"""Between the scores of an answer with and without words that address the scorer."""
MIN_CONFIDENCE = 0.6
"""A transcript with less confidence is flagged, and its score stays."""
TOO_SHORT = "Too short to be scored."
RESCORE_REASON = "Scoring again was requested."
RETRY_REASON = "Another try for what failed was requested."
NOTHING_FAILED = "Nothing has failed in this interview. To redo all answers, score the interview again."


def redacted_transcript(response: InterviewResponse, interview: Interview) -> str:
    """Return the transcript without identifying texts. Every character keeps its place."""
    return redact(response.transcript, interview.candidate.identifying_texts)


def is_too_short(transcript: str) -> bool:
    words = re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)*", transcript.lower())
    return len([word for word in words if word not in FILLER_WORDS]) < MIN_RESPONSE_WORDS


@dataclass(frozen=True)
class ScoredText:
    """A response as it was sent, the interviewer's reply, and the verified scores."""

    text: ResponseText
    reply: Reply[ResponseScores]
    verified: VerifiedScores


# --- The step ------------------------------------------------------------------------------------------


def _responses_to_assess() -> LeasableQuerySet[InterviewResponse]:
    return InterviewResponse.objects.filter(status=InterviewResponse.Status.TRANSCRIBED)


def _score_response(lease: Lease[InterviewResponse]) -> ScoredText | None:
    """Have the interviewer score the response. Returns None if it is too short to be scored."""
    response = InterviewResponse.objects.select_related("interview__job", "interview__candidate").get(pk=lease.pk)
    if is_too_short(response.transcript):
        return None
    return _compare_without_instructions(response, _score_until_supported(response, lease))


def _save_assessment(response: LockedResponse, scored: ScoredText | None) -> None:
    if scored is None:
        response.close_unscored(InterviewResponse.Status.TOO_SHORT, reason=TOO_SHORT)
        return
    flags = set() if scored.verified.score is not None else {Flag.NEEDS_REVIEW}
    response.add_assessment(**_assessment_fields(response.row, scored, flags))


def _conclude_without_score(response_id: UUID, error: NotSent) -> None:
    """Have the interview concluded without this score, where a person has to give it."""
    if isinstance(error, WaitingForPerson):
        CONCLUDE.defer(InterviewResponse.objects.values_list("interview_id", flat=True).get(pk=response_id))


def _give_up(response: LockedResponse, error: ServiceError) -> None:
    lasted = isinstance(error, TransientError)
    reason = f"Scoring has failed for hours. {error}" if lasted else str(error)
    response.close_unscored(InterviewResponse.Status.MODEL_UNAVAILABLE, reason=reason)


ASSESS_STEP = Step(
    ready=_responses_to_assess,
    work=_score_response,
    lock=lock_response,
    save=_save_assessment,
    give_up=_give_up,
    on_postponed=_conclude_without_score,
)


def _score_until_supported(response: InterviewResponse, lease: Lease[InterviewResponse]) -> ScoredText:
    """Score the response, and once more if the scores are rejected. The interviewer is then told why.

    Rejected scores are saved at once, so that neither a crash nor a transient error costs a third request.
    """
    text = response_text(response)
    about = {"interview_id": response.interview_id, "job_id": response.interview.job_id}
    objection = _pending_objection(response, text)
    if not objection:
        scored = score_once(text, response.transcript, **about)
        if scored.verified.score is not None or not _save_rejected(lease, scored):
            return scored
        objection = scored.verified.reason
    return score_once(replace(text, objection=objection), response.transcript, **about)


def score_once(text: ResponseText, original: str, **about: Any) -> ScoredText:
    """Have the interviewer score a response, and verify its scores. `original` is the transcript before redaction."""
    reply = metered_interviewer_call(
        ModelCall.Purpose.ASSESSMENT, lambda interviewer: interviewer.assess_response(text), **about
    )
    return ScoredText(text, reply, verify_scores(reply.value.criteria, text, original))


def _compare_without_instructions(response: InterviewResponse, scored: ScoredText) -> ScoredText:
    """Score an answer that addresses the scorer again without those words, and reject a score that they change.

    Patterns find the words. The lower score is never taken in place of the other: a reviewer has to look.
    """
    transcript = without_injections(scored.text.transcript, response.transcript)
    if scored.verified.score is None or transcript == scored.text.transcript:
        return scored
    score: Decimal | None = Decimal(0)
    if not is_too_short(transcript):
        about = {"interview_id": response.interview_id, "job_id": response.interview.job_id}
        score = score_once(replace(scored.text, transcript=transcript), transcript, **about).verified.score
    if score is not None and abs(scored.verified.score - score) <= MAX_DIFFERENCE:
        return scored
    flags = sorted({*scored.verified.flags, Flag.SCORE_DEPENDS_ON_INSTRUCTIONS})
    reason = (
        f"The answer addresses the interviewer. With these words it scored {scored.verified.score}, without them "
        f"{'nothing' if score is None else score}."
    )
    return replace(scored, verified=replace(scored.verified, flags=flags, score=None, reason=reason))


def response_text(response: InterviewResponse) -> ResponseText:
    job = response.interview.job
    return ResponseText(
        job=job_text(job),
        question=response.question,
        competency=response.competency,
        transcript=redacted_transcript(response, response.interview),
        rubric=job_rubric(job),
        resume=resume_excerpt(response.interview.candidate),
        private=response.interview.candidate.identifying_texts,
    )


def _pending_objection(response: InterviewResponse, text: ResponseText) -> str:
    """Return why the last scores by this rubric were rejected, if the second request has not been answered yet."""
    last = response.assessments.first()
    if last is None or Flag.ASKED_AGAIN not in last.flags or last.rubric_version != rubric_version(text.rubric):
        return ""
    return last.reason


def _save_rejected(lease: Lease[InterviewResponse], scored: ScoredText) -> bool:
    """Add the rejected scores to the history. Returns False if the lease was lost."""
    with lease.locked(lock_response) as response:
        if response is not None:
            fields = _assessment_fields(response.row, scored, {Flag.ASKED_AGAIN})
            response.row.assessments.create(is_current=False, **fields)
        return response is not None


def _assessment_fields(response: InterviewResponse, scored: ScoredText, flags: set[Flag]) -> dict[str, Any]:
    reply, verified = scored.reply, scored.verified
    return {
        "feedback": reply.value.feedback,
        "reason": verified.reason,
        "model": reply.model[:100],
        "label": selection.configured_interviewer().label,
        "prompt_hash": reply.prompt_hash,
    } | verified_fields(response, scored.text, verified, flags)


def verified_fields(
    response: InterviewResponse, text: ResponseText, verified: VerifiedScores, flags: Iterable[Flag] = ()
) -> dict[str, Any]:
    """The fields that the assessments of models and of people have in common."""
    return {
        "score": verified.score,
        "criteria": verified.criteria,
        "flags": sorted({*verified.flags, *_text_flags(response, text.job), *flags}),
        "rubric_version": rubric_version(text.rubric),
    }


def _text_flags(response: InterviewResponse, job: JobText) -> Iterator[Flag]:
    """Yield the flags of the transcript and of the job text. They change no score."""
    confidence = response.transcript_confidence
    if confidence is not None and confidence < MIN_CONFIDENCE:
        yield Flag.LOW_CONFIDENCE
    if has_injection(response.transcript):
        yield Flag.TALKS_TO_THE_SCORER
    if has_injection(f"{job.title}\n{job.description}"):
        yield Flag.JOB_TALKS_TO_THE_SCORER


# --- Scoring again -------------------------------------------------------------------------------------


def rescore(interview: Interview, *, actor: str) -> None:
    """Score the answers of a completed interview again, but those that a person scored. Earlier assessments stay."""
    with lock_interview(interview) as locked:
        locked.reopen_result(actor=actor, reason=RESCORE_REASON)
        for response in interview.responses.prefetch_related("assessments"):
            current = response.current_assessment
            if current is None or not current.is_by_person:
                restart_work(LockedResponse(response, locked))


def retry_failed(interview: Interview, *, actor: str) -> None:
    """Work again on the responses without a score, unless the candidate left them unanswered. Others keep theirs."""
    with lock_interview(interview) as locked:
        if interview.result_status not in Interview.NEEDS_A_PERSON:
            raise InvalidTransition(NOTHING_FAILED)
        locked.reopen_result(actor=actor, reason=RETRY_REASON)
        for response in interview.responses.prefetch_related("assessments"):
            if response.has_failed or response.status == InterviewResponse.Status.TRANSCRIBED:
                restart_work(LockedResponse(response, locked))
