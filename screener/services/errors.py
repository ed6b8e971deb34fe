"""The errors that every remote system shares: transient or permanent."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import inf

from screener.services.usage import UNKNOWN_USAGE, Usage


class ServiceError(Exception):
    """A remote system did not fulfil a request. HR reads the message.

    `usage` is the usage that the failed request is billed for.
    """

    usage: Usage = UNKNOWN_USAGE


class TransientError(ServiceError):
    """A retry may succeed. `retry_after` is the wait in seconds that the server asked for."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotSent(TransientError):
    """The request was not sent (budget spent, circuit open). Not counted as a try; retry after `wait`."""

    def __init__(self, message: str, *, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class PermanentError(ServiceError):
    """A retry fails in the same way until a person changes the configuration or the data."""


def reason_after_retries(error: ServiceError, summary: str) -> str:
    """Return why work was given up. A transient error, which was retried for hours, comes after the summary."""
    return f"{summary} {error}" if isinstance(error, TransientError) else str(error)


def retry_after_seconds(headers: Mapping[str, str], *, maximum: float) -> float | None:
    """The wait of a Retry-After header (seconds, milliseconds or a date), capped at `maximum`.

    None for a missing, malformed or non-positive value. `headers` must ignore case.
    """
    try:
        seconds = _parse_retry_after(headers)
    except (ValueError, OverflowError):
        return None
    return min(seconds, maximum) if 0 < seconds < inf else None


def _parse_retry_after(headers: Mapping[str, str]) -> float:
    if milliseconds := headers.get("retry-after-ms"):
        return float(milliseconds) / 1000
    value = headers.get("retry-after", "")
    if value.endswith("GMT"):
        return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    return float(value)
