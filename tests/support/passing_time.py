"""Time that passes after a crash, on a clock that a test moves."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from screener.tasks import sweep
from tests.support.factories import lose_tasks, run_tasks


def pass_time(time_machine: Any, **time: float) -> None:
    """Lose all tasks, move the clock, and run the sweep."""
    lose_tasks()
    time_machine.move_to(timezone.now() + timedelta(**time), tick=True)
    sweep(0)
    run_tasks()
