"""Django's PostgreSQL, whose absence is found out once and not by every request anew."""

from functools import cache
from threading import Lock
from time import monotonic

from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

ASKED_AGAIN_AFTER = 1.0
"""Seconds. Meanwhile, and while somebody asks, nobody else waits for a database that has just not answered."""


class Absence:
    """What the threads of this process know of a database that does not answer."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._next_look: float | None = None
        self._failures = 0

    def respect(self) -> None:
        """Raises OperationalError while it is too early to look again. Whoever is let through looks for all."""
        with self._lock:
            if self._next_look is None:
                return
            if monotonic() < self._next_look:
                raise OperationalError("The database did not answer a moment ago. It is asked again in a second.")
            self._next_look = monotonic() + ASKED_AGAIN_AFTER

    def noticed(self) -> None:
        with self._lock:
            self._next_look = monotonic() + ASKED_AGAIN_AFTER

    def has_more(self, failures: int) -> bool:
        """Whether more connections have failed by now. Else those that there are, are in use: the database is there."""
        with self._lock:
            known, self._failures = self._failures, failures
            return failures > known

    def is_over(self) -> None:
        with self._lock:
            self._next_look = None


@cache
def absence_of(alias: str) -> Absence:
    return Absence()


class DatabaseWrapper(base.DatabaseWrapper):
    """Everything is Django's, but that it does not wait again for what was not there a moment ago."""

    def connect(self) -> None:
        absence = absence_of(self.alias)
        absence.respect()
        try:
            super().connect()
        except (OperationalError, self.Database.OperationalError) as error:
            busy = isinstance(error, PoolTimeout) and not absence.has_more(self._failures())
            if not busy:
                absence.noticed()
            raise
        absence.is_over()

    def _failures(self) -> int:
        """How many connections have failed in this process."""
        failures: int = self.pool.get_stats().get("connections_errors", 0)
        return failures
