"""Whether this process is alive, and whether the whole of it can work."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from screener.tts.prompt_cache import SYNTHESIZE

pytestmark = pytest.mark.django_db


def heard_of(when: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [when])


def ready(client: Client, status: int) -> dict[str, Any]:
    response = client.get("/readyz")
    assert response.status_code == status
    body: dict[str, Any] = response.json()
    return body


def test_process_is_alive_without_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_is_ready_with_worker_heard_of_lately(client: Client) -> None:
    heard_of(timezone.now())
    assert ready(client, 200)["worker"] == "ok"


def test_not_ready_without_worker(client: Client) -> None:
    assert "manage.py worker" in ready(client, 503)["worker"]


def test_not_ready_with_silent_workers(client: Client) -> None:
    heard_of(timezone.now() - timedelta(minutes=5))
    assert ready(client, 503)["worker_heartbeat_age"] >= 300


def test_is_not_ready_without_database(client: Client) -> None:
    with patch("django.db.backends.utils.CursorWrapper.execute", side_effect=OperationalError("gone")):
        assert "PostgreSQL" in ready(client, 503)["database"]


def test_tells_how_long_oldest_job_waits(client: Client) -> None:
    heard_of(timezone.now())
    assert ready(client, 200)["jobs_due"] == 0
    assert ready(client, 200)["oldest_due_job_age"] == 0
    SYNTHESIZE.defer(uuid4())
    SYNTHESIZE.defer(uuid4(), delay=3600)
    ProcrastinateEvent.objects.filter(type="deferred").update(at=timezone.now() - timedelta(minutes=10))
    assert ready(client, 200)["jobs_due"] == 1
    assert ready(client, 200)["oldest_due_job_age"] >= 600
    ProcrastinateJob.objects.filter(scheduled_at__isnull=False).update(
        scheduled_at=timezone.now() - timedelta(minutes=20)
    )
    assert ready(client, 200)["oldest_due_job_age"] >= 1200
