"""How every remote system fails: for now, or for good."""


class ServiceError(Exception):
    """A remote system did not do what it was asked. The message is a sentence that HR can read."""


class TransientError(ServiceError):
    """May work later. `retry_after`: seconds that the vendor asked us to wait, where it said so."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(ServiceError):
    """Will not work however often it is tried, until a person changes something."""
