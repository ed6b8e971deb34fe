"""The page about the state of the system."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk.system.page import SystemStatus
from screener.background import health
from screener.costs.metering import metered_call
from screener.models import ModelCall, RestoredBackup
from screener.services.errors import PermanentError
from tests.support.factories import make_interview

pytestmark = pytest.mark.django_db


def test_page_tells_what_fails(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a worker, with a model that fails, and with a queue that no worker serves."""
    make_interview()
    with pytest.raises(PermanentError), metered_call(ModelCall.Purpose.SUMMARY, "model"):
        raise PermanentError("refused")
    page: Any = admin_client.get(reverse("desk-system"))
    status = page.context["status"]
    assert health.NO_WORKER in status.problems
    assert [(row.calls, row.failed, row.mostly_fails) for row in status.models] == [(1, 1, True)]
    assert status.events
    monkeypatch.setattr(health, "worker_heartbeat_age", lambda: 1.0)
    page = admin_client.get(reverse("desk-system"))
    assert page.context["status"].problems == []


def test_administrator_stops_calls_and_confirms_restore(admin_client: Client) -> None:
    RestoredBackup.objects.create(name="2026-12-01T000000Z", backup_time=timezone.now())

    def post(action: str, **fields: str) -> SystemStatus:
        page: Any = admin_client.post(reverse(f"desk-system-{action}"), fields, follow=True)
        status: SystemStatus = page.context["status"]
        return status

    assert post("stop-calls", reason=" ").calls_paused is None
    stopped = post("stop-calls", reason="wrong numbers").calls_paused
    assert stopped
    assert stopped.is_stopped
    assert admin_client.get(reverse("desk-system-resume-calls")).status_code == 405
    assert post("resume-calls").calls_paused is None
    assert post("confirm-restore").restored is None
    assert RestoredBackup.objects.get().confirmed_by == "hanna"


def test_number_of_queries(admin_client: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        make_interview()
    with django_assert_max_num_queries(20):
        admin_client.get(reverse("desk-system"))
