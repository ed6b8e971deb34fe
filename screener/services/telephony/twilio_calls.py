"""Calls at Twilio: place, look up, list, hang up."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from screener.services.http_deadlines import send_deadline
from screener.services.telephony.twilio_client import map_twilio_errors, twilio_client

CALLBACK_RETRIES = "#rc=3&rp=all"
"""Fragment of a callback address: retry three times after any failure. It is not part of the signature.

Only for callbacks. The candidate waits for the reply to a turn, so there the fallback address is better than a retry.
"""
RING_SECONDS, MAX_CALL_SECONDS = 30, 3600


@dataclass(frozen=True)
class CallState:
    sid: str
    status: str
    created: datetime | None
    answered_by: str
    duration_seconds: int | None
    price: str | None
    price_unit: str


def is_machine(answered_by: str) -> bool:
    """Whether Twilio's answering machine detection reports a machine."""
    return answered_by.startswith(("machine", "fax"))


def place_call(
    *,
    to: str,
    url: str,
    fallback_url: str,
    status_url: str,
    amd_url: str,
    send_before: datetime,
    waits_for_beep: bool = False,
) -> CallState:
    """Place a call unless `send_before` has passed. Not idempotent: the caller ensures that it is placed once.

    `waits_for_beep`: a machine is reported when its greeting is over, instead of at once.

    Raises CallStateUnknown if the call may have been placed; TelephonyDown or TooLateToSend if it was not;
    InvalidNumber or NumberNotAllowed for this number; AccountMisconfigured or RequestRejected otherwise.
    """
    with map_twilio_errors(places_call=True), send_deadline(send_before):
        call = twilio_client().calls.create(
            to=to,
            from_=settings.TWILIO_PHONE_NUMBER,
            url=url,
            fallback_url=fallback_url,
            status_callback=status_url + CALLBACK_RETRIES,
            status_callback_event=["initiated", "ringing", "answered", "completed"],
            machine_detection="DetectMessageEnd" if waits_for_beep else "Enable",
            async_amd="true",
            async_amd_status_callback=amd_url + CALLBACK_RETRIES,
            timeout=RING_SECONDS,
            time_limit=MAX_CALL_SECONDS,
        )
        return _to_call_state(call)


def fetch_call_state(sid: str) -> CallState:
    with map_twilio_errors():
        return _to_call_state(twilio_client().calls(sid).fetch())


def list_calls_to(number: str) -> list[CallState]:
    """The last calls to this number, newest first. Compare `created`, not the start time.

    Twilio filters start times by the day and leaves them empty until a call is dialled.
    """
    with map_twilio_errors():
        calls = twilio_client().calls.list(to=number, from_=settings.TWILIO_PHONE_NUMBER, limit=50)
        return [_to_call_state(call) for call in calls]


def hang_up(sid: str) -> None:
    with map_twilio_errors():
        twilio_client().calls(sid).update(status="completed")


def redirect_call(sid: str, url: str) -> None:
    """Have a call that is in progress go on with the TwiML at this URL."""
    with map_twilio_errors():
        twilio_client().calls(sid).update(url=url, method="POST")


def _to_call_state(call: Any) -> CallState:
    if not call.sid:
        raise ValueError("The reply has no call SID.")
    return CallState(
        sid=call.sid,
        status=str(call.status or ""),
        created=call.date_created.astimezone(UTC) if call.date_created else None,
        answered_by=str(call.answered_by or ""),
        duration_seconds=int(call.duration) if call.duration else None,
        price=str(call.price) if call.price else None,
        price_unit=str(call.price_unit or "")[:3] if call.price else "",
    )
