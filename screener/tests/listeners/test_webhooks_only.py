"""The process that serves webhooks alone."""

from typing import Any

import pytest
from django.conf import settings as configured
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import RequestFactory

from screener.listeners.webhooks_only import webhooks_only


def test_only_webhooks_and_health_are_served(settings: Any, rf: RequestFactory) -> None:
    with pytest.raises(MiddlewareNotUsed):
        webhooks_only(lambda _: HttpResponse())
    settings.WEBHOOKS_ONLY = True
    serve = webhooks_only(lambda _: HttpResponse())
    statuses = {
        path: serve(rf.get(path)).status_code
        for path in (
            "/webhooks/twilio/inbound/",
            "/healthz",
            "/readyz",
            "/admin/",
            "/api/v1/jobs/",
            "/i/x/",
            "/metrics",
        )
    }
    assert [path for path, status in statuses.items() if status == 200] == [*statuses][:3]
    assert configured.MIDDLEWARE[0].endswith("webhooks_only"), "no other middleware answers before it"
