"""Reconciles calls, prices and recordings with the carrier where callbacks are missing."""

import logging
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_noop

from interviews.models import Attempt, Call, lock_attempt, lock_call
from interviews.models.transitions.conversation import adopt_missing_recording
from screener.background.queue import release_db_connection
from screener.services.errors import PermanentError, TransientError
from screener.services.telephony import twilio_calls, twilio_errors, twilio_recordings

log = logging.getLogger(__name__)

QUIET_FOR = timedelta(seconds=60)
"""A live call without input for this time is reconciled."""

UNSENT_AGAIN_IN = timedelta(seconds=20)
"""The interval at which Twilio is asked for a call that it may not have received."""

CERTAIN_AFTER = timedelta(seconds=90)
"""Twilio lists an accepted call within this time after the last moment at which it could be sent."""

CLOCK_TOLERANCE = timedelta(minutes=1)

FORGOTTEN_AFTER = timedelta(minutes=25)
"""A call that Twilio does not know counts as ended after this time without input.

It is longer than any answer, also where the candidate has twice the time.
"""

PRICE_AGAIN_IN = timedelta(minutes=5)
PRICE_PATIENCE = timedelta(days=1)

RECORDING_PATIENCE = timedelta(minutes=10)
"""How long the next attempt waits for the last recording while the carrier is unavailable."""

CARRIER_PATIENCE = timedelta(days=2)
"""How long a call that the carrier does not accept is retried."""


def apply_call_state(attempt_id: UUID, call_state: twilio_calls.CallState) -> None:
    """Apply the state of a call as Twilio reports it. The state of a call with another SID is ignored."""
    with lock_call(attempt_id) as call:
        if not call.match_or_adopt_sid(call_state.sid):
            return
        if twilio_calls.is_machine(call_state.answered_by):
            call.attempt.mark_voicemail()
        call.apply_status(
            call_state.status,
            answered_by=call_state.answered_by,
            duration_seconds=call_state.duration_seconds,
            price=call_state.price,
            price_unit=call_state.price_unit,
        )


def reconcile_attempt(attempt_id: UUID) -> None:
    """Ask Twilio for the state of this attempt's call and apply it. The outcome of a call is never guessed."""
    attempt = Attempt.objects.select_related("call").get(pk=attempt_id)
    release_db_connection()
    if attempt.call.twilio_sid:
        _reconcile_known_call(attempt)
    else:
        _find_call(attempt)


def _reconcile_known_call(attempt: Attempt) -> None:
    try:
        apply_call_state(attempt.pk, twilio_calls.fetch_call_state(attempt.call.twilio_sid))
    except twilio_errors.NotFound:
        if timezone.now() > (attempt.last_input_at or attempt.created_at) + FORGOTTEN_AFTER:
            _mark_never_placed(attempt.pk, gettext_noop("Twilio no longer knows this call."))


def _find_call(attempt: Attempt) -> None:
    """Find the call of an attempt in Twilio's list of calls, where Twilio's reply with the SID was lost.

    Of several matches, the nearest in time is taken once the list is complete. Until then, a webhook of the call may
    still identify it.
    """
    is_list_complete = timezone.now() > attempt.send_before + CERTAIN_AFTER
    matches = _matching_calls(attempt)
    if len(matches) == 1 or (matches and is_list_complete):
        apply_call_state(attempt.pk, matches[0])
    elif is_list_complete:
        _mark_never_placed(attempt.pk, gettext_noop("Twilio never received this call."))


def _matching_calls(attempt: Attempt) -> list[twilio_calls.CallState]:
    """Return the calls to this number that belong to no attempt, the nearest in time to the attempt first.

    There may be several: another system or a person may have called the same candidate from our number.
    """
    planned_at = attempt.created_at
    since, until = planned_at - CLOCK_TOLERANCE, attempt.send_before + CERTAIN_AFTER
    matching_calls = [
        call for call in twilio_calls.list_calls_to(attempt.call.number) if since < (call.created or planned_at) < until
    ]
    sids = [call.sid for call in matching_calls]
    sids_of_attempts = set(Call.objects.filter(twilio_sid__in=sids).values_list("twilio_sid", flat=True))
    unassigned_calls = (call for call in matching_calls if call.sid not in sids_of_attempts)
    return sorted(unassigned_calls, key=lambda call: abs((call.created or planned_at) - planned_at))


def _mark_never_placed(attempt_id: UUID, reason: str) -> None:
    with lock_call(attempt_id) as call:
        call.mark_never_placed(Attempt.Outcome.CARRIER_ERROR, reason=reason)


def attempts_to_reconcile() -> list[UUID]:
    """Return live attempts without recent activity, and attempts that may not have been sent. Marks them as polled."""
    now = timezone.now()
    live_attempts = Attempt.objects.live().filter(call__isnull=False)
    # In PostgreSQL, GREATEST ignores NULL.
    last_activity = Greatest("created_at", "last_input_at", "call__last_polled_at")
    late_since = now - timedelta(seconds=settings.TWILIO_TIMEOUT)
    is_unsent = Q(call__twilio_sid="", send_before__lt=late_since) & ~Q(call__last_polled_at__gte=now - UNSENT_AGAIN_IN)
    overdue_attempts = live_attempts.alias(last_activity=last_activity).filter(
        Q(last_activity__lt=now - QUIET_FOR) | is_unsent
    )
    return _mark_polled(list(overdue_attempts.values_list("pk", flat=True)[:100]))


def _mark_polled(attempt_ids: list[UUID]) -> list[UUID]:
    """Return the same attempts. Sweeps leave them out until the poll interval is over."""
    Call.objects.filter(attempt__in=attempt_ids).update(last_polled_at=timezone.now())
    return attempt_ids


def fetch_price(attempt_id: UUID) -> None:
    """Ask Twilio for the price of a call. Twilio sets it some time after the end of the call and sends no callback."""
    call = Call.objects.get(attempt=attempt_id)
    release_db_connection()
    with suppress(twilio_errors.NotFound):
        call_state = twilio_calls.fetch_call_state(call.twilio_sid)
        call.set_price(call_state.price, call_state.price_unit)


def attempts_without_price() -> list[UUID]:
    """Return attempts whose calls ended within the last day and have no price yet. Marks them as polled."""
    now = timezone.now()
    unpriced_calls = Call.objects.filter(
        price__isnull=True, ended_at__range=(now - PRICE_PATIENCE, now - PRICE_AGAIN_IN)
    )
    overdue_calls = unpriced_calls.exclude(Q(twilio_sid="") | Q(last_polled_at__gte=now - PRICE_AGAIN_IN))
    return _mark_polled(list(overdue_calls.values_list("attempt_id", flat=True)[:50]))


def fetch_last_recording(attempt_id: UUID) -> bool:
    """Adopt the last recording of a call that broke off, if the carrier has it and sent no callback.

    Returns whether the search is over. Otherwise the carrier is unavailable, and the sweep calls this function again.
    """
    attempt = Attempt.objects.select_related("call", "interview").get(pk=attempt_id)
    if not attempt.call.twilio_sid or not attempt.is_missing_last_recording:
        return True
    release_db_connection()
    try:
        recordings = twilio_recordings.list_recordings(attempt.call.twilio_sid)
    except twilio_errors.NotFound:
        return True
    except (TransientError, twilio_errors.AccountMisconfigured) as error:
        return _gives_up_recording(attempt, error)
    except PermanentError as error:
        log.info("attempt %s: the recordings cannot be listed: %s", attempt_id, error)
        return True
    with lock_attempt(attempt_id) as locked_attempt:
        adopt_missing_recording(locked_attempt, {recording.sid: recording.seconds for recording in recordings})
    return True


def _gives_up_recording(attempt: Attempt, error: TransientError | twilio_errors.AccountMisconfigured) -> bool:
    """Whether the next attempt stops waiting for the recording, because the carrier was unavailable for too long."""
    log.warning("attempt %s: its recordings are not available: %s", attempt.pk, error)
    patience = CARRIER_PATIENCE if isinstance(error, twilio_errors.AccountMisconfigured) else RECORDING_PATIENCE
    return attempt.ended_at is None or timezone.now() > attempt.ended_at + patience
