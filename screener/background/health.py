"""Whether this process is alive, and whether the whole of it can do its work."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import Max, Min, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

DEAF_AFTER = timedelta(seconds=60)
NO_WORKER = _("No worker has been heard of for a minute. Start one: manage.py worker.")

conditions: dict[str, Callable[[], str]] = {}
"""Further conditions of readiness, by name, which the apps add: each returns why it fails, or an empty string."""

notices: list[Callable[[], str]] = []
"""Sentences for the page about the system, which the apps add: what an administrator should look at, or nothing."""


def alive(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and a worker has been heard of lately; else 503, with the missing parts."""
    try:
        ages = work_ages()
        states = {name: missing() or "ok" for name, missing in conditions.items()}
    except DatabaseError:
        return JsonResponse(
            {"status": "not ready", "database": "The database does not answer. Is PostgreSQL running?"}, status=503
        )
    heartbeat = ages["worker_heartbeat_age"]
    is_deaf = heartbeat is None or heartbeat > DEAF_AFTER.total_seconds()
    states |= {"database": "ok", "worker": str(NO_WORKER) if is_deaf else "ok"}
    is_ready = set(states.values()) == {"ok"}
    body = {"status": "ready" if is_ready else "not ready", **states, **ages}
    return JsonResponse(body, status=200 if is_ready else 503)


def work_ages() -> dict[str, Any]:
    """Seconds since a worker was heard of, and since the oldest job that could run became due."""
    now = timezone.now()
    due = ProcrastinateJob.objects.filter(Q(scheduled_at__isnull=True) | Q(scheduled_at__lte=now), status="todo")
    # A job that is due at once bears no time itself: when it was deferred stands in the queue's own history.
    unscheduled = due.filter(scheduled_at__isnull=True).order_by("pk")[:1]
    deferred = ProcrastinateEvent.objects.filter(job__in=unscheduled.values("pk"), type="deferred")
    since = [due.aggregate(first=Min("scheduled_at"))["first"], deferred.aggregate(first=Min("at"))["first"]]
    oldest = min(filter(None, since), default=None)
    return {
        "worker_heartbeat_age": worker_heartbeat_age(),
        "oldest_due_job_age": round((now - oldest).total_seconds(), 1) if oldest else 0,
        "jobs_due": due.count(),
    }


def worker_heartbeat_age() -> float | None:
    """Seconds since a worker was heard of. None: there has never been one."""
    heard = ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]
    return round((timezone.now() - heard).total_seconds(), 1) if heard else None
