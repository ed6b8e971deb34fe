"""Placing a call so that one attempt never rings twice, and finding out what became of it."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Max, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone

from interviews.calling.capacity import wait_for_place
from interviews.calling.rules import BUSY_AGAIN_IN, NUMBER_BUSY, Allowed, Later, Never, may_call_now
from interviews.models import Attempt, Call, DialRate, EventKind, Interview, WaitReason
from interviews.models.attempt import finish_by_coverage
from interviews.models.call import ONE_LIVE_CALL
from jobs.models import JobDescription
from screener.background.queue import release_db_connection, retry_delay
from screener.costs import monthly_budget
from screener.db.constraints import violates_constraint
from screener.services.errors import PermanentError, TransientError
from screener.services.telephony import twilio_calls, twilio_errors, twilio_recordings
from screener.services.transcription.selection import configured_transcriber

log = logging.getLogger(__name__)

SEND_WITHIN = timedelta(seconds=20)
"""An attempt that was not sent by then never is: whoever woke up late must not ring."""

CERTAIN_AFTER = timedelta(seconds=90)
"""By then a call that Twilio had accepted shows in its list of calls."""

MACHINES = ("machine", "fax")

CARRIER_PATIENCE, FEWEST_TRIES = timedelta(days=2), 8
"""For so long, and so often, a call that the carrier does not take is tried again."""

SOON_ENOUGH = timedelta(milliseconds=50)
TURN_LASTS = timedelta(seconds=5)
TURN_AWAITED = "Waiting for its turn: calls are placed one after another."

FORGOTTEN_AFTER = timedelta(minutes=15)
"""A call that Twilio does not know, and in which nothing was heard for longer than any answer lasts, is over."""

CLOCKS_DIFFER = timedelta(minutes=1)

CONFIGURED_WITHIN = timedelta(minutes=15)
"""How soon a call that a missing setting holds up is tried again."""

CORRECTED_WITHIN = [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15)]
"""How soon the first, second, further call is tried that finds out whether a wrong setting has been corrected."""

PRICED_AFTER = timedelta(minutes=5)

LAST_WORDS_WITHIN = timedelta(minutes=10)
"""For so long a call that broke off is not followed by another because the carrier can't be asked what was said."""

QUIET = timedelta(seconds=60)
"""A live call without news for so long is asked about."""


def dial(interview_id: UUID) -> None:
    """Make the call that is due for this interview, if it may be made now. Running it twice rings once."""
    attempt = _plan_attempt(interview_id)
    if attempt is None:
        return
    release_db_connection()
    try:
        placed = twilio_calls.place_call(to=attempt.call.number, **_urls(attempt.pk), send_before=attempt.send_before)
    except (TransientError, PermanentError) as error:
        _not_dialled(attempt.pk, error)
    else:
        tell(attempt.pk, placed)


def _not_dialled(attempt_id: UUID, error: TransientError | PermanentError) -> None:
    """Why there is no call, or none that we know of, and whom that concerns.

    This number alone: it is not called again, and the interview ends with the reason, since only a person can do more.
    Everybody, as our account or a setting of ours is wrong, or the carrier asks us to wait: nobody is called for a
    while, and the first call after it finds out. That may go on for days, and costs no candidate an attempt. Whatever
    else went wrong is tried again, rarer and rarer, and given up after CARRIER_PATIENCE.
    """
    with Attempt.objects.held(attempt_id) as attempt:
        interview, reason = attempt.interview, str(error)
        match error:
            case twilio_errors.CallStateUnknown():
                log.warning("attempt %s: %s", attempt_id, error)
                interview.add_event(EventKind.ATTEMPT_UNKNOWN, reason=reason, attempt=str(attempt_id))
            case twilio_errors.InvalidNumber():
                attempt.call.mark_never_placed(Attempt.Outcome.INVALID_NUMBER, reason=reason)
                _give_up(interview, Interview.Outcome.UNREACHED, reason)
            case twilio_errors.NumberNotAllowed():
                attempt.call.mark_never_placed(Attempt.Outcome.CARRIER_ERROR, reason=reason)
                _give_up(interview, Interview.Outcome.NOT_PERMITTED, reason)
            case _:
                attempt.call.mark_never_placed(Attempt.Outcome.CARRIER_ERROR, reason=reason)
        if isinstance(error, twilio_errors.AccountMisconfigured):
            attempt.update_fields(concerns_all=True)
        if wait := _concerns_all_for(error):
            DialRate.pause_calls(timezone.now() + wait, reason=reason)


def _concerns_all_for(error: TransientError | PermanentError) -> timedelta | None:
    if isinstance(error, twilio_errors.AccountMisconfigured):
        lately = Attempt.objects.filter(concerns_all=True, created_at__gt=timezone.now() - timedelta(hours=1))
        return CORRECTED_WITHIN[min(lately.count(), len(CORRECTED_WITHIN)) - 1]
    asked = getattr(error, "retry_after", None)
    return timedelta(seconds=asked) if asked else None


def _plan_attempt(interview_id: UUID) -> Attempt | None:
    """The attempt, on disk before anything is sent, or None with the reason noted on the interview."""
    interview = Interview.all_objects.select_related("candidate", "job").filter(pk=interview_id).first()
    if interview is None:
        return None
    try:
        with interview.locked():
            return _attempt_if_due(interview)
    except IntegrityError as error:
        if not violates_constraint(error, ONE_LIVE_CALL):
            raise
    # Two interviews wanted the same number at the same moment. The other one has it.
    with interview.locked():
        _postpone(interview, Later(timezone.now() + BUSY_AGAIN_IN, WaitReason.NUMBER_BUSY, NUMBER_BUSY))
    return None


def _attempt_if_due(interview: Interview) -> Attempt | None:
    """Call it with the interview locked."""
    now = timezone.now()  # after the wait for the lock
    due = interview.is_live and interview.next_attempt_at and interview.next_attempt_at <= now
    if not due or interview.live_attempt:
        return None
    match may_call_now(interview.candidate, interview.job, now=now):
        case Never(reason):
            _give_up(interview, Interview.Outcome.NOT_PERMITTED, reason)
        case Later() as wait:
            _postpone(interview, wait)
        case Allowed() if reason := configured_transcriber().why_unsupported(interview.language):
            _postpone(interview, Later(now + CONFIGURED_WITHIN, WaitReason.NO_TRANSCRIPTION, reason))
        case Allowed(number, closing):
            turn = _wait_for_turn(interview, now)
            if turn is None:
                return _add_attempt(interview, number, closing)
            _postpone(interview, turn)
        case _ as unreachable:
            assert_never(unreachable)
    return None


def _postpone(interview: Interview, wait: Later) -> None:
    interview.schedule_next_attempt(wait.when, wait_reason=wait.wait_reason, reason=wait.reason)


def _wait_for_turn(interview: Interview, now: datetime) -> Later | None:
    """What all machines share: calls at once, calls per second, and what they may cost."""
    # Whoever is in the middle of an interview is called back all the same: only what they said waits to be judged.
    if interview.status == Interview.Status.PENDING and (reason := monthly_budget.why_no_paid_work()):
        return Later(now + timedelta(minutes=15), WaitReason.MODEL_BUDGET, reason)
    pace = DialRate.locked_for_update()
    if pace.paused_until and pace.paused_until > now:
        interview.update_fields(dial_slot_at=None)
        return Later(pace.paused_until, WaitReason.CARRIER_PAUSED, pace.pause_reason)
    if wait := wait_for_place(interview.job, planned=interview.created_at, now=now):
        interview.update_fields(dial_slot_at=None)
        return wait
    if interview.dial_slot_at is None or interview.dial_slot_at < now - TURN_LASTS:
        interview.update_fields(dial_slot_at=DialRate.reserve_slot(settings.CALLS_PER_SECOND))
    if interview.dial_slot_at and interview.dial_slot_at > timezone.now() + SOON_ENOUGH:
        return Later(interview.dial_slot_at, WaitReason.DIAL_RATE, TURN_AWAITED)
    return None


def _add_attempt(interview: Interview, number: str, closing: datetime | None) -> Attempt:
    soon = timezone.now() + SEND_WITHIN
    attempt = interview.attempts.create(
        number=interview.attempts.count() + 1,
        resumed=interview.status == Interview.Status.IN_PROGRESS,
        send_before=min(soon, closing) if closing else soon,
    )
    Call.objects.create(attempt=attempt, number=number)
    interview.clear_next_attempt()
    interview.add_event(EventKind.ATTEMPT_PLANNED, attempt=str(attempt.pk), number=attempt.number)
    return attempt


def _urls(attempt_id: UUID) -> dict[str, str]:
    def absolute(name: str, *args: object) -> str:
        return f"{settings.WEBHOOK_BASE_URL}{reverse(name, args=args)}"

    return {
        "url": absolute("twilio-turn", attempt_id, 0, "pickup"),
        "fallback_url": absolute("twilio-fallback", attempt_id),
        "status_url": absolute("twilio-status", attempt_id),
        "amd_url": absolute("twilio-amd", attempt_id),
    }


def _not_placed(attempt_id: UUID, outcome: str, reason: str) -> None:
    with Attempt.objects.held(attempt_id) as attempt:
        attempt.call.mark_never_placed(outcome, reason=reason)


def tell(attempt_id: UUID, state: twilio_calls.CallState) -> None:
    """Take over what Twilio says of a call when asked."""
    with Attempt.objects.held(attempt_id) as attempt:
        if attempt.call.match_or_adopt_sid(state.sid):
            if state.answered_by.startswith(MACHINES):
                attempt.mark_voicemail()
            attempt.call.apply_status(
                state.status,
                answered_by=state.answered_by,
                duration_seconds=state.duration_seconds,
                price=state.price,
                price_unit=state.price_unit,
            )


def hang_up(attempt_id: UUID) -> None:
    """End the call of this attempt. That it has ended already is as good."""
    call = Call.objects.filter(attempt=attempt_id).exclude(twilio_sid="").first()
    if call is None:
        return
    release_db_connection()
    try:
        twilio_calls.hang_up(call.twilio_sid)
    except (twilio_errors.NotFound, PermanentError) as error:
        log.info("attempt %s: not hung up: %s", attempt_id, error)


def follow_up(attempt_id: UUID) -> None:
    """An attempt is over and its last words are in: try again, or let it be.

    Calls that we spoilt and apologised for cost the candidate no attempt, unless we spoil as many as all attempts.
    """
    if not _look_for_last_words(attempt_id):
        return
    with Attempt.objects.held(attempt_id) as attempt:
        interview = attempt.interview
        newest = interview.attempts.latest("number")
        if not interview.is_live or newest != attempt or attempt.ended_at is None or interview.next_attempt_at:
            return
        most = interview.job.max_attempts
        reached = interview.attempts.exclude(call__twilio_sid="")
        spoilt = min(reached.filter(apologised_at__isnull=False).count(), most)
        calls = reached.count() - spoilt
        if not attempt.call.twilio_sid:
            _try_carrier_again(interview, attempt)
        elif calls < most:
            due = timezone.now() + _spacing(interview.job, 1 if attempt.apologised_at else calls)
            if attempt.apologised_at:
                wait = Later(due, WaitReason.CALL_BACK, attempt.reason)
            else:
                reason = f"{attempt.get_outcome_display()}; trying again."
                wait = Later(due, WaitReason.ATTEMPT_SPACING, reason)
            _postpone(interview, wait)
        else:
            _give_up(interview, Interview.Outcome.UNREACHED, _why_not_reached(list(reached)))


def _look_for_last_words(attempt_id: UUID) -> bool:
    """What was said last may be at the carrier though no news of it has come. Whether nothing is left to look for.

    While the carrier can't be asked, the sweep comes back.
    """
    attempt = Attempt.objects.select_related("call", "interview").get(pk=attempt_id)
    if not attempt.is_missing_last_recording:
        return True
    release_db_connection()
    try:
        found = twilio_recordings.list_recordings(attempt.call.twilio_sid)
    except twilio_errors.NotFound:
        return True
    except (TransientError, twilio_errors.AccountMisconfigured) as error:
        log.warning("attempt %s: its recordings could not be asked for: %s", attempt_id, error)
        patience = CARRIER_PATIENCE if isinstance(error, twilio_errors.AccountMisconfigured) else LAST_WORDS_WITHIN
        return attempt.ended_at is None or timezone.now() > attempt.ended_at + patience
    except PermanentError as error:
        log.info("attempt %s: no recordings: %s", attempt_id, error)
        return True
    with Attempt.objects.held(attempt_id) as held:
        held.adopt_missing_recording({one.sid: one.seconds for one in found})
    return True


def _why_not_reached(attempts: list[Attempt]) -> str:
    calls = f"{len(attempts)} calls" if len(attempts) > 1 else "one call"
    outcomes = ", ".join(one.get_outcome_display().lower() for one in attempts)
    last = f" {attempts[-1].reason}" if attempts[-1].outcome == Attempt.Outcome.CARRIER_ERROR else ""
    return f"Not reached, or not to the end, in {calls}: {outcomes}.{last}"


def _spacing(job: JobDescription, calls: int) -> timedelta:
    """How long to wait after so many calls: as the job says, else the settings. The last one holds for all further."""
    spacings = [timedelta(minutes=minutes) for minutes in job.attempt_spacing] or settings.ATTEMPT_SPACING
    return spacings[min(calls, len(spacings)) - 1]


def _give_up(interview: Interview, outcome: str, reason: str) -> None:
    """No more calls. A conversation that had begun is closed with what was said in it."""
    if interview.status == Interview.Status.IN_PROGRESS:
        finish_by_coverage(interview, reason=reason)
    else:
        interview.finish(outcome, reason=reason)


def _try_carrier_again(interview: Interview, attempt: Attempt) -> None:
    """The carrier never took the call: that is not the candidate's doing and costs them no attempt."""
    taken = interview.attempts.exclude(call__twilio_sid="").aggregate(last=Max("number"))["last"] or 0
    failed = interview.attempts.filter(number__gt=taken, concerns_all=False)
    now, tries, first = timezone.now(), failed.count(), failed.order_by("created_at").first()
    if first and tries >= FEWEST_TRIES and now - first.created_at > CARRIER_PATIENCE:
        reason = f"The carrier took none of {tries} calls in two days. {attempt.reason}"
        _give_up(interview, Interview.Outcome.EXPIRED, reason)
    else:
        closed = DialRate.current_pause()
        due = now + retry_delay(2 + tries)
        when = max(due, closed.paused_until or due) if closed else due
        _postpone(interview, Later(when, WaitReason.CARRIER_ERROR, attempt.reason))


def ask_about(attempt_id: UUID) -> None:
    """There has been no news of this attempt: ask Twilio, never guess."""
    attempt = Attempt.objects.select_related("call").get(pk=attempt_id)
    release_db_connection()
    if attempt.call.twilio_sid:
        try:
            tell(attempt.pk, twilio_calls.fetch_call_state(attempt.call.twilio_sid))
        except twilio_errors.NotFound:
            if timezone.now() > (attempt.last_input_at or attempt.created_at) + FORGOTTEN_AFTER:
                _not_placed(attempt.pk, Attempt.Outcome.CARRIER_ERROR, "Twilio no longer knows this call.")
        return
    certain = timezone.now() > attempt.send_before + CERTAIN_AFTER
    found = _calls_of(attempt)
    if len(found) == 1 or (found and certain):  # of several, its own webhook tells which it is
        tell(attempt.pk, found[0])
    elif certain:
        _not_placed(attempt.pk, Attempt.Outcome.CARRIER_ERROR, "Twilio never got this call.")


def _calls_of(attempt: Attempt) -> list[twilio_calls.CallState]:
    """The calls at Twilio that may be this attempt's, the one placed nearest to when it was planned first.

    Somebody else who calls with our number, by hand or from another system, may have called this one too.
    """
    planned = attempt.created_at
    since, until = planned - CLOCKS_DIFFER, attempt.send_before + CERTAIN_AFTER
    calls = [one for one in twilio_calls.list_calls_to(attempt.call.number) if since < (one.created or planned) < until]
    known = set(Call.objects.filter(twilio_sid__in=[one.sid for one in calls]).values_list("twilio_sid", flat=True))
    mine = (one for one in calls if one.sid not in known)
    return sorted(mine, key=lambda one: abs((one.created or planned) - planned))


def learn_price(attempt_id: UUID) -> None:
    """Twilio prices a call some time after its end, and tells only those who ask."""
    call = Call.objects.get(attempt=attempt_id)
    release_db_connection()
    with suppress(twilio_errors.NotFound):
        state = twilio_calls.fetch_call_state(call.twilio_sid)
        call.set_price(state.price, state.price_unit)


def without_price() -> list[UUID]:
    """Attempts whose calls have ended and have no price yet. Each is named every few minutes, for a day."""
    now = timezone.now()
    ended = Call.objects.filter(price__isnull=True, ended_at__range=(now - timedelta(days=1), now - PRICED_AFTER))
    quiet = ended.exclude(Q(twilio_sid="") | Q(last_polled_at__gte=now - PRICED_AFTER))
    return _marked_polled(list(quiet.values_list("attempt_id", flat=True)[:50]))


def _marked_polled(attempts: list[UUID]) -> list[UUID]:
    """The same, marked as asked about now, so that the next sweep leaves them alone for a while."""
    Call.objects.filter(attempt__in=attempts).update(last_polled_at=timezone.now())
    return attempts


def without_news() -> list[UUID]:
    """Live attempts that nothing has been heard of for a while."""
    now = timezone.now()
    live = Attempt.objects.filter(ended_at__isnull=True, call__isnull=False)
    last_news = Greatest("created_at", "last_input_at", "call__last_polled_at")  # PostgreSQL ignores what is null
    late = now - timedelta(seconds=settings.TWILIO_TIMEOUT)
    unsent = Q(call__twilio_sid="", send_before__lt=late) & ~Q(call__last_polled_at__gte=now - SEND_WITHIN)
    overdue = live.alias(last_news=last_news).filter(Q(last_news__lt=now - QUIET) | unsent)
    return _marked_polled(list(overdue.values_list("pk", flat=True)[:100]))


def to_follow_up() -> list[UUID]:
    """Ended attempts of live interviews for which no next step was decided."""
    settled = timezone.now() - timedelta(seconds=30)
    idle = Interview.all_objects.filter(status__in=Interview.LIVE, next_attempt_at__isnull=True)
    newest = Attempt.objects.filter(interview=OuterRef("pk")).order_by("-number")
    last = idle.annotate(attempt=Subquery(newest.values("pk")[:1]), ended=Subquery(newest.values("ended_at")[:1]))
    return list(last.filter(ended__lt=settled).order_by("ended").values_list("attempt", flat=True)[:100])


def due() -> list[UUID]:
    """Interviews whose next call is due."""
    waiting = Interview.all_objects.filter(status__in=Interview.LIVE, next_attempt_at__lte=timezone.now())
    return list(waiting.order_by("next_attempt_at").values_list("pk", flat=True)[:100])
