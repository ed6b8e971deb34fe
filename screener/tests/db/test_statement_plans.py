"""Statements of pages are planned for their values; those of webhooks share a plan."""

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory

from screener.db.statement_plans import statement_plans


def threshold_in(request: HttpRequest) -> HttpResponse:
    """Connect as a request does, and return after how many executions a statement is prepared."""
    connection.close()
    connection.ensure_connection()
    assert connection.connection is not None
    return HttpResponse(str(connection.connection.prepare_threshold))


def threshold_of(response: HttpResponseBase) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_only_webhooks_share_plans(rf: RequestFactory) -> None:
    paths = ("/admin/", "/webhooks/voice", "/api/v1/interviews/", "/webhooks/status", "/readyz")
    thresholds = {path: threshold_of(statement_plans(threshold_in)(rf.get(path))) for path in paths}
    configured = str(connection.settings_dict["OPTIONS"]["prepare_threshold"])
    shared = {path for path, threshold in thresholds.items() if threshold == configured}
    assert shared == {"/webhooks/voice", "/webhooks/status", "/readyz"}
    assert {thresholds[path] for path in paths if path not in shared} == {"None"}


@pytest.mark.django_db(transaction=True)
def test_work_outside_requests_shares_plans(rf: RequestFactory) -> None:
    statement_plans(threshold_in)(rf.get("/admin/"))
    assert threshold_of(threshold_in(rf.get("/"))) == str(connection.settings_dict["OPTIONS"]["prepare_threshold"])
