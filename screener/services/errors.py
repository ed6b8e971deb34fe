"""How every remote system fails: for now, or for good."""

from datetime import timedelta

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


class NotAsked(TransientError):
    """Nobody was asked, for a reason of our own, so it was no try: the work waits for as long as it must."""

    def __init__(self, message: str, *, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


class PermanentError(ServiceError):
    """Will not work however often it is tried, until a person changes something."""
