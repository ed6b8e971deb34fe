"""Web applications of other origins: which may use the API from a browser, and how."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.support.factories import make_api_key

pytestmark = pytest.mark.django_db
ORIGIN = "https://ats.example.com"
JOBS = "/api/v1/jobs/"
ALLOWED_ORIGIN = "Access-Control-Allow-Origin"


def preflight(path: str, origin: str = ORIGIN) -> Any:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
    return Client().options(path, headers={"Origin": origin, **asked})


def test_named_origin_uses_api_with_key_and_without_cookies(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    allowed = preflight(JOBS)
    assert allowed[ALLOWED_ORIGIN] == ORIGIN
    assert "x-api-key" in allowed["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in allowed
    client = APIClient(headers={"Origin": ORIGIN})
    assert client.get(JOBS)[ALLOWED_ORIGIN] == ORIGIN  # readable, though it is 401
    assert client.get(JOBS, headers={"X-API-Key": make_api_key()})[ALLOWED_ORIGIN] == ORIGIN


@pytest.mark.parametrize(
    ("origins", "origin", "path"),
    [
        ([], ORIGIN, JOBS),
        ([ORIGIN], "https://ats.example.com.evil.example", JOBS),
        ([ORIGIN], "null", JOBS),
        ([ORIGIN], ORIGIN, "/admin/login/"),
        ([ORIGIN], ORIGIN, "/healthz"),
    ],
    ids=["off by default", "another origin", "no origin", "admin", "outside of the API"],
)
def test_other_origins_and_pages_are_not_opened(settings: Any, origins: list[str], origin: str, path: str) -> None:
    settings.CORS_ALLOWED_ORIGINS = origins
    assert ALLOWED_ORIGIN not in preflight(path, origin)
    assert ALLOWED_ORIGIN not in Client().get(path, headers={"Origin": origin})
