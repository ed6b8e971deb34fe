"""Secrets and values of rows in the log."""

import logging
import logging.config
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from candidates.models import Candidate
from tests.support.factories import make_candidate

pytestmark = pytest.mark.django_db
PRIVATE = {"full_name": "Zebediah\n\nQuux", "email": "zq@example.com", "external_id": "ats-1815"}


def configured_formatter() -> Any:
    formats: Any = settings.LOGGING["formatters"]
    return logging.config.DictConfigurator({}).configure_formatter(dict(formats["line"]))


def log_of_failed_insert(**fields: Any) -> str:
    """Return the log of an insert that violates a constraint, as the configured formatter writes it."""
    try:
        with transaction.atomic():
            Candidate.objects.create(**PRIVATE | fields)
    except IntegrityError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "It failed.", None, sys.exc_info())
        return str(configured_formatter().format(record))
    raise AssertionError("It was stored.")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [({"phone": "no number"}, "candidate_phone_is_e164"), ({"phone": "+14155550133"}, "one_candidate_per_external_id")],
)
def test_log_names_constraint_but_no_values(fields: dict[str, str], constraint: str) -> None:
    make_candidate(external_id="ats-1815")
    lines = log_of_failed_insert(**fields)
    assert constraint in lines
    assert lines.count("Traceback") == 2
    assert "DETAIL: (not logged)" in lines
    for private in ("Quux", "zq@", "1815", "no number", "+1415"):
        assert private not in lines


@pytest.mark.parametrize("name", ["shared-report", "shared-pdf", "notice-unsubscribe"])
def test_failed_request_logs_no_token(name: str, rf: RequestFactory, caplog: pytest.LogCaptureFixture) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        raise RuntimeError

    path = reverse(name, args=["s3cret-token"])
    with caplog.at_level("ERROR"):
        convert_exception_to_response(fail)(rf.get(path))
    lines = [configured_formatter().format(record) for record in caplog.records]
    assert len(lines) == 1
    assert path.replace("s3cret-token", "...") in lines[0]
    assert "s3cret" not in lines[0]
