"""Steps: units of background work on a leased row, each tried until it succeeds or is given up."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar
from uuid import UUID

from screener.background.leases import Lease, Lock, Locked, Row, claim_lease
from screener.background.queue import MAX_STEP_TRIES, retry_delay
from screener.metrics.instruments import STEP_SECONDS
from screener.models import LeasableQuerySet
from screener.services.errors import NotSent, PermanentError, ServiceError, TransientError
from screener.telemetry import traces

Result = TypeVar("Result")

log = logging.getLogger(__name__)

GIVEN_UP = f"It failed {MAX_STEP_TRIES} times for a reason that is in the log. Have it tried again once that is mended."


class TriesExhausted(PermanentError):
    """The step failed each time in a way that no step foresees. The log has the reason."""


def max_tries(error: ServiceError) -> int:
    """How often a step is tried that fails with this error, unless it has limits of its own."""
    return MAX_STEP_TRIES if isinstance(error, TransientError) else 0


def ignore_postponement(pk: UUID, error: NotSent) -> None:
    """For steps that wait for nothing but time."""


def no_answer(pk: UUID) -> UUID | None:
    """For steps that work on no answer of a candidate."""
    return None


@dataclass(frozen=True, kw_only=True)
class Step(Generic[Row, Locked, Result]):
    """One unit of work on a row, and what is written for each way in which it can end.

    ready: The rows that wait for this step. A filter without joins, so that a row is claimed once.
    work: Computes the result. It is called outside of transactions and may take long. Raises `ServiceError`.
    lock: Locks a row for `save` and `give_up`.
    save: Writes the result. Returns the id of the row with which the next step can go on, if there is one.
    give_up: Writes why there is no result. A `TransientError` has lasted for `max_tries`.
    discard: Undoes what `work` left outside the database, where the lease was lost.
    max_tries: How often the step is tried that fails with this error.
    on_postponed: Is called after work that was not sent has been postponed.
    error_field: The column that shows the last error while the step is retried.
    answer: The response whose trace a try of this step belongs to, by the id of the row.
    """

    ready: Callable[[], LeasableQuerySet[Row]]
    work: Callable[[Lease[Row]], Result]
    lock: Lock[Locked]
    save: Callable[[Locked, Result], UUID | None]
    give_up: Callable[[Locked, ServiceError], None]
    discard: Callable[[Result], None] = lambda result: None
    max_tries: Callable[[ServiceError], int] = max_tries
    on_postponed: Callable[[UUID, NotSent], None] = ignore_postponement
    error_field: str = ""
    answer: Callable[[UUID], UUID | None] = no_answer

    @property
    def name(self) -> str:
        """For metrics and traces: where its work is defined."""
        return f"{self.work.__module__}.{self.work.__name__.strip('_')}"


def run_steps(steps: tuple[Step[Any, Any, Any], ...], pk: UUID) -> None:
    """Run these steps one after another, for as long as each hands on a row to the next.

    They share a job because a job costs more than a step. The sweep finds what a crash leaves between them.
    """
    row_id: UUID | None = pk
    for step in steps:
        if row_id is None:
            return
        row_id = run_step(step, row_id)


def run_step(step: Step[Row, Locked, Result], pk: UUID) -> UUID | None:
    """Run a step on this row if it is ready and not leased. Returns the row for the next step, if there is one."""
    with claim_lease(step.ready(), pk) as lease:
        if not lease:
            return None
        with traces.step(step.name, lambda: step.answer(pk)):
            return _try_step(step, lease)


def _try_step(step: Step[Row, Locked, Result], lease: Lease[Row]) -> UUID | None:
    started, next_row = monotonic(), None
    try:
        result = step.work(lease)
    except NotSent as error:
        ending = "postponed"
        lease.postpone(error.wait, count_try=False)
        step.on_postponed(lease.pk, error)
    except ServiceError as error:
        ending = _retry_or_give_up(step, lease, error)
    else:
        ending, next_row = "done", _save(step, lease, result)
    traces.describe(ending=ending)
    STEP_SECONDS.labels(step.name, ending).observe(monotonic() - started)
    return next_row


def _save(step: Step[Row, Locked, Result], lease: Lease[Row], result: Result) -> UUID | None:
    with lease.locked(step.lock) as row:
        if row is not None:
            return step.save(row, result)
    step.discard(result)
    return None


def _retry_or_give_up(step: Step[Row, Locked, Result], lease: Lease[Row], error: ServiceError) -> str:
    """Returns which of the two it did, for metrics."""
    tries = lease.tries()
    if tries is not None and tries < step.max_tries(error):
        retry_after = error.retry_after if isinstance(error, TransientError) else None
        shown: dict[str, Any] = {step.error_field: str(error)} if step.error_field else {}
        lease.postpone(retry_delay(tries, at_least=retry_after), **shown)
        log.info("%s %s: try %d failed: %s", lease.rows.model.__name__, lease.pk, tries, error)
        return "retried"
    _give_up(step, lease, error)
    return "given_up"


def _give_up(step: Step[Row, Locked, Result], lease: Lease[Row], error: ServiceError) -> None:
    with lease.locked(step.lock) as row:
        if row is not None:
            step.give_up(row, error)
            log.warning("%s %s: given up: %s", lease.rows.model.__name__, lease.pk, error)


def give_up_exhausted(step: Step[Row, Locked, Result], pk: UUID) -> None:
    """Show a step as failed that has used up its tries, rather than try, and perhaps pay, for ever."""
    with claim_lease(step.ready().filter(tries__gte=MAX_STEP_TRIES), pk) as lease:
        if lease:
            _give_up(step, lease, TriesExhausted(GIVEN_UP))
