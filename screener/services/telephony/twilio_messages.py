"""SMS at Twilio: send, look up, delete. A conversation with a candidate is no part of this: replies are TwiML."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from screener.services.http_deadlines import send_deadline
from screener.services.telephony.twilio_calls import CALLBACK_RETRIES
from screener.services.telephony.twilio_client import map_twilio_errors, twilio_client
from screener.services.telephony.twilio_errors import CallStateUnknown, MessageStateUnknown, NotFound

MESSAGING_SERVICE = "MG"
MOST_LISTED = 50
SENT_OVER_API = "outbound-api"
"""The direction of an SMS that an application sent. Those received, and replies to them, have others."""
STATE_UNKNOWN = "The connection to Twilio broke while the SMS was being sent."


@dataclass(frozen=True)
class MessageState:
    sid: str
    status: str
    body: str
    created: datetime | None
    is_ours: bool
    """Whether it was sent over the API in the name of our sender, and is no reply."""


def is_configured() -> bool:
    """Whether SMS can be sent."""
    return bool(settings.TWILIO_SMS_SENDER)


def send_message(*, to: str, body: str, status_url: str, send_before: datetime) -> MessageState:
    """Send an SMS unless `send_before` has passed. Not idempotent: the caller ensures that it is sent once.

    Raises MessageStateUnknown if Twilio may have accepted it; TelephonyDown or TooLateToSend if it did not;
    InvalidNumber, NotTextable or NumberNotAllowed for this number; AccountMisconfigured or RequestRejected otherwise.
    """
    try:
        with map_twilio_errors(places_call=True), send_deadline(send_before):
            message = twilio_client().messages.create(
                to=to, body=body, status_callback=status_url + CALLBACK_RETRIES, **_sender()
            )
            return _to_message_state(message)
    except CallStateUnknown as error:
        raise MessageStateUnknown(STATE_UNKNOWN, retry_after=error.retry_after) from None


def list_messages_to(number: str) -> list[MessageState]:
    """The last SMS to this number, newest first."""
    with map_twilio_errors():
        return [_to_message_state(message) for message in twilio_client().messages.list(to=number, limit=MOST_LISTED)]


def delete_message(sid: str) -> None:
    """Delete an SMS with its text at Twilio, sent or received. One that does not exist is no error."""
    with suppress(NotFound), map_twilio_errors():
        twilio_client().messages(sid).delete()


def _is_ours(message: Any) -> bool:
    senders = (message.from_, message.messaging_service_sid)
    return message.direction == SENT_OVER_API and settings.TWILIO_SMS_SENDER in senders


def _sender() -> dict[str, str]:
    sender = settings.TWILIO_SMS_SENDER
    return {"messaging_service_sid" if sender.startswith(MESSAGING_SERVICE) else "from_": sender}


def _to_message_state(message: Any) -> MessageState:
    if not message.sid:
        raise ValueError("The reply has no message SID.")
    return MessageState(
        sid=message.sid,
        status=str(message.status or ""),
        body=str(message.body or ""),
        created=message.date_created.astimezone(UTC) if message.date_created else None,
        is_ours=_is_ours(message),
    )
