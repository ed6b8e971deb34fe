"""The sweep: which rows it queues again, and that one failure does not stop the others."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from screener.background import sweeps
from screener.background.sweeps import add_sweep, run_sweeps, sweep_rows
from screener.tts.prompt_cache import SYNTHESIZE

OLD_NAMES = ("interviews.sweep", "jobs.sweep", "candidates.sweep")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "SWEEPS", [])


def queued() -> list[str]:
    return [
        job.args[SYNTHESIZE.argument]
        for job in ProcrastinateJob.objects.filter(task_name=SYNTHESIZE.name, status="todo")
    ]


def test_rows_are_queued_once() -> None:
    rows = [uuid4(), uuid4()]
    sweep_rows(SYNTHESIZE, lambda: rows)
    for _ in range(3):
        run_sweeps(0)
    assert sorted(queued()) == sorted(map(str, rows))


def test_job_for_later_does_not_count() -> None:
    row = uuid4()
    SYNTHESIZE.defer(row, delay=3600)
    sweep_rows(SYNTHESIZE, lambda: [row])
    run_sweeps(0)
    assert queued() == [str(row)] * 2


def test_failure_leaves_other_sweeps_running(caplog: Any) -> None:
    def fail() -> list[UUID]:
        raise ZeroDivisionError

    sweep_rows(SYNTHESIZE, fail)
    sweep_rows(SYNTHESIZE, lambda: [uuid4()])
    run_sweeps(0)
    assert len(queued()) == 1
    assert caplog.records[0].exc_info


def test_rare_sweeps_run_at_their_times() -> None:
    ran: list[None] = []
    add_sweep("rare", lambda: ran.append(None), every=60)
    for timestamp in range(0, 120, 10):
        run_sweeps(timestamp)
    assert len(ran) == 2


@pytest.mark.parametrize("name", OLD_NAMES)
def test_sweep_answers_to_its_former_names(name: str) -> None:
    ran: list[None] = []
    add_sweep("any", lambda: ran.append(None))
    app.tasks[name](timestamp=0)
    assert ran == [None]
