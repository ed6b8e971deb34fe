"""What can go wrong at Twilio: one kind of error for each thing that we do about it, and a sentence for HR."""

from screener.services.errors import PermanentError, TransientError


class TelephonyDown(TransientError):
    """Twilio did not take the request: nothing was done."""


class CallUnknown(TransientError):
    """The connection died after the request was sent: the call may or may not have been placed."""


class InvalidNumber(PermanentError):
    """Twilio says that this number can't be called."""


class NotAllowed(PermanentError):
    """Twilio may not call this number, while it may call others."""


class Refused(PermanentError):
    """Twilio will not do it until a person changes something."""


class Misconfigured(Refused):
    """What a person must change concerns every call: our account at Twilio, or a setting of ours."""


class NoAudio(PermanentError):
    """What Twilio sent for a recording is no audio."""


class NotThere(TransientError):
    """Twilio does not have it, or does not have it yet."""


_BAD_NUMBER = "Twilio says that this is not a valid phone number. Check it against where it came from."
_OUT_OF_REACH = "Twilio can't reach this phone number. Check it against where it came from."
_COUNTRY = (
    "Our Twilio account is not allowed to call this country. Allow it under Voice > Geo permissions in the Twilio "
    "console, then start a new interview."
)
_BLOCKED = (
    "Twilio blocks calls to this number. To call North America the Twilio account needs a Primary Customer Profile "
    "(Trust Hub in the Twilio console); otherwise ask Twilio's support, then start a new interview."
)
BAD_LOGIN = "Twilio does not accept our account SID and token. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
_CLOSED = "Our Twilio account is suspended or closed. The Twilio console says why."
_BAD_CALLBACK = "Twilio refuses our callback address. Check WEBHOOK_BASE_URL."
MEANINGS: dict[int | None, tuple[type[PermanentError], str]] = {
    13223: (InvalidNumber, _BAD_NUMBER),
    13224: (InvalidNumber, _OUT_OF_REACH),
    13226: (InvalidNumber, _BAD_NUMBER),
    21211: (InvalidNumber, _BAD_NUMBER),
    21214: (InvalidNumber, _OUT_OF_REACH),
    21217: (InvalidNumber, _BAD_NUMBER),
    13227: (NotAllowed, _COUNTRY),
    21203: (NotAllowed, _COUNTRY),
    21215: (NotAllowed, _COUNTRY),
    32205: (NotAllowed, _COUNTRY),
    13225: (NotAllowed, _BLOCKED),
    21216: (NotAllowed, _BLOCKED),
    32224: (NotAllowed, _BLOCKED),
    21610: (NotAllowed, "The owner of this number has told Twilio that they want to hear no more from us."),
    21219: (
        NotAllowed,
        "A Twilio trial account can only call verified numbers. Verify this one or upgrade the account, then start a "
        "new interview.",
    ),
    10001: (Misconfigured, _CLOSED),
    20005: (Misconfigured, _CLOSED),
    20003: (Misconfigured, BAD_LOGIN),
    21205: (Misconfigured, _BAD_CALLBACK),
    21609: (Misconfigured, _BAD_CALLBACK),
    21626: (Misconfigured, _BAD_CALLBACK),
    21210: (
        Misconfigured,
        "TWILIO_PHONE_NUMBER is not a number of our Twilio account, nor verified for calling out. Check both.",
    ),
    21212: (Misconfigured, "TWILIO_PHONE_NUMBER is not a valid number to call from. Correct it."),
    21213: (Misconfigured, "TWILIO_PHONE_NUMBER is not set. Set it to a number of our Twilio account."),
}
"""Twilio's error codes that mean something to HR, in words. See twilio.com/docs/api/errors."""


def meaning_of(code: str) -> str:
    """What the error code of a call that was taken means, in a sentence; empty where there was no error."""
    number = int(code) if code.isascii() and code.isdigit() else None
    if number in MEANINGS:
        return MEANINGS[number][1]
    return f"Twilio's error {number}: see {where_explained(number)}." if number else ""


def where_explained(code: int) -> str:
    return f"twilio.com/docs/api/errors/{code}"
