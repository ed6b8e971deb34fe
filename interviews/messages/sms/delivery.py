"""Hands an SMS to Twilio once.

Twilio recognises no repeated request. After a crash, or a connection that broke, Twilio is asked whether it has the
SMS, before it is sent again. See docs/adr/0025.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from interviews.models import CandidateMessage
from interviews.models.invitations.candidate_message import MessageQuerySet
from screener.background.queue import release_db_connection
from screener.services.errors import NotSent, PermanentError, ServiceError, TransientError
from screener.services.telephony import twilio_errors, twilio_messages

SEND_WITHIN = timedelta(seconds=30)
"""The request is sent this long after the handover is saved, or not at all."""

KNOWN_AFTER = timedelta(minutes=2)
"""After so long a request that was sent has reached Twilio, and Twilio lists each SMS that it has taken."""

CLOCK_TOLERANCE = timedelta(minutes=1)
ASKS_LATER = "Twilio is asked later whether it has the SMS."


class NumberRefused(PermanentError):
    """The number gets no SMS, now or later."""


class SmsForbidden(PermanentError):
    """The carrier forbids SMS from our account to this number."""


class NumberOptedOut(PermanentError):
    """The owner of the number told the carrier that they want no messages."""


def find_sent_sms(message: CandidateMessage, body: str, now: datetime) -> str:
    """The id of this SMS at Twilio, where an earlier try may have sent it. Empty: Twilio has none.

    `body`: the text that it would have now. The text that was sent may differ: a title was edited, a link was renewed.
    Raises NotSent while Twilio may not know yet.
    """
    handed_over_at = message.handed_over_at
    assert handed_over_at, "only asked after a handover"
    if (wait := handed_over_at + KNOWN_AFTER - now) > timedelta(0):
        raise NotSent(ASKS_LATER, wait=wait)
    others = _others_to_number(message)
    other_sids = set(others.exclude(provider_id="").values_list("provider_id", flat=True))
    is_alone = not others.pending().filter(handed_over_at__isnull=False).exists()
    release_db_connection()
    states = twilio_messages.list_messages_to(message.interview.candidate.phone)
    sent = [state for state in states if _is_of_handover(state, handed_over_at) and state.sid not in other_sids]
    same = [state for state in sent if state.body.endswith(body)]  # trial accounts put words before it
    return next((state.sid for state in same or (sent if is_alone else [])), "")


def _is_of_handover(state: twilio_messages.MessageState, handed_over_at: datetime) -> bool:
    first, last = handed_over_at - CLOCK_TOLERANCE, handed_over_at + SEND_WITHIN + CLOCK_TOLERANCE
    return state.is_ours and (state.created is None or first <= state.created <= last)


def hand_over_sms(message: CandidateMessage, body: str, handed_over_at: datetime) -> str:
    """Send the SMS. Returns its id at Twilio.

    Raises MessageStateUnknown where Twilio may have taken it. After any other error it has not.
    """
    try:
        state = twilio_messages.send_message(
            to=message.interview.candidate.phone,
            body=body,
            status_url=settings.WEBHOOK_BASE_URL + reverse("twilio-sms-status", args=[message.pk]),
            send_before=handed_over_at + SEND_WITHIN,
        )
    except ServiceError as error:
        raise _as_message_error(error) from None
    return state.sid


def _as_message_error(error: ServiceError) -> ServiceError:
    """An error of the number is final. After an error of our account the SMS is tried again: a person may mend it."""
    match error:
        case twilio_errors.InvalidNumber() | twilio_errors.NotTextable():
            return NumberRefused(str(error))
        case twilio_errors.NumberOptedOut():
            return NumberOptedOut(str(error))
        case twilio_errors.NumberNotAllowed():
            return SmsForbidden(str(error))
        case twilio_errors.RequestRejected():
            return TransientError(str(error))
        case _:
            return error


def _others_to_number(message: CandidateMessage) -> MessageQuerySet:
    others = CandidateMessage.objects.filter(interview__candidate__phone=message.interview.candidate.phone)
    return others.filter(channel=CandidateMessage.Channel.SMS).exclude(pk=message.pk)
