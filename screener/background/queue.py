"""The queue: tasks are deferred in the transaction of the rows that they concern, and carry ids only."""

import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from procrastinate import BaseRetryStrategy, RetryDecision, utils
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job, JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.types import JSONDict

from screener.services.errors import TransientError
from screener.telemetry.ids import bind_ids

# Inside a worker the app has a connector of its own; what a task defers must still be part of the task's transaction.
_here = JobManager(DjangoConnector())

log = logging.getLogger(__name__)

MAX_TASK_TRIES = 8
LONGEST_WAIT = 1800
MAX_STEP_TRIES = 40
"""Of one step of the work on one row, over some fifteen hours. Then the row says that it was given up."""


class Backoff(BaseRetryStrategy):
    """Soon, then rarer, then left to the sweep. No ORM in here."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        least_wait = None
        if isinstance(exception, TransientError):  # its sentence says all: a vendor's bad hour is no bug
            least_wait = exception.retry_after
            log.warning("job %s %s failed, try %d: %s", job.id, job.task_name, job.attempts, exception)
        else:
            log.error("job %s %s failed, try %d", job.id, job.task_name, job.attempts, exc_info=exception)
        if job.attempts >= MAX_TASK_TRIES:
            return None
        return RetryDecision(retry_at=utils.utcnow() + retry_delay(job.attempts, at_least=least_wait))


@dataclass(frozen=True)
class _Handle:
    """A background task by its name, so that models can defer it without importing its function.

    tasks.py binds the function. Names stand in queued jobs, so they never change.
    """

    name: str
    queue: str

    def __post_init__(self) -> None:
        if self.name in HANDLES:
            raise ValueError(f"The task {self.name} is declared twice.")
        HANDLES[self.name] = self

    def _register(self, function: Callable[..., object]) -> None:
        app.task(name=self.name, queue=self.queue, retry=Backoff())(function)

    def _defer(self, delay: int = 0, **arguments: str) -> None:
        """Queue the task in the current transaction, to run `delay` seconds after its commit."""
        options: dict[str, Any] = {"schedule_in": {"seconds": delay}} if delay else {}
        job = app.tasks[self.name].configure(**options).job
        JobDeferrer(job=job, job_manager=_here).defer(**arguments)


@dataclass(frozen=True)
class TaskHandle(_Handle):
    """A task without arguments."""

    def bind(self, function: Callable[[], object]) -> None:
        self._register(lambda: function())

    def defer(self) -> None:
        self._defer()


@dataclass(frozen=True)
class RowTaskHandle(_Handle):
    """A task that works on one row. `argument`: the name of the row's id in queued jobs."""

    argument: str

    def bind(self, function: Callable[[UUID], object]) -> None:
        def run(**arguments: str) -> None:
            bind_ids(**{self.argument: arguments[self.argument]})
            function(UUID(arguments[self.argument]))

        self._register(run)

    def defer(self, pk: UUID, *, delay: int = 0) -> None:
        self._defer(delay, **{self.argument: str(pk)})

    def defer_each(self, pks: Iterable[UUID]) -> None:
        """Queue the task for each row in one statement, in the current transaction."""
        arguments: list[JSONDict] = [{self.argument: str(pk)} for pk in pks]
        if arguments:
            JobDeferrer(job=app.tasks[self.name].configure().job, job_manager=_here).batch_defer(*arguments)


HANDLES: dict[str, _Handle] = {}


def release_db_connection() -> None:
    """Return the connection to the pool before network I/O. Does nothing inside a transaction."""
    if not connection.in_atomic_block:
        connection.close()


def retry_delay(tries: int, *, at_least: float | None = None) -> timedelta:
    """The wait after failed tries: exponential, capped, with jitter. `at_least`: seconds that a server asks for."""
    wait = min(2.0**tries, LONGEST_WAIT) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, not a secret
    return timedelta(seconds=max(wait, at_least or 0))
