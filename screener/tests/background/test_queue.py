"""Handles of tasks, and the retries of tasks that fail."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from screener.background.queue import HANDLES, MAX_TASK_TRIES, Backoff, RowTaskHandle, TaskHandle
from screener.services.telephony.twilio_errors import RATE_LIMITED, UNREACHABLE, TelephonyDown


@pytest.fixture
def handles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgets the handles and tasks that a test declares."""
    for registry in (HANDLES, app.tasks):
        for name in ("a.task", "a.row_task"):
            monkeypatch.setitem(registry, name, None)
            del registry[name]


def test_every_handle_is_bound_to_worked_queue() -> None:
    queues = {name: app.tasks[name].queue for name in HANDLES}
    assert queues == {name: handle.queue for name, handle in HANDLES.items()}
    assert set(queues.values()) <= set(settings.WORKER_QUEUES)


@pytest.mark.django_db
@pytest.mark.usefixtures("handles")
def test_handles_defer_and_run_their_functions() -> None:
    ran: list[object] = []
    plain = TaskHandle("a.task", queue="rest")
    of_row = RowTaskHandle("a.row_task", queue="rest", argument="thing_id")
    plain.bind(lambda: ran.append(None))
    of_row.bind(ran.append)
    pk = uuid4()
    plain.defer()
    of_row.defer(pk, delay=60)
    jobs = ProcrastinateJob.objects.order_by("pk")
    assert [(job.task_name, job.args, bool(job.scheduled_at)) for job in jobs] == [
        ("a.task", {}, False),
        ("a.row_task", {"thing_id": str(pk)}, True),
    ]
    for job in jobs:
        app.tasks[job.task_name](**job.args)
    assert ran == [None, pk]


@pytest.mark.usefixtures("handles")
def test_second_handle_of_task_is_rejected() -> None:
    TaskHandle("a.task", queue="rest")
    with pytest.raises(ValueError, match=r"a\.task"):
        TaskHandle("a.task", queue="calls")


def failed(error: Exception, *, tries: int = 0) -> timedelta | None:
    """How long until the next try; None: no more."""
    job = Job(id=1, queue="calls", lock=None, queueing_lock=None, task_name="interviews.hang_up", attempts=tries)
    decision = Backoff().get_retry_decision(exception=error, job=job)
    return decision.retry_at - datetime.now(UTC) if decision and decision.retry_at else None


def test_retries_become_rarer_and_end() -> None:
    waits = [failed(ValueError("a bug"), tries=tries) for tries in (0, 3, 6)]
    assert waits == sorted(wait for wait in waits if wait)
    assert failed(ValueError("a bug"), tries=MAX_TASK_TRIES) is None


def test_retry_waits_as_vendor_asks() -> None:
    wait = failed(TelephonyDown(RATE_LIMITED, retry_after=600))
    assert wait is not None
    assert wait > timedelta(minutes=9)


def test_only_bugs_log_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failed(TelephonyDown(UNREACHABLE))
    failed(ValueError("a bug"))
    away, bug = caplog.records
    assert (away.levelname, away.exc_info) == ("WARNING", None)
    assert UNREACHABLE in away.getMessage()
    assert bug.levelname == "ERROR"
    assert bug.exc_info


def test_nothing_is_queued_beside_sweeps_and_files() -> None:
    """Hostile files fill the queue of files alone, and no sweep waits for anything."""
    tasks = {task.name: task.queue for task in app.tasks.values()}
    assert {name for name, queue in tasks.items() if queue == "sweeps"} == {"screener.sweep"}
    reading = {"candidates.read_resume", "candidates.read_import", "candidates.read_archive"}
    assert {name for name, queue in tasks.items() if queue == "files"} == reading
