"""How every remote system fails: for now, or for good."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import inf

from screener.services.usage import UNKNOWN, Usage


class ServiceError(Exception):
    """A remote system did not do what it was asked. The message is a sentence that HR can read.

    `usage`: what the failure used of a model all the same, where that is known.
    """

    usage: Usage = UNKNOWN


class TransientError(ServiceError):
    """May work later. `retry_after`: seconds that the vendor asked us to wait, where it said so."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotSent(TransientError):
    """Nobody was asked, for a reason of our own, so it was no try: the work waits for as long as it must."""

    def __init__(self, message: str, *, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class PermanentError(ServiceError):
    """Will not work however often it is tried, until a person changes something."""


def asked_wait(headers: Mapping[str, str], *, longest: float) -> float | None:
    """How many seconds a server asks us to wait, if it says so in a way that can be believed.

    Such headers are read whatever the case of their names. Of a wait without measure only the `longest` is kept to.
    """
    try:
        if milliseconds := headers.get("retry-after-ms"):
            seconds = float(milliseconds) / 1000
        elif (value := headers.get("retry-after", "")).endswith("GMT"):
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        else:
            seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return min(seconds, longest) if 0 < seconds < inf else None
