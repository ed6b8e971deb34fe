"""What waits in the queues, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from screener.background.health import worker_heartbeat_age


@dataclass(frozen=True)
class QueueState:
    """`due`: jobs that could run now. `oldest_seconds`: how long the first of them has been due."""

    queue: str
    due: int
    oldest_seconds: float


def queue_states(queues: Iterable[str]) -> list[QueueState]:
    """The state of these queues, and of others that have jobs. Two queries."""
    now = timezone.now()
    waiting = ProcrastinateJob.objects.filter(Q(scheduled_at__isnull=True) | Q(scheduled_at__lte=now), status="todo")
    rows = {
        row["queue_name"]: row
        for row in waiting.order_by()
        .values("queue_name")
        .annotate(
            due=Count("pk"),
            first_scheduled=Min("scheduled_at"),
            first_unscheduled=Min("pk", filter=Q(scheduled_at__isnull=True)),
        )
    }
    # A job that is due at once has no time of its own. The history of the queue says when it was deferred.
    unscheduled = [row["first_unscheduled"] for row in rows.values() if row["first_unscheduled"]]
    events = ProcrastinateEvent.objects.filter(job__in=unscheduled, type="deferred").order_by()
    deferred_at = dict(events.values_list("job").annotate(deferred_at=Min("at")))
    states = []
    for queue in sorted({*queues, *rows}):
        row = rows.get(queue, {"due": 0, "first_scheduled": None, "first_unscheduled": None})
        due_since = (row["first_scheduled"], deferred_at.get(row["first_unscheduled"]))
        oldest: datetime = min(filter(None, due_since), default=now)
        states.append(QueueState(queue, row["due"], max(0.0, (now - oldest).total_seconds())))
    return states


def failed_jobs() -> int:
    """Jobs that were given up and that no sweep replaces: each needs a person."""
    return ProcrastinateJob.objects.filter(status="failed").count()


def queue_figures() -> Iterable[Metric]:
    due = GaugeMetricFamily("screener_jobs_due", "Jobs that could run now", labels=["queue"])
    oldest = GaugeMetricFamily(
        "screener_oldest_due_job_seconds", "How long the oldest job that could run has been due", labels=["queue"]
    )
    for state in queue_states(settings.WORKER_QUEUES):
        due.add_metric([state.queue], state.due)
        oldest.add_metric([state.queue], state.oldest_seconds)
    yield due
    yield oldest
    yield GaugeMetricFamily("screener_jobs_failed", "Jobs that were given up", value=failed_jobs())
    age = worker_heartbeat_age()
    if age is not None:
        yield GaugeMetricFamily("screener_worker_heartbeat_seconds", "Time since a worker was heard of", value=age)
