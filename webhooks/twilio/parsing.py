"""From Twilio's parameters to what they mean. Twilio's words end here."""

import json
from dataclasses import dataclass

from django.http import QueryDict

from interviews.conversation import engine
from interviews.models.turns.live_transcript import LiveWords
from screener.phone_format import InvalidPhoneNumber, to_e164
from screener.services.telephony.twilio_errors import names_invalid_number

LONGEST_TEXT = 10_000
LONGEST_SID = 64


class Unreadable(ValueError):
    """Twilio never sends such a thing."""


def text(params: QueryDict, name: str) -> str:
    """A parameter as text that PostgreSQL can hold; of a repeated one the last, of a missing one nothing."""
    return str(params.get(name, "")).replace("\x00", "")[:LONGEST_TEXT]


def number(params: QueryDict, name: str) -> int | None:
    """A whole number from 0 to what a database column holds, or None where there is none."""
    value = text(params, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def recording_sid(params: QueryDict) -> str:
    """The id of a recording: the action of a take need not name it apart from its address."""
    sid = text(params, "RecordingSid") or text(params, "RecordingUrl").rsplit("/", 1)[-1].split(".")[0]
    return sid if len(sid) <= LONGEST_SID else ""


def _take(params: QueryDict) -> engine.RecordedAnswer:
    digits = text(params, "Digits")
    ended = {
        "hangup": engine.RecordingEnd.HANGUP,
        "*": engine.RecordingEnd.REPEAT,
        "": engine.RecordingEnd.PAUSE,
    }.get(digits, engine.RecordingEnd.KEY)
    seconds = number(params, "RecordingDuration")
    if seconds is None and not recording_sid(params):
        seconds = 0
    return engine.RecordedAnswer(seconds=seconds, ended=ended)


def _reply(params: QueryDict) -> engine.Input:
    digits, words = text(params, "Digits"), text(params, "SpeechResult")
    if digits:
        return engine.KeyPressed(digits[:1])
    return engine.WordsSpoken(words) if words else engine.NoReply()


def parse_input(kind: str, params: QueryDict) -> engine.Input:
    """Return the input of a turn, by the address that Twilio called."""
    match kind:
        case "pickup":
            return engine.PickedUp()
        case "reply":
            return _reply(params)
        case "silence":
            return engine.NoReply()
        case "take":
            return _take(params)
        case _:
            raise Unreadable(kind)


def live_words(params: QueryDict) -> LiveWords | None:
    """Return the words that Twilio understood while the call ran. None: they are not the candidate's."""
    if text(params, "Track") not in ("", "inbound_track"):
        return None
    sequence = number(params, "SequenceId")
    try:
        data = json.loads(text(params, "TranscriptionData"))
    except ValueError:
        data = None
    if sequence is None or not isinstance(data, dict):
        raise Unreadable("a transcription without words or number")
    key = f"{text(params, 'TranscriptionSid')[-8:]}:{sequence:010}"
    words = str(data.get("transcript", "")).replace("\x00", "").encode(errors="ignore").decode()
    return LiveWords(key, words, is_final=text(params, "Final").lower() == "true")


WHY_NO_RECORDING = {
    "16101": "Twilio reports that the recording of this answer was too short to be kept.",
    "16102": "Twilio reports that the recording of this answer was silent, and has not kept it.",
}


def why_no_recording(params: QueryDict) -> str:
    reported = "Twilio reports that there is no recording of this answer."
    return WHY_NO_RECORDING.get(text(params, "ErrorCode"), reported)


WITHHELD_NUMBERS = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""In letters of a keypad: anonymous, restricted, blocked, unknown, unavailable."""


def caller_number(params: QueryDict) -> str:
    """The number that a call comes from, in E.164; empty if it is withheld or is no phone number."""
    number = text(params, "From")
    if number in WITHHELD_NUMBERS:
        return ""
    try:
        return to_e164(number)
    except InvalidPhoneNumber:
        return ""


@dataclass(frozen=True)
class Progress:
    """News of a call."""

    status: str
    sequence: int | None
    error_code: str
    duration_seconds: int | None
    is_number_dead: bool


DEAD_NUMBER_SIP_CODES = frozenset(("404", "410", "484", "604"))
"""Not found, gone, incomplete, does not exist anywhere: no later call will reach the number either."""

STATUSES = frozenset("queued initiated ringing in-progress completed busy no-answer failed canceled".split())


def progress(params: QueryDict) -> Progress:
    status = text(params, "CallStatus")
    if status not in STATUSES:
        raise Unreadable(status)
    return Progress(
        status=status,
        sequence=number(params, "SequenceNumber"),
        error_code=text(params, "ErrorCode")[:10],
        is_number_dead=text(params, "SipResponseCode") in DEAD_NUMBER_SIP_CODES
        or names_invalid_number(text(params, "ErrorCode")),
        duration_seconds=number(params, "CallDuration"),
    )


def is_machine(params: QueryDict) -> bool:
    return text(params, "AnsweredBy").startswith(("machine", "fax"))
