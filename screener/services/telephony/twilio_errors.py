"""Errors of the carrier: one class for each way in which callers react, each with a message for HR."""

from screener.services.errors import PermanentError, TransientError


class TelephonyDown(TransientError):
    """Twilio did not accept the request. It had no effect."""


class CallStateUnknown(TransientError):
    """The connection broke after the request was sent. The call may have been placed."""


class MessageStateUnknown(TransientError):
    """The connection broke after the request was sent. The SMS may have been accepted."""


class NotTextable(PermanentError):
    """This number gets no SMS. It may be called."""


class InvalidNumber(PermanentError):
    """This number cannot be called."""


class NumberNotAllowed(PermanentError):
    """The account may not call this number. It may call others."""


class NumberOptedOut(NumberNotAllowed):
    """The owner of the number told Twilio that they want no calls from this account."""


class RequestRejected(PermanentError):
    """Twilio rejects the request until a person changes the configuration."""


class AccountMisconfigured(RequestRejected):
    """The account or a setting is wrong, which concerns every call."""


class InvalidAudio(PermanentError):
    """The content of a recording is not WAV audio."""


class NotFound(TransientError):
    """Twilio does not have the resource, or not yet."""


RATE_LIMITED = "Twilio limits the request rate. The request will be retried."
UNREACHABLE = "Twilio could not be reached or sent an unreadable reply. The request will be retried."
NOT_WAV = "The recording at Twilio is not WAV audio."
WRONG_LOGIN = "Twilio does not accept the account SID and token. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
_INVALID_NUMBER = "Twilio says that this is not a valid phone number. Check it against where it came from."
_OUT_OF_REACH = "Twilio can't reach this phone number. Check it against where it came from."
_COUNTRY = (
    "Our Twilio account is not allowed to call this country. Allow it under Voice > Geo permissions in the Twilio "
    "console, then start a new interview."
)
_BLOCKED = (
    "Twilio blocks calls to this number. To call North America the Twilio account needs a Primary Customer Profile "
    "(Trust Hub in the Twilio console); otherwise ask Twilio's support, then start a new interview."
)
_SMS_COUNTRY = (
    "Our Twilio account is not allowed to send SMS to this country. Allow it under Messaging > Geo permissions in the "
    "Twilio console."
)
_NO_SMS = "Twilio says that this number gets no SMS: it is a landline, or does not exist."
_SMS_SENDER = (
    "TWILIO_SMS_SENDER is not a number or messaging service of our Twilio account that can send SMS. Check it in the "
    "Twilio console."
)
_OPTED_OUT = "The owner of this number has opted out of calls and messages from our Twilio account."
_TRIAL = (
    "A Twilio trial account can only call verified numbers. Verify this one or upgrade the account, then start a new "
    "interview."
)
_CLOSED = "Our Twilio account is suspended or closed. The Twilio console says why."
_CALLBACK = "Twilio rejects our callback address. Check WEBHOOK_BASE_URL."
_FOREIGN_CALLER = "TWILIO_PHONE_NUMBER is not a number of our Twilio account, nor verified for calling out. Check both."
_INVALID_CALLER = "TWILIO_PHONE_NUMBER is not a valid number to call from. Correct it."
_NO_CALLER = "TWILIO_PHONE_NUMBER is not set. Set it to a number of our Twilio account."

ERROR_CODES: dict[int | None, tuple[type[PermanentError], str]] = {
    13223: (InvalidNumber, _INVALID_NUMBER),
    13224: (InvalidNumber, _OUT_OF_REACH),
    13226: (InvalidNumber, _INVALID_NUMBER),
    21211: (InvalidNumber, _INVALID_NUMBER),
    21214: (InvalidNumber, _OUT_OF_REACH),
    21217: (InvalidNumber, _INVALID_NUMBER),
    13227: (NumberNotAllowed, _COUNTRY),
    21203: (NumberNotAllowed, _COUNTRY),
    21215: (NumberNotAllowed, _COUNTRY),
    32205: (NumberNotAllowed, _COUNTRY),
    13225: (NumberNotAllowed, _BLOCKED),
    21216: (NumberNotAllowed, _BLOCKED),
    32224: (NumberNotAllowed, _BLOCKED),
    21610: (NumberOptedOut, _OPTED_OUT),
    21219: (NumberNotAllowed, _TRIAL),
    21408: (NumberNotAllowed, _SMS_COUNTRY),
    21614: (NotTextable, _NO_SMS),
    30005: (NotTextable, _NO_SMS),
    30006: (NotTextable, _NO_SMS),
    21606: (AccountMisconfigured, _SMS_SENDER),
    21659: (AccountMisconfigured, _SMS_SENDER),
    21660: (AccountMisconfigured, _SMS_SENDER),
    21701: (AccountMisconfigured, _SMS_SENDER),
    21703: (AccountMisconfigured, _SMS_SENDER),
    10001: (AccountMisconfigured, _CLOSED),
    20005: (AccountMisconfigured, _CLOSED),
    20003: (AccountMisconfigured, WRONG_LOGIN),
    21205: (AccountMisconfigured, _CALLBACK),
    21609: (AccountMisconfigured, _CALLBACK),
    21626: (AccountMisconfigured, _CALLBACK),
    21210: (AccountMisconfigured, _FOREIGN_CALLER),
    21212: (AccountMisconfigured, _INVALID_CALLER),
    21213: (AccountMisconfigured, _NO_CALLER),
}
"""Twilio's error codes with a message for HR. See twilio.com/docs/api/errors."""


def names_invalid_number(code: str) -> bool:
    """Whether the error code of a call says that its number cannot be called at all."""
    return ERROR_CODES.get(_error_number(code), (None,))[0] is InvalidNumber


def names_untextable_number(code: str) -> bool:
    """Whether the error code of an SMS says that its number gets none, now or later."""
    return ERROR_CODES.get(_error_number(code), (None,))[0] in (InvalidNumber, NotTextable)


def names_opt_out(code: str) -> bool:
    """Whether the error code of an SMS says that the owner of the number wants no messages."""
    return ERROR_CODES.get(_error_number(code), (None,))[0] is NumberOptedOut


def describe_error_code(code: str) -> str:
    """The message for the error code of a call or an SMS. Empty where there was no error."""
    number = _error_number(code)
    if number in ERROR_CODES:
        return ERROR_CODES[number][1]
    return f"Twilio's error {number}: see {error_page(number)}." if number else ""


def _error_number(code: str) -> int | None:
    return int(code) if code.isascii() and code.isdigit() else None


def error_page(code: int) -> str:
    return f"twilio.com/docs/api/errors/{code}"
