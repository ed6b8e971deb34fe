"""Leaving a server alone that does not answer, so that waiting for it does not eat the worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from threading import Lock
from time import time

from screener.services.errors import NotSent, PermanentError, TransientError

MOST_FAILURES = 5
"""In a row. Then nobody asks for a while."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0
"""Seconds, twice as many each time, unless the server itself says how many. After the longest one somebody asks."""


class LeftAlone(NotSent):
    """It has failed too often in a row to be asked now."""


class Breaker:
    """For one model at one server, in this process. While it is open nobody asks; after each pause one does for all."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._openings = 0
        self._close()

    def _close(self) -> None:
        self._failures, self._pause, self._until, self._probing = 0, FIRST_PAUSE, 0.0, False

    @contextmanager
    def guarding(self, who: str) -> Iterator[None]:
        """Around one question to a server. Any answer, also a refusal, shows that it is alive."""
        begun = self._enter(who)
        try:
            yield
        except TransientError as error:
            self._failed(begun, error.retry_after)
            raise
        except PermanentError:
            self._answered()
            raise
        else:
            self._answered()
        finally:
            self._leave(begun)

    def _enter(self, who: str) -> int:
        with self._lock:
            if self._failures < MOST_FAILURES:
                return self._openings
            rest = self._pause if self._probing else self._until - time()
            if 0 < rest <= LONGEST_PAUSE:  # a longer one means that the clock was set back
                raise LeftAlone(
                    f"{who} failed {self._failures} times in a row, so it is left alone for {rest:.0f} seconds.",
                    wait=timedelta(seconds=rest),
                )
            self._probing = True
            return self._openings

    def _failed(self, begun: int, asked: float | None) -> None:
        """What was asked before the last pause began says nothing of the server after it.

        It may ask for hours, of one request or of all: whoever was told so waits that long, the others find out.
        """
        with self._lock:
            if begun != self._openings:
                return
            self._failures += 1
            if self._failures < MOST_FAILURES:
                return
            self._openings += 1
            self._probing = False
            self._until = time() + min(asked or self._pause, LONGEST_PAUSE)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _answered(self) -> None:
        with self._lock:
            self._close()

    def _leave(self, begun: int) -> None:
        """Who asked for all, and was neither answered nor failed, must not keep the others waiting."""
        with self._lock:
            if begun == self._openings:
                self._probing = False


@cache
def breaker_of(server: str, model: str) -> Breaker:
    return Breaker()
