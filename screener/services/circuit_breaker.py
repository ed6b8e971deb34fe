"""Circuit breaker: stops requests to a failing server for a while, so that timeouts do not use up the worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from threading import Lock
from time import time

from screener.services.errors import NotSent, PermanentError, TransientError

MAX_FAILURES = 5
"""Failures in a row that open the circuit."""
FIRST_PAUSE, MAX_PAUSE = 5.0, 60.0
"""Seconds. Each pause is twice as long as the one before, unless the server sends Retry-After."""


class CircuitOpen(NotSent):
    """The request was not sent: the server failed too often in a row."""


class CircuitBreaker:
    """The circuit of one model at one server, in this process.

    After MAX_FAILURES failures in a row the circuit opens for a pause. Then one request probes the server: an answer
    closes the circuit, a failure starts a longer pause.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._openings = 0
        self._reset()

    def _reset(self) -> None:
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._open_until = 0.0
        self._is_probing = False

    @contextmanager
    def guard(self, service_name: str) -> Iterator[None]:
        """Guard one request. Raises CircuitOpen during a pause. A PermanentError counts as an answer."""
        opening = self._admit_request(service_name)
        try:
            yield
        except TransientError as error:
            self._record_failure(opening, error.retry_after)
            raise
        except PermanentError:
            self._record_answer()
            raise
        else:
            self._record_answer()
        finally:
            self._end_probe(opening)

    def _admit_request(self, service_name: str) -> int:
        """The number of the current opening, for `_record_failure`."""
        with self._lock:
            if self._failures < MAX_FAILURES:
                return self._openings
            wait = self._pause if self._is_probing else self._open_until - time()
            if 0 < wait <= MAX_PAUSE:  # a longer wait means that the clock was set back
                raise CircuitOpen(
                    f"{service_name} failed {self._failures} times in a row. Requests are paused for {wait:.0f} s.",
                    wait=timedelta(seconds=wait),
                )
            self._is_probing = True
            return self._openings

    def _record_failure(self, opening: int, retry_after: float | None) -> None:
        """Count a failure, unless the request was sent before the last pause began.

        A server may send a Retry-After of hours for one request only. The pause of all requests stays bounded.
        """
        with self._lock:
            if opening != self._openings:
                return
            self._failures += 1
            if self._failures < MAX_FAILURES:
                return
            self._openings += 1
            self._is_probing = False
            self._open_until = time() + min(retry_after or self._pause, MAX_PAUSE)
            self._pause = min(self._pause * 2, MAX_PAUSE)

    def _record_answer(self) -> None:
        with self._lock:
            self._reset()

    def _end_probe(self, opening: int) -> None:
        """Let the next request probe, also when this one was interrupted without an answer or a failure."""
        with self._lock:
            if opening == self._openings:
                self._is_probing = False


@cache
def breaker_for(server: str, model: str) -> CircuitBreaker:
    return CircuitBreaker()
