"""After a restore, workers wait for a person."""

import asyncio
from typing import Any

import pytest
from django.utils import timezone

from screener.background import worker
from screener.models import RestoredBackup

pytestmark = pytest.mark.django_db(transaction=True)


def test_worker_takes_no_job_until_restore_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    RestoredBackup.objects.create(name="2026-12-01T000000Z", backup_time=timezone.now())
    order: list[str] = []
    read_hold = worker._read_hold

    def read_twice_before_confirmation() -> str:
        reason = read_hold()
        order.append("waits" if reason else "goes on")
        if len(order) == 2:
            RestoredBackup.objects.confirm("hanna")
        return reason

    async def work(connected: Any, queue: str, concurrency: int, stop: asyncio.Event) -> None:
        order.append("works")
        stop.set()

    monkeypatch.setattr(worker, "_read_hold", read_twice_before_confirmation)
    monkeypatch.setattr(worker, "_work", work)
    monkeypatch.setattr(worker, "FIRST_BACKOFF", 0.001)
    asyncio.run(worker.run("rest", concurrency=1))
    assert order == ["waits", "waits", "goes on", "works"]
