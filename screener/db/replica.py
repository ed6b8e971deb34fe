"""Reading reports from a replica of the database, where one is configured (REPLICA_DATABASE_URL)."""

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import isfinite
from threading import Lock
from time import monotonic
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

REPLICA = "replica"
CHECK_SECONDS = 5.0
NEWEST_HEARTBEAT = "SELECT extract(epoch FROM max(last_heartbeat)) FROM procrastinate_workers"
"""Workers write one every ten seconds, so that what a replica has of it tells how far it is behind."""

_reads_replica: ContextVar[bool] = ContextVar("reads_replica", default=False)


class ReplicaRouter:
    """Django's database router: reads within `replica_reads` go to the replica, and all else to the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return REPLICA if _reads_replica.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


class _ReplicaState:
    """Whether the replica can be read. One thread asks every few seconds."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        self._problem, self._ask_at = "", 0.0

    def is_usable(self) -> bool:
        with self._lock:
            if monotonic() >= self._ask_at:
                self._ask_at = monotonic() + CHECK_SECONDS
                problem = _find_problem()
                if problem != self._problem:
                    log.warning("replica: %s", problem or "reports are read from it again")
                self._problem = problem
            return not self._problem


_state = _ReplicaState()


def _find_problem() -> str:
    """Raises DatabaseError if the primary does not answer."""
    try:
        replicated = _read_heartbeat(REPLICA)
    except DatabaseError as error:
        connections[REPLICA].close()
        return f"it does not answer ({type(error).__name__}), so that reports are read from the primary"
    behind = _read_heartbeat(DEFAULT_DB_ALIAS) - replicated
    if behind > settings.REPLICA_MAX_LAG:
        return f"it is {behind:.0f} seconds behind, so that reports are read from the primary"
    return ""


def _read_heartbeat(alias: str) -> float:
    with connections[alias].cursor() as cursor:
        cursor.execute(NEWEST_HEARTBEAT)
        (seconds,) = cursor.fetchone()
    return float(seconds or 0)


@register("screener")
def check_replica(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    url, lag = settings.REPLICA_DATABASE_URL, settings.REPLICA_MAX_LAG
    errors: list[CheckMessage] = []
    if url and not url.startswith(("postgres://", "postgresql://")):
        message = "REPLICA_DATABASE_URL is not the address of a PostgreSQL server."
        hint = "Set it to postgres://user:password@host/name, or leave it out to read reports from DATABASE_URL."
        errors.append(Error(message, hint=hint, id="screener.E051"))
    if not (isfinite(lag) and lag > 0):
        message = f"REPLICA_MAX_LAG is {lag:g}, which is not a number of seconds above 0."
        errors.append(Error(message, hint="Leave it out for 30 seconds.", id="screener.E051"))
    return errors


@contextmanager
def replica_reads() -> Iterator[None]:
    """Read from the replica within the block, unless there is none, or it is away or too far behind."""
    token = _reads_replica.set(REPLICA in connections.databases and _state.is_usable())
    try:
        yield
    finally:
        _reads_replica.reset(token)


def reads_replica(view: Callable[P, R]) -> Callable[P, R]:
    """Let a view that only reads, and may be some seconds behind, read from the replica."""

    @functools.wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        with replica_reads():
            return view(*args, **kwargs)

    return wrapped
