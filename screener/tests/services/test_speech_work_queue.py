"""The order in which the speech server works, and what becomes of requests whose client has gone."""

import asyncio
from threading import Event

import pytest

from screener.services.speech_server import work_queue
from screener.services.speech_server.work_queue import WorkQueue

ARRIVALS = {"first": False, "second": False, "recording": True, "third": False}
"""Requests in the order of their arrival, and whether they are urgent. The first one is under way by then."""


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_queue, "allow_cpu_time", lambda seconds: None)


async def run_requests(gone: str) -> list[str]:
    """Run the requests of ARRIVALS. One client goes while the first request is under way. Returns the order of work."""
    queue, order, may_end = WorkQueue(), list[str](), Event()

    def request(name: str, *, urgent: bool) -> asyncio.Task[None]:
        def work() -> None:
            order.append(name)
            may_end.wait(5)

        return asyncio.create_task(queue.run(work, 60, urgent=urgent))

    tasks = {}
    for name, urgent in ARRIVALS.items():
        tasks[name] = request(name, urgent=urgent)
        await asyncio.sleep(0.01)
    if gone:
        tasks[gone].cancel()
        await asyncio.sleep(0.01)
    may_end.set()
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    assert [name for name, task in tasks.items() if task.cancelled()] == ([gone] if gone else [])
    return order


@pytest.mark.parametrize(
    ("gone", "order"),
    [
        ("", ["first", "recording", "second", "third"]),
        ("second", ["first", "recording", "third"]),
        ("recording", ["first", "second", "third"]),
        ("first", ["first", "recording", "second", "third"]),
    ],
)
def test_urgent_requests_go_first(gone: str, order: list[str]) -> None:
    assert asyncio.run(run_requests(gone)) == order
