"""The page that Prometheus reads: access, figures, and values of several processes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from candidates.models import READ_IMPORT
from interviews.models import InterviewEvent
from interviews.models.event import EventKind
from screener.background import queue_figures
from tests.support.factories import make_interview

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "metrics-token"

pytestmark = pytest.mark.django_db


def read_metrics(client: Client, token: str = TOKEN) -> dict[str, list[Any]]:
    response = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
    return {family.name: family.samples for family in text_string_to_metric_families(response.content.decode())}


def test_page_needs_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 401


def test_requests_and_events_are_counted(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    interview = make_interview()
    InterviewEvent.objects.create(interview=interview, kind=EventKind.INTERVIEW_BEGUN)
    path = reverse("twilio-status", args=[interview.pk])
    client.post(path)  # not signed
    metrics = read_metrics(client)
    routes = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for sample in metrics["screener_request_seconds"]
        if sample.name.endswith("_count")
    }
    assert routes["webhooks/twilio/attempts/<uuid:attempt_id>/status", "4xx"] >= 1
    assert not any(str(interview.pk) in route for route, _ in routes), "ids would be a series each"
    kinds = {sample.labels["kind"] for sample in metrics["screener_interview_events_last_hour"]}
    assert kinds == set(interview.events.values_list("kind", flat=True))
    assert metrics["screener_database_up"][0].value == 1


def test_age_of_oldest_due_job() -> None:
    assert queue_figures.queue_states(["calls"]) == [queue_figures.QueueState("calls", 0, 0)]
    READ_IMPORT.defer(uuid4())
    READ_IMPORT.defer(uuid4(), delay=60)
    state = next(state for state in queue_figures.queue_states(["calls"]) if state.queue == READ_IMPORT.queue)
    assert state.due == 1
    assert state.oldest_seconds > 0


MEASURE = """
import os, sys
from screener.metrics.instruments import DELIVERY_SECONDS
from screener.metrics import process_files
for _ in range(2):
    DELIVERY_SECONDS.labels("delivered").observe(0.1)
if os.fork() == 0:
    DELIVERY_SECONDS.labels("delivered").observe(0.1)
    os._exit(0 if process_files.process_place() == "1" else 1)
assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
assert process_files.process_place() == "0"
"""


def test_values_of_ended_processes_stay(client: Client, settings: Any, tmp_path: Path) -> None:
    """A process takes the place and the files of one that ended: neither sums nor the number of files go astray."""
    folder = tmp_path / "worker"
    folder.mkdir()
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", MEASURE], check=True, env=environment, cwd=ROOT)
    settings.METRICS_TOKEN, settings.METRICS_DIR = TOKEN, tmp_path
    samples = read_metrics(client)["screener_delivery_seconds"]
    assert [sample.value for sample in samples if sample.name.endswith("_count")] == [6]
    assert len(list(folder.glob("*.db"))) == 2


def test_rules_and_dashboard_use_metrics_that_exist(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(queue_figures, "worker_heartbeat_age", lambda: 1.0)
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    named = set(re.findall(r"^# TYPE (\w+) ", response.content.decode(), re.MULTILINE))
    folder = ROOT / "deploy" / "metrics"
    dashboard = json.loads((folder / "grafana-dashboard.json").read_text())
    assert dashboard["panels"]
    for text in ((folder / "alerts.yml").read_text(), json.dumps([panel["targets"] for panel in dashboard["panels"]])):
        used = {re.sub(r"_(count|sum|bucket|created)$", "", name) for name in re.findall(r"\bscreener_\w+", text)}
        assert used <= named
