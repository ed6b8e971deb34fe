"""Places calls. Each attempt is dialled at most once, also after failures and when a task is repeated."""

import logging
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from candidates.models import DoNotCall
from interviews.calling.capacity import wait_for_capacity
from interviews.calling.person.confirmed_number import may_ring
from interviews.calling.reconcile import apply_call_state
from interviews.calling.retries import give_up_calling, postpone_call
from interviews.calling.rules import BUSY_AGAIN_IN, NUMBER_BUSY, may_call_now
from interviews.calling.verdicts import Allowed, Later, Never
from interviews.calling.voicemail import claim_message, waits_for_beep
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
from interviews.self_service.expiry import end_wait, waits_for_choice
from interviews.task_handles import ASSIGN_CAPACITY
from interviews.wait_reason import CAPACITY_REASONS
from screener.background.queue import release_db_connection
from screener.costs import monthly_budget
from screener.db.constraints import violates_constraint
from screener.services.errors import PermanentError, TransientError
from screener.services.telephony import twilio_calls, twilio_errors
from screener.services.transcription.selection import configured_transcriber

log = logging.getLogger(__name__)

SEND_WITHIN = timedelta(seconds=20)
"""A call not sent to Twilio within this time is never sent, so that a suspended worker places no late call."""

SLOT_TOLERANCE = timedelta(milliseconds=50)
"""A dial slot that starts within this time is used immediately."""

SLOT_LASTS = timedelta(seconds=5)
"""An unused dial slot expires after this time."""

SLOT_AWAITED = gettext_noop("Waiting for its dial slot: calls are placed one after another.")

NUMBER_CHANGED = gettext_noop("The number is not the one that was confirmed for this practice. Begin another practice.")

BUDGET_RECHECK = timedelta(minutes=15)
TRANSCRIPTION_RECHECK = timedelta(minutes=15)

PAUSES_OF_MISCONFIGURATION = [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15)]
"""How long calls are paused after the first, second and further calls that fail because of a wrong setting."""


def dial_interview(interview_id: UUID) -> None:
    """Place the call that is due for this interview, if the dial rules allow it now. Idempotent."""
    attempt = _plan_attempt(interview_id)
    if attempt is None:
        return
    is_beep_awaited = waits_for_beep(attempt.interview)
    release_db_connection()
    try:
        call_state = twilio_calls.place_call(
            to=attempt.call.number,
            send_before=attempt.send_before,
            waits_for_beep=is_beep_awaited,
            **_callback_urls(attempt.pk),
        )
    except (TransientError, PermanentError) as error:
        _handle_dial_error(attempt.pk, error)
    else:
        apply_call_state(attempt.pk, call_state)


def _handle_dial_error(attempt_id: UUID, error: TransientError | PermanentError) -> None:
    """Record why the call was not placed, or why it is unknown whether it was placed.

    An error that concerns the number ends the interview, because only a person can correct the number. An error of the
    account or its settings pauses calls for all interviews, and so does a Retry-After. The first call after the pause
    shows whether the error persists. Every other error is retried for up to two days (see `retries`). No error counts
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
        if account_pause := _account_pause(error):
            DialRate.pause_calls(timezone.now() + account_pause, reason=reason)


def _account_pause(error: TransientError | PermanentError) -> timedelta | None:
    """Return how long this error pauses the calls of all interviews, or None if it concerns this call alone."""
    if isinstance(error, twilio_errors.AccountMisconfigured):
        recent_attempts = Attempt.objects.filter(concerns_all=True, created_at__gt=timezone.now() - timedelta(hours=1))
        return PAUSES_OF_MISCONFIGURATION[min(recent_attempts.count(), len(PAUSES_OF_MISCONFIGURATION)) - 1]
    retry_after = getattr(error, "retry_after", None)
    return timedelta(seconds=retry_after) if retry_after else None


def _plan_attempt(interview_id: UUID) -> Attempt | None:
    """Return a new, committed attempt, or None if no call is due or allowed now. The interview stores the reason."""
    interview = Interview.all_objects.select_related("candidate", "job").filter(pk=interview_id).first()
    if interview is None:
        return None
    try:
        with lock_interview(interview) as locked_interview:
            return _create_attempt_if_due(locked_interview)
    except IntegrityError as error:
        if not violates_constraint(error, ONE_LIVE_CALL):
            raise
    # Another interview planned a call to the same number at the same moment.
    with lock_interview(interview) as locked_interview:
        postpone_call(
            locked_interview, Later(timezone.now() + BUSY_AGAIN_IN, WaitReason.NUMBER_BUSY, gettext(NUMBER_BUSY))
        )
    return None


def _create_attempt_if_due(locked_interview: LockedInterview) -> Attempt | None:
    interview = locked_interview.row
    now = timezone.now()  # after the wait for the lock
    is_due = interview.is_live and interview.next_attempt_at and interview.next_attempt_at <= now
    if not is_due or interview.attempts.live().exists():
        return None
    if waits_for_choice(interview):
        end_wait(locked_interview)
        return None
    if not may_ring(interview, interview.candidate.phone):
        _pass_on_reservation(interview)
        locked_interview.cancel(Interview.Outcome.BY_HR, actor="screener", reason=gettext(NUMBER_CHANGED))
        return None
    match may_call_now(interview.candidate, interview.job, now=now, interview=interview):
        case Never(reason):
            _pass_on_reservation(interview)
            give_up_calling(locked_interview, Interview.Outcome.NOT_PERMITTED, reason)
        case Later() as wait:
            if wait.wait_reason == WaitReason.CALLING_HOURS:
                _pass_on_reservation(interview)
            postpone_call(locked_interview, wait)
        case Allowed(number, hours_end):
            service_wait = wait_for_services(interview, now) or _wait_for_slot(locked_interview, now)
            if service_wait is None:
                return _create_attempt(locked_interview, number, hours_end)
            postpone_call(locked_interview, service_wait)
        case _ as unreachable:
            assert_never(unreachable)
    return None


def _pass_on_reservation(interview: Interview) -> None:
    """Have capacity that the interview can't use assigned to another one."""
    if interview.wait_reason in CAPACITY_REASONS:
        ASSIGN_CAPACITY.defer()


def wait_for_services(interview: Interview, now: datetime) -> Later | None:
    """Wait while answers could not be transcribed, or scored within the budget.

    A spent budget does not stop an interview that has begun. Only its scores wait.
    """
    if language_problem := configured_transcriber().why_unsupported(interview.language):
        return Later(now + TRANSCRIPTION_RECHECK, WaitReason.NO_TRANSCRIPTION, language_problem)
    if interview.status == Interview.Status.PENDING and (budget_problem := monthly_budget.spent_budget_reason()):
        return Later(now + BUDGET_RECHECK, WaitReason.MODEL_BUDGET, budget_problem)
    return None


def _wait_for_slot(locked_interview: LockedInterview, now: datetime) -> Later | None:
    """Wait for the limits that all machines share: pauses of calls, capacity and dial slots. Locks the dial rate."""
    interview = locked_interview.row
    dial_rate = DialRate.locked_for_update()
    if pause_end := dial_rate.pause_end(now):
        interview.update_fields(dial_slot_at=None)
        return Later(pause_end, WaitReason.CARRIER_PAUSED, dial_rate.pause_reason)
    if capacity_wait := wait_for_capacity(interview, now=now):
        interview.update_fields(dial_slot_at=None)
        return capacity_wait
    dial_slot = interview.dial_slot_at
    if dial_slot is None or dial_slot < now - SLOT_LASTS:
        dial_slot = DialRate.reserve_slot(settings.CALLS_PER_SECOND)
        interview.update_fields(dial_slot_at=dial_slot)
    if dial_slot > timezone.now() + SLOT_TOLERANCE:
        return Later(dial_slot, WaitReason.DIAL_RATE, gettext(SLOT_AWAITED))
    return None


def _create_attempt(locked_interview: LockedInterview, phone_number: str, hours_end: datetime | None) -> Attempt:
    interview = locked_interview.row
    send_before = timezone.now() + SEND_WITHIN
    attempt = interview.attempts.create(
        number=interview.attempts.count() + 1,
        resumed=interview.status == Interview.Status.IN_PROGRESS,
        slow=interview.more_time,
        pause_seconds=interview.pause_seconds,
        send_before=min(send_before, hours_end) if hours_end else send_before,
    )
    Call.objects.create(attempt=attempt, number=phone_number)
    locked_interview.clear_next_attempt(keeps_promise=True)
    locked_interview.add_event(EventKind.ATTEMPT_PLANNED, attempt=str(attempt.pk), number=attempt.number)
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
    """End the call of this attempt if it is still in progress. A voicemail may get a message first."""
    call = Call.objects.filter(attempt=attempt_id).exclude(twilio_sid="").first()
    if call is None:
        return
    message_url = claim_message(attempt_id)
    release_db_connection()
    try:
        if message_url:
            twilio_calls.redirect_call(call.twilio_sid, message_url)
        else:
            twilio_calls.hang_up(call.twilio_sid)
    except (twilio_errors.NotFound, PermanentError) as error:
        log.info("attempt %s: the call could not be ended: %s", attempt_id, error)


def interviews_due() -> list[UUID]:
    """Return interviews whose next call is due, at most 100, the longest overdue first.

    A call is held back while an attempt is open.
    """
    due_interviews = Interview.all_objects.filter(status__in=Interview.LIVE, next_attempt_at__lte=timezone.now())
    live_attempts = Attempt.objects.live().filter(interview=OuterRef("pk"))
    due_interviews = due_interviews.filter(~Exists(live_attempts))
    return list(due_interviews.order_by("next_attempt_at").values_list("pk", flat=True)[:100])
