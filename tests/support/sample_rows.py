"""Rows for tests of pages: a completed interview with its answers and result, and one row of every table."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from candidates.models import Consent, DoNotCall, Erasure, Import
from interviews.decisions import record_decision
from interviews.flags import Flag
from interviews.models import (
    Attempt,
    Call,
    Campaign,
    Clip,
    Interview,
    InterviewResult,
    LockedResponse,
    NoticeMail,
    Recording,
    ShareLink,
    Take,
    VideoChoice,
    lock_call,
    lock_interview,
)
from interviews.notes.writing import write_note
from interviews.records import CriterionRecord, Evidence
from jobs.models import JobDescription, Template
from screener.models import ApiKey, IdempotentRequest, ModelCall, SpokenLine
from screener.records import Point
from screener.services.interviewer.protocol import SIMULATED_LABEL, SIMULATED_MODEL
from tests.support.factories import make_approved_job, make_interview
from webhooks.models import Subscription, TwilioEvent

HOSTILE = "<script>alert(1)</script>"
WAV = b"RIFF" + bytes(range(256)) * 4
TRANSCRIPT = f"Last year I moved four hundred mailboxes in six weeks. {HOSTILE}"
QUOTE = "four hundred mailboxes"
VIDEO = b"\x1aE\xdf\xa3 a video"


def make_completed_interview(
    *, job: JobDescription | None = None, transcript: str = TRANSCRIPT, **candidate: Any
) -> Interview:
    """Return a completed interview whose answers have this transcript, with a score of 7.5 and `hire`."""
    return complete_interview(make_interview(job=job or make_approved_job(), **candidate), transcript=transcript)


def complete_interview(interview: Interview, *, transcript: str = TRANSCRIPT) -> Interview:
    """Complete a planned interview in the same way."""
    attempt = Attempt.objects.create(interview=interview, number=1, send_before=timezone.now())
    Call.objects.create(
        attempt=attempt, number=interview.candidate.phone, twilio_sid=f"CA{attempt.pk.hex}", answered_by="human"
    )
    with lock_interview(interview) as locked:
        locked.begin()
        for turn, response in enumerate(interview.responses.all(), start=1):
            _add_answer(LockedResponse(response, locked), attempt, turn, transcript)
    attempt.update_fields(outcome=Attempt.Outcome.ANSWERED)
    with lock_call(attempt.pk) as call:
        call.apply_status("completed", duration_seconds=61, price=Decimal("0.02"))
    with lock_interview(interview) as locked:
        locked.finish(Interview.Outcome.COMPLETE)
    add_result(interview)
    interview.refresh_from_db()
    return interview


def add_result(interview: Interview, *, score: str | None = "7.50", reason: str = "Concrete, with figures.") -> None:
    interview.results.filter(is_current=True).update(is_current=False)
    InterviewResult.objects.create(
        interview=interview,
        overall_score=score,
        coverage=Decimal("1.000") if score else Decimal("0.333"),
        recommendation="hire" if score else "",
        reasoning=reason,
        strengths=[Point(text=HOSTILE, position=0, quote=QUOTE)],
        hire_at=interview.job.hire_at,
        consider_at=interview.job.consider_at,
        model=SIMULATED_MODEL,
        label=SIMULATED_LABEL,
    )
    with lock_interview(interview) as locked:
        locked.set_result_status("ready" if score else "incomplete", reason=reason)


def store_sound(recording: Recording, audio: bytes) -> None:
    """Replace the audio of a stored recording."""
    recording.update_fields(file=recording.save_audio(audio))


def _add_answer(response: LockedResponse, attempt: Attempt, turn: int, transcript: str) -> None:
    response.mark_asked()
    sid = f"RE{turn}-{attempt.pk.hex}"
    recording = Recording(response=response.row, attempt=attempt, turn=turn, sid=sid, seconds=21, chosen=True)
    recording.file, recording.status = recording.save_audio(WAV), Recording.Status.STORED
    recording.save()
    response.mark_answered()
    response.save_transcript(transcript, source="twilio", confidence=0.9, times=None)
    response.add_assessment(
        score=Decimal("7.50"),
        criteria=[_criterion_record(QUOTE, transcript), _criterion_record("never said", transcript)],
        feedback=HOSTILE,
        rubric_version="1",
        model=SIMULATED_MODEL,
        label=SIMULATED_LABEL,
    )


def make_clip(interview: Interview) -> Clip:
    """A stored video of the first answer, to which the candidate agreed."""
    response, attempt = interview.responses.get(position=0), Attempt.objects.get(interview=interview)
    take = Take.objects.create(response=response, attempt=attempt, turn=1, status=Take.Status.STORED)
    VideoChoice.objects.create(interview=interview, choice=VideoChoice.Choice.AGREED)
    clip = Clip.objects.create(take=take, format=Clip.Format.WEBM)
    clip.mark_stored(clip.save_video(VIDEO), len(VIDEO))
    return clip


def _criterion_record(quote: str, transcript: str) -> CriterionRecord:
    start = transcript.find(quote)
    verified = start >= 0
    place = (start, start + len(quote)) if verified else (None, None)
    return CriterionRecord(
        criterion=quote.split()[0],
        name=f"{quote.title()} {HOSTILE}",
        weight=1.0,
        score=7.5,
        reason=HOSTILE,
        evidence=[Evidence(quote=quote, verified=verified, start=place[0], end=place[1])],
        flags=[] if verified else [Flag.QUOTE_NOT_FOUND],
    )


def make_all_rows(number: int, *, by: User) -> Interview:
    """Add a row, or several, to every table that the admin lists."""
    interview = make_completed_interview(
        job=make_approved_job(title=f"{HOSTILE} {number}"), full_name=HOSTILE, phone=f"+1415555{number:04}"
    )
    seen = interview.results.get(is_current=True)
    record_decision(interview, by=by, verdict="reject", reason=HOSTILE, seen=seen)
    Consent.objects.create(candidate=interview.candidate, kind="record", given=False, source=HOSTILE)
    DoNotCall.objects.add_number(f"+1415556{number:04}", source=HOSTILE)
    Erasure.objects.create(candidate=interview.candidate, kind="resume", actor="hr", reason=HOSTILE)
    Import.objects.create(name=HOSTILE, size=1, digest="1", author=HOSTILE, status="done")
    Campaign.objects.create(name=HOSTILE, job=interview.job, created_by="hr")
    ShareLink.create_with_token(days=14, interview=interview, created_by=by, recipient=HOSTILE)
    key = f"{interview.attempts.get().pk}:{number}"
    TwilioEvent.objects.create(key=key, kind="voice", attempt=interview.attempts.get(), call_sid=key, params={})
    webhook = Subscription.objects.create(url=f"https://{number}.example/", description=HOSTILE, job=interview.job)
    webhook.deliveries.create(subject=interview.pk)
    ModelCall.objects.create(purpose="summary", model=HOSTILE, error=HOSTILE)
    SpokenLine.objects.create(key=str(number), text=HOSTILE, model=HOSTILE, voice=HOSTILE, file="speech/x.mp3")
    IdempotentRequest.objects.create(owner=HOSTILE, key=str(number), fingerprint="1", status_code=201)
    ApiKey.objects.create_key(name=HOSTILE)
    NoticeMail.objects.create(recipient=by, pace="at_once", status="failed", error=HOSTILE)
    write_note(interview, HOSTILE, author=by, author_name=HOSTILE)
    Template.objects.create(name=f"{HOSTILE} {number}").add_first_version(by=HOSTILE)
    User.objects.create_user(f"user{number}", first_name=HOSTILE)
    Group.objects.create(name=f"{HOSTILE} {number}")
    return interview
