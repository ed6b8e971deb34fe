"""Deferring work: in the transaction of the data that it is about, by name, with ids only."""

import logging
import random
from datetime import timedelta
from typing import Any

from django.db import connection
from procrastinate import BaseRetryStrategy, RetryDecision, utils
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job, JobDeferrer
from procrastinate.manager import JobManager

from screener.services.errors import TransientError

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
        asked = None
        if isinstance(exception, TransientError):  # its sentence says all: a vendor's bad hour is no bug
            asked = exception.retry_after
            log.warning("job %s %s failed, try %d: %s", job.id, job.task_name, job.attempts, exception)
        else:
            log.error("job %s %s failed, try %d", job.id, job.task_name, job.attempts, exc_info=exception)
        if job.attempts >= MAX_TASK_TRIES:
            return None
        return RetryDecision(retry_at=utils.utcnow() + retry_delay(job.attempts, at_least=asked))


def defer(name: str, *, delay: int = 0, **ids: Any) -> None:
    """Have the worker run the task called `name`, after `delay` seconds, once this transaction is committed."""
    options: dict[str, Any] = {"schedule_in": {"seconds": delay}} if delay else {}
    job = app.tasks[name].configure(**options).job
    JobDeferrer(job=job, job_manager=_here).defer(**{key: str(value) for key, value in ids.items()})


def release_db_connection() -> None:
    """Return the connection to the pool before network I/O. Does nothing inside a transaction."""
    if not connection.in_atomic_block:
        connection.close()


def retry_delay(tries: int, *, at_least: float | None = None) -> timedelta:
    """The wait after failed tries: exponential, capped, with jitter. `at_least`: seconds that a server asks for."""
    wait = min(2.0**tries, LONGEST_WAIT) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, not a secret
    return timedelta(seconds=max(wait, at_least or 0))
