"""The message that a job may leave on a voicemail: once for each interview, and only where calls are wanted."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from interviews.calling.person.call_request import CallRequest
from interviews.calling.rules import PERMANENT_RULES, evaluate_request
from interviews.models import Attempt, EventKind, Interview, LockedCall, lock_call

END_OF_GREETING = "machine_end"
"""How the carrier's results begin that come after a machine's greeting, when it records."""


def waits_for_beep(interview: Interview) -> bool:
    """Whether a call of this interview is to find the end of a machine's greeting."""
    return interview.job.leave_voicemail and not _has_message(interview)


def claim_message(attempt_id: UUID) -> str:
    """Return the address of the message to leave in this call, or "". No interview gets an address twice.

    It is claimed before it is sent: a message that fails is not tried again, so that none is heard twice.
    """
    with lock_call(attempt_id) as call:
        if not _may_leave_message(call):
            return ""
        attempt = call.attempt.row
        attempt.update_fields(message_left_at=timezone.now())
        call.attempt.interview.add_event(EventKind.ATTEMPT_MESSAGE_LEFT, attempt=str(attempt.pk), number=attempt.number)
        return f"{settings.WEBHOOK_BASE_URL}{reverse('twilio-voicemail', args=[attempt.pk])}"


def _may_leave_message(call: LockedCall) -> bool:
    attempt, interview = call.attempt.row, call.attempt.interview.row
    is_recorded = attempt.outcome == Attempt.Outcome.VOICEMAIL and call.row.answered_by.startswith(END_OF_GREETING)
    if not (is_recorded and attempt.is_live and interview.is_live and waits_for_beep(interview)):
        return False
    is_repeat = bool(interview.repeat_reason)
    request = CallRequest(
        call.row.number, timezone.now(), interview.candidate, interview.job, interview, is_repeat=is_repeat
    )
    return evaluate_request(request, PERMANENT_RULES).first_obstacle is None


def _has_message(interview: Interview) -> bool:
    return interview.attempts.filter(message_left_at__isnull=False).exists()
