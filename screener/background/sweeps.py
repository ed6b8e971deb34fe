"""The sweep: finds rows whose task was lost, by a crash or after too many failures, and queues it again."""

import logging
from collections.abc import Callable, Iterable
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from screener.background.queue import MAX_STEP_TRIES, RowTaskHandle
from screener.background.steps import Step, give_up_exhausted, run_steps

log = logging.getLogger(__name__)

SWEEP_SECONDS = 10
MAX_ROWS = 200
"""Of one kind in one sweep."""


@dataclass(frozen=True)
class Sweep:
    """`every`: the seconds between two runs, a multiple of SWEEP_SECONDS."""

    name: str
    run: Callable[[], None]
    every: int


SWEEPS: list[Sweep] = []


def add_sweep(name: str, run: Callable[[], None], *, every: int = SWEEP_SECONDS) -> None:
    SWEEPS.append(Sweep(name, run, every))


def sweep_rows(task: RowTaskHandle, find: Callable[[], Iterable[UUID]], *, every: int = SWEEP_SECONDS) -> None:
    """Queue the task for each row that `find` returns."""
    add_sweep(task.name, lambda: _requeue(task, find()), every=every)


def bind_steps(task: RowTaskHandle, steps: tuple[Step[Any, Any, Any], ...]) -> None:
    """Have the task run these steps. The sweep queues it for rows that wait for the first of them in vain."""
    task.bind(partial(run_steps, steps))
    add_sweep(task.name, lambda: _sweep_step(task, steps[0]))


def run_sweeps(timestamp: int) -> None:
    """Run the sweeps that are due at this time. One that fails does not keep the others from running."""
    for sweep in SWEEPS:
        if timestamp % sweep.every == 0:
            try:
                copy_context().run(sweep.run)  # ids that it binds are not those of the next
            except Exception:
                log.exception("sweep %s failed", sweep.name)


def _sweep_step(task: RowTaskHandle, step: Step[Any, Any, Any]) -> None:
    rows = list(step.ready().abandoned().values_list("pk", "tries")[:MAX_ROWS])
    _requeue(task, (pk for pk, tries in rows if tries < MAX_STEP_TRIES))
    for pk, tries in rows:
        if tries >= MAX_STEP_TRIES:
            give_up_exhausted(step, pk)


def _requeue(task: RowTaskHandle, found: Iterable[UUID]) -> None:
    """Leave out the rows for which a job is due already: under load a row waits long before its job runs."""
    abandoned = {str(pk): pk for pk in found}
    due = ProcrastinateJob.objects.filter(task_name=task.name, status="todo").exclude(scheduled_at__gt=timezone.now())
    argument = f"args__{task.argument}"
    queued = due.filter(**{f"{argument}__in": list(abandoned)}).values_list(argument, flat=True)
    lost = abandoned.keys() - set(queued)
    for pk in lost:
        task.defer(abandoned[pk])
    if lost:
        log.info("sweep: %d to %s", len(lost), task.name)
