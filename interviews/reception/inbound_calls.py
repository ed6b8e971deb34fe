"""Calls to the employer's number. The number of a caller is a claim, so that their identity is asked as ever."""

from uuid import UUID

from django.db import IntegrityError, models
from django.utils import timezone
from django.utils.translation import gettext_noop

from candidates.models import Consent, DoNotCall
from interviews.calling.dialer import wait_for_services
from interviews.calling.rules import may_receive
from interviews.conversation.reception import Reception
from interviews.models import Attempt, Call, EventKind, Interview, LockedInterview, lock_interview
from interviews.models.call import ONE_LIVE_CALL
from interviews.reception.opt_out import live_interviews_of, opt_out_number
from interviews.self_service.attempts import leave_for_other_channel
from screener.db.constraints import violates_constraint

OPT_OUT_SOURCE = gettext_noop("asked for in a call to us")
DECLINED_SOURCE = gettext_noop("said in a call to us")


class CallerSaid(models.TextChoices):
    """Why a reviewer should get in touch with a candidate whom no attempt reached."""

    IDENTITY = (
        "identity_confirmed",
        gettext_noop("The candidate called back after the last attempt. Get in touch, then decide."),
    )
    PERSON = (
        "person_requested",
        gettext_noop("A caller from the candidate's number asked for a person. Get in touch, then decide."),
    )


def receive_call(phone_number: str, call_sid: str) -> UUID | Reception:
    """Return the attempt that this call is, or why it is none. A repeated report of a call has no effect.

    `phone_number`: the caller's in E.164; empty: withheld.
    """
    reception = Reception.NO_INTERVIEW
    for interview in live_interviews_of(phone_number):
        if attempt_id := _attempt_of(call_sid):
            return attempt_id
        if not may_receive(interview) or Attempt.Channel.PHONE not in interview.job.channels:
            continue
        if wait_for_services(interview, timezone.now()):
            reception = Reception.NOT_NOW
            continue
        return _open_attempt(interview, phone_number, call_sid) or Reception.CALL_RUNNING
    return _attempt_of(call_sid) or (
        _refusal_of_number(phone_number) if reception is Reception.NO_INTERVIEW else reception
    )


def _refusal_of_number(phone_number: str) -> Reception:
    active_entries = DoNotCall.objects.active().of_numbers([phone_number] if phone_number else [])
    entry_kinds = set(active_entries.values_list("kind", flat=True))
    refusals = (Reception.OPTED_OUT, Reception.PERSON_REQUESTED)
    return next((refusal for refusal in refusals if refusal in entry_kinds), Reception.NO_INTERVIEW)


def find_unreached_interview(phone_number: str) -> Interview | None:
    """Return the last interview for which this number was called in vain, if its candidate may still be interviewed."""
    unreached_interviews = (
        Interview.objects.unreached().filter(candidate__phone=phone_number).exclude(candidate__phone="")
    )
    interviews = unreached_interviews.select_related("candidate", "job").order_by("-completed_at")
    return next(filter(may_receive, interviews), None)


def record_call(interview: Interview, call_sid: str, code: CallerSaid) -> None:
    """Show a reviewer that the candidate called. A repeated report of a call has no effect."""
    with lock_interview(interview) as locked_interview:
        calls = interview.events.filter(kind=EventKind.CANDIDATE_CALLED, data__call_sid=call_sid)
        if not calls.exists():
            locked_interview.add_event(
                EventKind.CANDIDATE_CALLED, actor="candidate", reason=code.label, code=code, call_sid=call_sid
            )


def decline_in_call(interview: Interview) -> None:
    """Plan no other interview with this candidate."""
    candidate = interview.candidate
    DoNotCall.objects.add_number(
        candidate.phone,
        kind=DoNotCall.Kind.DECLINED,
        candidate=candidate,
        interview_id=interview.pk,
        source=DECLINED_SOURCE,
    )


def _attempt_of(call_sid: str) -> UUID | None:
    return Call.objects.filter(twilio_sid=call_sid).values_list("attempt_id", flat=True).first()


def _open_attempt(interview: Interview, phone_number: str, call_sid: str) -> UUID | None:
    """Make this call an attempt. None: another call to this number is running."""
    try:
        with lock_interview(interview) as locked_interview:
            if attempt_id := _attempt_of(call_sid):
                return attempt_id
            is_free = interview.is_live and not interview.attempts.in_a_call().exists()
            if is_free:
                leave_for_other_channel(locked_interview)
            return _create_attempt(locked_interview, phone_number, call_sid) if is_free else None
    except IntegrityError as error:
        if not violates_constraint(error, ONE_LIVE_CALL):
            raise
    return None


def _create_attempt(interview: LockedInterview, phone_number: str, call_sid: str) -> UUID:
    """The plan of the next call stays: the candidate may want to be called later."""
    attempt = interview.row.attempts.create(
        number=interview.row.attempts.count() + 1,
        direction=Attempt.Direction.INBOUND,
        resumed=interview.row.status == Interview.Status.IN_PROGRESS,
        slow=interview.row.more_time,
        pause_seconds=interview.row.pause_seconds,
        send_before=timezone.now(),
    )
    Call.create_received(attempt, number=phone_number, sid=call_sid)
    interview.add_event(EventKind.ATTEMPT_RECEIVED, actor="candidate", attempt=str(attempt.pk), number=attempt.number)
    return attempt.pk


def opt_out_caller(phone_number: str, *, given_by: Consent.GivenBy) -> None:
    """The caller wants no more contact."""
    opt_out_number(phone_number, given_by=given_by, source=OPT_OUT_SOURCE)
