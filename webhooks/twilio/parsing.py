"""Parses the parameters of Twilio's webhooks."""

import json
from dataclasses import dataclass

from django.http import QueryDict

from interviews.conversation import engine
from interviews.models.turns.live_transcript import LiveWords
from screener.phone_format import InvalidPhoneNumber, to_e164
from screener.services.telephony import twilio_calls
from screener.services.telephony.twilio_errors import names_invalid_number

MAX_TEXT_LENGTH = 10_000
MAX_SID_LENGTH = 64
MAX_NUMBER_KEYS = 6


class InvalidWebhook(ValueError):
    """The parameters are not those of a Twilio webhook. The message is part of the HTTP reply."""


def text_param(params: QueryDict, param_name: str) -> str:
    """Return a parameter as text that PostgreSQL can store. It is "" if it is missing.

    Of a repeated parameter, the last value counts.
    """
    return str(params.get(param_name, "")).replace("\x00", "")[:MAX_TEXT_LENGTH]


def all_params(params: QueryDict) -> dict[str, str]:
    """Return all parameters, as they are stored."""
    return {name.replace("\x00", ""): text_param(params, name) for name in params}


def number_param(params: QueryDict, param_name: str) -> int | None:
    """Return a parameter as a whole number that fits an integer column, or None if it is not one."""
    param_text = text_param(params, param_name)
    return int(param_text) if param_text.isascii() and param_text.isdigit() and len(param_text) < 10 else None


def recording_sid(params: QueryDict) -> str:
    """Return the id of a recording, or "". Where Twilio sends no RecordingSid, the id is taken from RecordingUrl."""
    sid_text = text_param(params, "RecordingSid") or text_param(params, "RecordingUrl").rsplit("/", 1)[-1].split(".")[0]
    return sid_text if len(sid_text) <= MAX_SID_LENGTH else ""


def _parse_recorded_answer(params: QueryDict) -> engine.RecordedAnswer:
    digits = text_param(params, "Digits")
    recording_end = {
        "hangup": engine.RecordingEnd.HANGUP,
        "*": engine.RecordingEnd.REPEAT,
        "": engine.RecordingEnd.PAUSE,
    }.get(digits, engine.RecordingEnd.KEY)
    duration_seconds = number_param(params, "RecordingDuration")
    if duration_seconds is None and not recording_sid(params):
        duration_seconds = 0
    return engine.RecordedAnswer(seconds=duration_seconds, ended=recording_end)


def _parse_reply(params: QueryDict) -> engine.Input:
    digits, spoken_words = text_param(params, "Digits"), text_param(params, "SpeechResult")
    if digits:
        return engine.KeyPressed(digits[:1], digits[:MAX_NUMBER_KEYS] if len(digits) > 1 else "")
    return engine.WordsSpoken(spoken_words) if spoken_words else engine.NoReply()


def parse_input(kind: str, params: QueryDict) -> engine.Input:
    """Return the input of a turn. `kind`: the last part of the URL that Twilio requested."""
    match kind:
        case "pickup":
            return engine.PickedUp()
        case "reply":
            return _parse_reply(params)
        case "silence":
            return engine.NoReply()
        case "take":
            return _parse_recorded_answer(params)
        case _:
            raise InvalidWebhook(f"unknown kind of input: {kind}")


def parse_live_words(params: QueryDict) -> LiveWords | None:
    """Return one piece of the live transcript, or None if it is from our side of the call."""
    if text_param(params, "Track") not in ("", "inbound_track"):
        return None
    piece_number = number_param(params, "SequenceId")
    try:
        transcription_data = json.loads(text_param(params, "TranscriptionData"))
    except ValueError:
        transcription_data = None
    if piece_number is None or not isinstance(transcription_data, dict):
        raise InvalidWebhook("TranscriptionData or SequenceId is missing or invalid")
    piece_key = f"{text_param(params, 'TranscriptionSid')[-8:]}:{piece_number:010}"
    spoken_words = str(transcription_data.get("transcript", "")).replace("\x00", "").encode(errors="ignore").decode()
    return LiveWords(piece_key, spoken_words, is_final=text_param(params, "Final").lower() == "true")


MISSING_RECORDING_REASONS = {
    "16101": "Twilio reports that the recording of this answer was too short to be kept.",
    "16102": "Twilio reports that the recording of this answer was silent, and has not kept it.",
}


def missing_recording_reason(params: QueryDict) -> str:
    default_reason = "Twilio reports that there is no recording of this answer."
    return MISSING_RECORDING_REASONS.get(text_param(params, "ErrorCode"), default_reason)


WITHHELD_NUMBERS = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""Twilio's codes for withheld numbers: anonymous, restricted, blocked, unknown, unavailable, in keypad digits."""


def caller_number(params: QueryDict) -> str:
    """Return the caller's number in E.164, or "" if it is withheld or is not a phone number."""
    phone_number = text_param(params, "From")
    if phone_number in WITHHELD_NUMBERS:
        return ""
    try:
        return to_e164(phone_number)
    except InvalidPhoneNumber:
        return ""


@dataclass(frozen=True)
class CallProgress:
    """The state of a call, from a status callback."""

    status: str
    sequence: int | None
    error_code: str
    duration_seconds: int | None
    is_number_dead: bool


DEAD_NUMBER_SIP_CODES = frozenset(("404", "410", "484", "604"))
"""Not Found, Gone, Address Incomplete, Does Not Exist Anywhere: a later call would fail in the same way."""

CALL_STATUSES = frozenset("queued initiated ringing in-progress completed busy no-answer failed canceled".split())


def parse_progress(params: QueryDict) -> CallProgress:
    status = text_param(params, "CallStatus")
    if status not in CALL_STATUSES:
        raise InvalidWebhook(f"unknown call status: {status}")
    return CallProgress(
        status=status,
        sequence=number_param(params, "SequenceNumber"),
        error_code=text_param(params, "ErrorCode")[:10],
        is_number_dead=text_param(params, "SipResponseCode") in DEAD_NUMBER_SIP_CODES
        or names_invalid_number(text_param(params, "ErrorCode")),
        duration_seconds=number_param(params, "CallDuration"),
    )


def is_machine(params: QueryDict) -> bool:
    return twilio_calls.is_machine(text_param(params, "AnsweredBy"))
