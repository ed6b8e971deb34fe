"""Places calls. Each attempt rings at most once, also after failures and repeated tasks."""

import logging
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from candidates.models import DoNotCall
from interviews.calling.capacity import wait_for_capacity
from interviews.calling.reconcile import apply_call_state
from interviews.calling.retries import give_up_calling, postpone_call
from interviews.calling.rules import BUSY_AGAIN_IN, NUMBER_BUSY, may_call_now
from interviews.calling.verdicts import Allowed, Later, Never
from interviews.models import (
    Attempt,
    Call,
    DialRate,
    EventKind,
    Interview,
    LockedInterview,
    WaitReason,
    lock_call,
    lock_interview,
)
from interviews.models.call import ONE_LIVE_CALL
from screener.background.queue import release_db_connection
from screener.costs import monthly_budget
from screener.db.constraints import violates_constraint
from screener.services.errors import PermanentError, TransientError
from screener.services.telephony import twilio_calls, twilio_errors
from screener.services.transcription.selection import configured_transcriber

log = logging.getLogger(__name__)

SEND_WITHIN = timedelta(seconds=20)
"""An attempt that is not sent within this time is never sent, so that a worker that was suspended does not ring."""

SLOT_TOLERANCE = timedelta(milliseconds=50)
"""A dial slot that begins within this time is used at once."""

SLOT_LASTS = timedelta(seconds=5)
"""A dial slot that is older is lost."""

SLOT_AWAITED = "Waiting for its turn: calls are placed one after another."

BUDGET_RECHECK = timedelta(minutes=15)
TRANSCRIPTION_RECHECK = timedelta(minutes=15)

PAUSES_OF_MISCONFIGURATION = [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15)]
"""How long calls are paused after the first, second, further call that failed for a wrong setting."""


def dial_interview(interview_id: UUID) -> None:
    """Place the call that is due for this interview, if the rules allow it now. Idempotent."""
    attempt = _plan_attempt(interview_id)
    if attempt is None:
        return
    release_db_connection()
    try:
        state = twilio_calls.place_call(
            to=attempt.call.number, send_before=attempt.send_before, **_callback_urls(attempt.pk)
        )
    except (TransientError, PermanentError) as error:
        _handle_dial_error(attempt.pk, error)
    else:
        apply_call_state(attempt.pk, state)


def _handle_dial_error(attempt_id: UUID, error: TransientError | PermanentError) -> None:
    """Record why there is no call, or why it is not known whether there is one.

    An error of this number ends the interview with the reason, because only a person can do more. An error of the
    account or of a setting, and a request to wait, pause calls for all interviews; the first call after the pause shows
    whether the error is still there. Every other error is retried for up to two days (`retries`). None of them counts
    against the candidate's attempts.
    """
    with lock_call(attempt_id) as call:
        interview, reason = call.attempt.interview, str(error)
        match error:
            case twilio_errors.CallStateUnknown():
                log.warning("attempt %s: %s", attempt_id, error)
                interview.add_event(EventKind.ATTEMPT_UNKNOWN, reason=reason, attempt=str(attempt_id))
            case twilio_errors.InvalidNumber():
                call.mark_never_placed(Attempt.Outcome.INVALID_NUMBER, reason=reason)
                give_up_calling(interview, Interview.Outcome.UNREACHED, reason)
            case twilio_errors.NumberNotAllowed():
                if isinstance(error, twilio_errors.NumberOptedOut):
                    call.list_number(DoNotCall.Kind.OPTED_OUT)
                call.mark_never_placed(Attempt.Outcome.CARRIER_ERROR, reason=reason)
                give_up_calling(interview, Interview.Outcome.NOT_PERMITTED, reason)
            case _:
                call.mark_never_placed(Attempt.Outcome.CARRIER_ERROR, reason=reason)
        if isinstance(error, twilio_errors.AccountMisconfigured):
            call.attempt.row.update_fields(concerns_all=True)
        if pause := _account_pause(error):
            DialRate.pause_calls(timezone.now() + pause, reason=reason)


def _account_pause(error: TransientError | PermanentError) -> timedelta | None:
    """How long no call is placed for any interview after this error; None: it concerns this call alone."""
    if isinstance(error, twilio_errors.AccountMisconfigured):
        recent = Attempt.objects.filter(concerns_all=True, created_at__gt=timezone.now() - timedelta(hours=1))
        return PAUSES_OF_MISCONFIGURATION[min(recent.count(), len(PAUSES_OF_MISCONFIGURATION)) - 1]
    retry_after = getattr(error, "retry_after", None)
    return timedelta(seconds=retry_after) if retry_after else None


def _plan_attempt(interview_id: UUID) -> Attempt | None:
    """The attempt, committed before anything is sent. None: not now, and the interview says why."""
    interview = Interview.all_objects.select_related("candidate", "job").filter(pk=interview_id).first()
    if interview is None:
        return None
    try:
        with lock_interview(interview) as locked:
            return _attempt_if_due(locked)
    except IntegrityError as error:
        if not violates_constraint(error, ONE_LIVE_CALL):
            raise
    # Another interview planned a call to the same number at the same moment.
    with lock_interview(interview) as locked:
        postpone_call(locked, Later(timezone.now() + BUSY_AGAIN_IN, WaitReason.NUMBER_BUSY, NUMBER_BUSY))
    return None


def _attempt_if_due(locked: LockedInterview) -> Attempt | None:
    interview = locked.row
    now = timezone.now()  # after the wait for the lock
    is_due = interview.is_live and interview.next_attempt_at and interview.next_attempt_at <= now
    if not is_due or interview.attempts.live().exists():
        return None
    match may_call_now(interview.candidate, interview.job, now=now, interview=interview):
        case Never(reason):
            give_up_calling(locked, Interview.Outcome.NOT_PERMITTED, reason)
        case Later() as wait:
            postpone_call(locked, wait)
        case Allowed(number, hours_end):
            later = wait_for_services(interview, now) or _wait_for_slot(locked, now)
            if later is None:
                return _create_attempt(locked, number, hours_end)
            postpone_call(locked, later)
        case _ as unreachable:
            assert_never(unreachable)
    return None


def wait_for_services(interview: Interview, now: datetime) -> Later | None:
    """Answers that could not be transcribed or scored are not asked for.

    A conversation that has begun goes on though the budget for models is spent: only its scores wait.
    """
    if reason := configured_transcriber().why_unsupported(interview.language):
        return Later(now + TRANSCRIPTION_RECHECK, WaitReason.NO_TRANSCRIPTION, reason)
    if interview.status == Interview.Status.PENDING and (reason := monthly_budget.spent_budget_reason()):
        return Later(now + BUDGET_RECHECK, WaitReason.MODEL_BUDGET, reason)
    return None


def _wait_for_slot(locked: LockedInterview, now: datetime) -> Later | None:
    """Wait for what all machines share: capacity, dial slots, and pauses of calls. Locks the dial rate."""
    interview = locked.row
    rate = DialRate.locked_for_update()
    if rate.paused_until and rate.paused_until > now:
        interview.update_fields(dial_slot_at=None)
        return Later(rate.paused_until, WaitReason.CARRIER_PAUSED, rate.pause_reason)
    if wait := wait_for_capacity(interview.job, planned=interview.created_at, now=now):
        interview.update_fields(dial_slot_at=None)
        return wait
    slot = interview.dial_slot_at
    if slot is None or slot < now - SLOT_LASTS:
        slot = DialRate.reserve_slot(settings.CALLS_PER_SECOND)
        interview.update_fields(dial_slot_at=slot)
    if slot > timezone.now() + SLOT_TOLERANCE:
        return Later(slot, WaitReason.DIAL_RATE, SLOT_AWAITED)
    return None


def _create_attempt(locked: LockedInterview, number: str, hours_end: datetime | None) -> Attempt:
    interview = locked.row
    send_before = timezone.now() + SEND_WITHIN
    attempt = interview.attempts.create(
        number=interview.attempts.count() + 1,
        resumed=interview.status == Interview.Status.IN_PROGRESS,
        send_before=min(send_before, hours_end) if hours_end else send_before,
    )
    Call.objects.create(attempt=attempt, number=number)
    locked.clear_next_attempt()
    locked.add_event(EventKind.ATTEMPT_PLANNED, attempt=str(attempt.pk), number=attempt.number)
    return attempt


def _callback_urls(attempt_id: UUID) -> dict[str, str]:
    def absolute(name: str, *args: object) -> str:
        return f"{settings.WEBHOOK_BASE_URL}{reverse(name, args=args)}"

    return {
        "url": absolute("twilio-turn", attempt_id, 0, "pickup"),
        "fallback_url": absolute("twilio-fallback", attempt_id),
        "status_url": absolute("twilio-status", attempt_id),
        "amd_url": absolute("twilio-amd", attempt_id),
    }


def hang_up(attempt_id: UUID) -> None:
    """End the call of this attempt, if it has not ended already."""
    call = Call.objects.filter(attempt=attempt_id).exclude(twilio_sid="").first()
    if call is None:
        return
    release_db_connection()
    try:
        twilio_calls.hang_up(call.twilio_sid)
    except (twilio_errors.NotFound, PermanentError) as error:
        log.info("attempt %s: not hung up: %s", attempt_id, error)


def interviews_due() -> list[UUID]:
    """Interviews whose next call is due."""
    waiting = Interview.all_objects.filter(status__in=Interview.LIVE, next_attempt_at__lte=timezone.now())
    return list(waiting.order_by("next_attempt_at").values_list("pk", flat=True)[:100])
