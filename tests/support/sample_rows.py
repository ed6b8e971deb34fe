"""Rows for tests of pages that show what came of an interview: one that was held, with all that hangs on it."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from candidates.models import Consent, DoNotCall
from interviews.decisions import decide
from interviews.models import Attempt, Call, Campaign, Interview, InterviewResponse, InterviewResult, Recording
from jobs.models import JobDescription
from screener.models import ApiKey, IdempotentRequest, ModelCall, SpokenLine
from screener.services.interviewer.offline_rules import OfflineInterviewer
from tests.support.factories import an_approved_job, an_interview
from webhooks.models import TwilioEvent

HOSTILE = "<script>alert(1)</script>"
WAV = b"RIFF" + bytes(range(256)) * 4
SAID = f"Last year I moved four hundred mailboxes in six weeks. {HOSTILE}"
QUOTE = "four hundred mailboxes"


def a_held_interview(*, job: JobDescription | None = None, said: str = SAID, **candidate: Any) -> Interview:
    """Completed, each question answered with `said`, assessed and concluded with 7.5: hire."""
    return hold(an_interview(job=job or an_approved_job(), **candidate), said=said)


def hold(interview: Interview, *, said: str = SAID) -> Interview:
    """The same, of an interview that is planned."""
    attempt = Attempt.objects.create(interview=interview, number=1, send_before=timezone.now())
    call = Call.objects.create(
        attempt=attempt, number=interview.candidate.phone, twilio_sid=f"CA{attempt.pk.hex}", answered_by="human"
    )
    interview.begin()
    for turn, response in enumerate(interview.responses.all(), start=1):
        response.interview = interview
        _answer(response, attempt, turn, said)
    attempt.update_fields(outcome=Attempt.Outcome.ANSWERED)
    call.progress("completed", duration_seconds=61, price=Decimal("0.02"))
    interview.finish(Interview.Outcome.COMPLETE)
    conclude(interview)
    interview.refresh_from_db()
    return interview


def conclude(interview: Interview, *, score: str | None = "7.50", reason: str = "Concrete, with figures.") -> None:
    interview.results.filter(is_current=True).update(is_current=False)
    InterviewResult.objects.create(
        interview=interview,
        overall_score=score,
        coverage=Decimal("1.000") if score else Decimal("0.333"),
        recommendation="hire" if score else "",
        reasoning=reason,
        strengths=[{"text": HOSTILE, "position": 0, "quote": QUOTE}],
        hire_at=interview.job.hire_at,
        consider_at=interview.job.consider_at,
        model="offline-rules",
        label=OfflineInterviewer.label,
    )
    interview.concluded("ready" if score else "incomplete", reason=reason)


def _answer(response: InterviewResponse, attempt: Attempt, turn: int, said: str) -> None:
    response.ask()
    take = Recording.objects.create(response=response, attempt=attempt, turn=turn, sid=f"RE{turn}-{attempt.pk.hex}")
    response.take(take)
    take.available(seconds=21)
    take.stored(take.put_away(WAV))
    response.transcribed(said, source="twilio", confidence=0.9, times=None)
    response.assessed(
        score=Decimal("7.50"),
        criteria=[_criterion(QUOTE, said), _criterion("never said", said)],
        feedback=HOSTILE,
        rubric_version="1",
        model="offline-rules",
        label=OfflineInterviewer.label,
    )


def _criterion(quote: str, said: str) -> dict[str, Any]:
    start = said.find(quote)
    verified = start >= 0
    place = {"start": start, "end": start + len(quote)} if verified else {"start": None, "end": None}
    return {
        "criterion": quote.split()[0],
        "name": f"{quote.title()} {HOSTILE}",
        "weight": 1.0,
        "score": 7.5,
        "reason": HOSTILE,
        "evidence": [{"quote": quote, "verified": verified, **place}],
        "flags": [] if verified else ["quote_not_found"],
    }


def a_row_of_everything(number: int, *, by: User) -> Interview:
    """One more row, or several, in every table that the admin lists."""
    interview = a_held_interview(
        job=an_approved_job(title=f"{HOSTILE} {number}"), full_name=HOSTILE, phone=f"+1415555{number:04}"
    )
    seen = interview.results.get(is_current=True)
    decide(interview, by=by, verdict="reject", reason=HOSTILE, seen=seen)
    Consent.objects.create(candidate=interview.candidate, kind="record", given=False, source=HOSTILE)
    DoNotCall.objects.add_number(f"+1415556{number:04}", source=HOSTILE)
    Campaign.objects.create(name=HOSTILE, job=interview.job, created_by="hr")
    key = f"{interview.attempts.get().pk}:{number}"
    TwilioEvent.objects.create(key=key, kind="voice", attempt=interview.attempts.get(), call_sid=key, params={})
    ModelCall.objects.create(purpose="summary", model=HOSTILE, error=HOSTILE)
    SpokenLine.objects.create(key=str(number), text=HOSTILE, model=HOSTILE, voice=HOSTILE, file="speech/x.mp3")
    IdempotentRequest.objects.create(owner=HOSTILE, key=str(number), fingerprint="1", status_code=201)
    ApiKey.objects.create_key(name=HOSTILE)
    User.objects.create_user(f"user{number}", first_name=HOSTILE)
    Group.objects.create(name=f"{HOSTILE} {number}")
    return interview
