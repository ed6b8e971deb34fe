"""The figures of the page about the system: does everything run, what waits, and what failed lately."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Avg, Count, Q, Sum
from django.utils import timezone

from interviews.models import DialRate, InterviewEvent
from interviews.models.event import EventKind
from screener.background import health
from screener.background.queue_figures import QueueState, failed_jobs, queue_states
from screener.labels import Label
from screener.metrics.figures import HOUR
from screener.models import ModelCall, RestoredBackup

LATE: dict[str, timedelta] = {"calls": timedelta(minutes=1)}
"""By queue, the age of a due job from which the queue is late."""
USUALLY_LATE = timedelta(minutes=15)
MOST_EVENTS = 12


@dataclass(frozen=True)
class QueueRow:
    state: QueueState
    at_once: int | None
    """None: no worker of this version serves the queue."""

    @property
    def is_late(self) -> bool:
        return self.state.oldest_seconds > LATE.get(self.state.queue, USUALLY_LATE).total_seconds()


@dataclass(frozen=True)
class ModelRow:
    """The calls for one purpose in the last hour."""

    label: Label
    calls: int
    failed: int
    seconds: float
    dollars: float

    @property
    def mostly_fails(self) -> bool:
        return self.failed * 2 > self.calls


@dataclass(frozen=True)
class SystemStatus:
    """`heartbeat_seconds`: None if no worker has ever been heard of. `problems`: of parts that must be ready.

    `notices`: what an administrator should look at. `restored`: a restore that no person has confirmed yet.
    """

    heartbeat_seconds: float | None
    problems: list[Label]
    queues: list[QueueRow]
    failed_jobs: int
    models: list[ModelRow]
    events: list[tuple[Label, int]]
    notices: list[str]
    calls_paused: DialRate | None
    restored: RestoredBackup | None

    @classmethod
    def load(cls) -> "SystemStatus":
        heartbeat = health.worker_heartbeat_age()
        is_deaf = heartbeat is None or heartbeat > health.DEAF_AFTER.total_seconds()
        problems: list[Label] = [problem for missing in health.conditions.values() if (problem := missing())]
        at_once: dict[str, int] = settings.WORKER_QUEUES
        return cls(
            heartbeat_seconds=heartbeat,
            problems=[health.NO_WORKER, *problems] if is_deaf else problems,
            queues=[QueueRow(state, at_once.get(state.queue)) for state in queue_states(at_once)],
            failed_jobs=failed_jobs(),
            models=_recent_model_calls(),
            events=_recent_events(),
            notices=[text for notice in health.notices if (text := notice())],
            calls_paused=DialRate.current_pause(),
            restored=RestoredBackup.objects.unconfirmed().first(),
        )


def _recent_model_calls() -> list[ModelRow]:
    recent = ModelCall.objects.filter(created_at__gt=timezone.now() - HOUR).order_by("purpose")
    rows = recent.values("purpose").annotate(
        calls=Count("pk"), failed=Count("pk", filter=~Q(error="")), mean=Avg("seconds"), dollars=Sum("cost")
    )
    return [
        ModelRow(ModelCall.Purpose(row["purpose"]).label, row["calls"], row["failed"], row["mean"], row["dollars"] or 0)
        for row in rows
    ]


def _recent_events() -> list[tuple[Label, int]]:
    recent = InterviewEvent.objects.filter(created_at__gt=timezone.now() - HOUR).order_by()
    rows = recent.values_list("kind").annotate(number=Count("pk")).order_by("-number", "kind")
    return [(EventKind(kind).label, number) for kind, number in rows[:MOST_EVENTS]]
