"""PostgreSQL backend with a circuit breaker: during an outage one request tests the server, the others fail at once."""

from functools import cache
from threading import Lock
from time import monotonic

from django.db import OperationalError
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from screener.db.statement_plans import plan_each_statement

RETRY_INTERVAL = 1.0
"""Seconds between two attempts to connect while the database does not answer."""


class DatabaseCircuitBreaker:
    """Circuit breaker for one database, shared by the threads of this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._next_attempt_at: float | None = None
        self._failures = 0

    def check(self) -> None:
        """Raise OperationalError while the breaker is open. After the interval one caller at a time is let through."""
        with self._lock:
            if self._next_attempt_at is None:
                return
            if monotonic() < self._next_attempt_at:
                raise OperationalError("The database does not answer. The next attempt to connect is in a second.")
            self._next_attempt_at = monotonic() + RETRY_INTERVAL

    def record_failure(self) -> None:
        with self._lock:
            self._next_attempt_at = monotonic() + RETRY_INTERVAL

    def has_new_failures(self, failures: int) -> bool:
        """Whether connections have failed since the last call. If not, the pool timed out because all are in use."""
        with self._lock:
            previous, self._failures = self._failures, failures
            return failures > previous

    def record_success(self) -> None:
        with self._lock:
            self._next_attempt_at = None


@cache
def database_breaker(alias: str) -> DatabaseCircuitBreaker:
    return DatabaseCircuitBreaker()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper, except that it does not wait again for a database that has just failed to answer.

    A connection of the pool serves one request after the other, with prepared statements or without.
    """

    def connect(self) -> None:
        breaker = database_breaker(self.alias)
        breaker.check()
        try:
            super().connect()
        except (OperationalError, self.Database.OperationalError) as error:
            busy = isinstance(error, PoolTimeout) and not breaker.has_new_failures(self._count_failures())
            if not busy:
                breaker.record_failure()
            raise
        breaker.record_success()
        shared_threshold = self.settings_dict["OPTIONS"].get("prepare_threshold")
        self.connection.prepare_threshold = None if plan_each_statement.get() else shared_threshold

    def _count_failures(self) -> int:
        """Return how many connections of the pool have failed in this process."""
        failures: int = self.pool.get_stats().get("connections_errors", 0)
        return failures
