"""The step from a transcript to an assessment."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from interviews.answers.locks import lock_response
from interviews.flags import Flag
from interviews.models import Assessment, Interview, InterviewResponse, LockedResponse, lock_interview
from interviews.models.transitions.recording import restart_work
from interviews.scoring.quote_verification import FILLER_WORDS
from interviews.scoring.rubric import job_rubric, job_text, resume_excerpt, rubric_version
from interviews.scoring.score_verification import REJECTION_FLAGS, VerifiedScores, verify_scores, weighted_score
from interviews.task_handles import CONCLUDE
from screener.background.leases import Lease
from screener.background.steps import Step
from screener.costs.metering import metered_interviewer_call
from screener.models import InvalidTransition, LeasableQuerySet, ModelCall
from screener.services.errors import NotSent, ServiceError, reason_after_retries
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
TOO_SHORT = gettext_noop("Too short to be scored.")
RESCORE_REASON = gettext_noop("Scoring again was requested.")
COMPARISON_REASON = gettext_noop("Scored without the words that address the interviewer, for comparison.")
INTERIM_FLAGS = frozenset({Flag.ASKED_AGAIN, Flag.COMPARED})
"""Flags of assessments that are saved before the scoring has ended."""
RETRY_REASON = gettext_noop("Another try for what failed was requested.")
NOTHING_FAILED = _("Nothing has failed in this interview. To redo all answers, score the interview again.")


def redacted_transcript(response: InterviewResponse, interview: Interview) -> str:
    """Return the transcript without identifying texts. Every character keeps its place."""
    return redact(response.transcript, interview.candidate.identifying_texts)


def is_too_short(transcript: str) -> bool:
    transcript_words = re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)*", transcript.lower())
    return len([word for word in transcript_words if word not in FILLER_WORDS]) < MIN_RESPONSE_WORDS


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
    redacted_text = response_text(response)
    if not has_injection(response.transcript):
        return _score_until_supported(response, redacted_text, lease)
    comparison_score = _score_without_instructions(response, redacted_text, lease)
    return _reject_if_changed(_score_until_supported(response, redacted_text, lease), comparison_score)


def _save_assessment(response: LockedResponse, scored_text: ScoredText | None) -> None:
    if scored_text is None:
        response.close_unscored(InterviewResponse.Status.TOO_SHORT, reason=TOO_SHORT)
        return
    flags = set() if scored_text.verified.score is not None else {Flag.NEEDS_REVIEW}
    response.add_assessment(**_assessment_fields(response.row, scored_text, flags))


def _conclude_without_score(response_id: UUID, error: NotSent) -> None:
    """Have the interview concluded without this score, where a person has to give it."""
    if isinstance(error, WaitingForPerson):
        CONCLUDE.defer(InterviewResponse.objects.values_list("interview_id", flat=True).get(pk=response_id))


def _give_up(response: LockedResponse, error: ServiceError) -> None:
    failure_reason = reason_after_retries(error, "Scoring has failed for hours.")
    response.close_unscored(InterviewResponse.Status.MODEL_UNAVAILABLE, reason=failure_reason)


ASSESS_STEP = Step(
    ready=_responses_to_assess,
    work=_score_response,
    lock=lock_response,
    save=_save_assessment,
    give_up=_give_up,
    on_postponed=_conclude_without_score,
    answer=lambda response_id: response_id,
)


def _score_until_supported(
    response: InterviewResponse, redacted_text: ResponseText, lease: Lease[InterviewResponse]
) -> ScoredText:
    """Score the response, and once more if the scores are rejected. The interviewer is then told why.

    Rejected scores are saved at once, so that neither a crash nor a transient error costs a third request.
    """
    rejected_assessment = _interim_assessment(response, redacted_text, Flag.ASKED_AGAIN)
    objection = rejected_assessment.reason if rejected_assessment else ""
    if not objection:
        scored_text = score_once(redacted_text, response.transcript, **_metering_ids(response))
        if scored_text.verified.score is not None or not _save_interim(lease, scored_text, Flag.ASKED_AGAIN):
            return scored_text
        objection = scored_text.verified.reason
    return score_once(replace(redacted_text, objection=objection), response.transcript, **_metering_ids(response))


def score_once(redacted_text: ResponseText, original_transcript: str, **about: Any) -> ScoredText:
    """Have the interviewer score a response, and verify its scores. `original_transcript`: before redaction."""
    reply = metered_interviewer_call(
        ModelCall.Purpose.ASSESSMENT, lambda interviewer: interviewer.assess_response(redacted_text), **about
    )
    return ScoredText(redacted_text, reply, verify_scores(reply.value.criteria, redacted_text, original_transcript))


def _score_without_instructions(
    response: InterviewResponse, redacted_text: ResponseText, lease: Lease[InterviewResponse]
) -> Decimal | None:
    """Score an answer that addresses the scorer without those words, which patterns find. None: rejected scores.

    The scores are saved at once, so that neither a crash nor a transient error costs another such request.
    """
    cleaned_transcript = without_injections(redacted_text.transcript, response.transcript)
    if is_too_short(cleaned_transcript):
        return Decimal(0)
    if saved_assessment := _interim_assessment(response, redacted_text, Flag.COMPARED):
        return None if REJECTION_FLAGS & set(saved_assessment.flags) else weighted_score(saved_assessment.criteria)
    original_transcript = without_injections(response.transcript, response.transcript)
    scored_text = score_once(
        replace(redacted_text, transcript=cleaned_transcript), original_transcript, **_metering_ids(response)
    )
    _save_interim(lease, _without_score(scored_text, COMPARISON_REASON), Flag.COMPARED)
    return scored_text.verified.score


def _reject_if_changed(scored_text: ScoredText, comparison_score: Decimal | None) -> ScoredText:
    """Reject a score that the words to the scorer change. The other score never replaces it: a reviewer has to look."""
    score = scored_text.verified.score
    if score is None or (comparison_score is not None and abs(score - comparison_score) <= MAX_DIFFERENCE):
        return scored_text
    rejection_reason = (
        f"The answer addresses the interviewer. With these words it scored {score}, without them "
        f"{'nothing' if comparison_score is None else comparison_score}."
    )
    return _without_score(scored_text, rejection_reason, Flag.SCORE_DEPENDS_ON_INSTRUCTIONS)


def _without_score(scored_text: ScoredText, reason: str, *flags: Flag) -> ScoredText:
    all_flags = sorted({*scored_text.verified.flags, *flags})
    return replace(scored_text, verified=replace(scored_text.verified, flags=all_flags, score=None, reason=reason))


def _metering_ids(response: InterviewResponse) -> dict[str, UUID]:
    """The owner of a model call for this response."""
    return {"interview_id": response.interview_id, "job_id": response.interview.job_id}


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


def _interim_assessment(response: InterviewResponse, redacted_text: ResponseText, flag: Flag) -> Assessment | None:
    """Return the assessment with this flag from an interrupted scoring by the same interviewer and rubric."""
    present_origin = (rubric_version(redacted_text.rubric), selection.configured_interviewer().label)

    def is_interim(assessment: Assessment) -> bool:
        return (assessment.rubric_version, assessment.label) == present_origin and bool(
            INTERIM_FLAGS & set(assessment.flags)
        )

    interim_assessments = takewhile(is_interim, response.assessments.all())
    return next((assessment for assessment in interim_assessments if flag in assessment.flags), None)


def _save_interim(lease: Lease[InterviewResponse], scored_text: ScoredText, flag: Flag) -> bool:
    """Add scores that do not count to the history. Returns False if the lease was lost."""
    with lease.locked(lock_response) as response:
        if response is not None:
            response.row.assessments.create(is_current=False, **_assessment_fields(response.row, scored_text, {flag}))
        return response is not None


def _assessment_fields(response: InterviewResponse, scored_text: ScoredText, flags: set[Flag]) -> dict[str, Any]:
    reply, verified = scored_text.reply, scored_text.verified
    return {
        "feedback": reply.value.feedback,
        "reason": verified.reason,
        "model": reply.model[:100],
        "label": selection.configured_interviewer().label,
        "prompt_hash": reply.prompt_hash,
    } | verified_fields(response, scored_text.text, verified, flags)


def verified_fields(
    response: InterviewResponse,
    redacted_text: ResponseText,
    verified_scores: VerifiedScores,
    flags: Iterable[Flag] = (),
) -> dict[str, Any]:
    """The fields that the assessments of models and of people have in common."""
    return {
        "score": verified_scores.score,
        "criteria": verified_scores.criteria,
        "flags": sorted({*verified_scores.flags, *_text_flags(response, redacted_text.job), *flags}),
        "rubric_version": rubric_version(redacted_text.rubric),
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


def rescore_interview(interview: Interview, *, actor: str) -> None:
    """Score the answers of a completed interview again, but those that a person scored. Earlier assessments stay."""
    with lock_interview(interview) as locked_interview:
        locked_interview.reopen_result(actor=actor, reason=RESCORE_REASON)
        for response in interview.responses.prefetch_related("assessments"):
            current_assessment = response.current_assessment
            if current_assessment is None or not current_assessment.is_by_person:
                restart_work(LockedResponse(response, locked_interview))


def retry_failed(interview: Interview, *, actor: str) -> None:
    """Work again on the responses without a score, unless the candidate left them unanswered. Others keep theirs."""
    with lock_interview(interview) as locked_interview:
        if interview.result_status not in Interview.NEEDS_A_PERSON:
            raise InvalidTransition(NOTHING_FAILED)
        locked_interview.reopen_result(actor=actor, reason=RETRY_REASON)
        for response in interview.responses.prefetch_related("assessments"):
            if response.has_failed or response.status == InterviewResponse.Status.TRANSCRIBED:
                restart_work(LockedResponse(response, locked_interview))
