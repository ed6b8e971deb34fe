"""Requests with malformed headers get a problem, never an internal error."""

import io
from itertools import product
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from candidates.models import Candidate
from jobs.models import JobDescription
from tests.support.factories import make_api_key

pytestmark = pytest.mark.django_db

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
A_JOB = b'{"title": "Cook", "description": "Cook well."}'
PARAMETERS = [
    *(f"; charset={name}" for name in ("bogus", "utf-16", "hex", "idna", "undefined", "latin-1", "\x00", "é", "")),
    *("; charset*=utf-8''%00", "; charset*=bogus''%41", "; x*=bogus''%41", "; x*=undefined''%41"),
]
OTHERS = [
    "",
    "x",
    ";",
    "/",
    FORM,
    "text/plain",
    MULTIPART,
    MULTIPART + "; boundary=",
    MULTIPART + "; boundary=é",
]
TYPES = [*OTHERS, MULTIPART + "; boundary=" + "b" * 10_000, *(JSON + parameter for parameter in PARAMETERS)]
PATHS = ["/api/v1/jobs/", "/api/v1/candidates/", "/api/v1/candidates/import/", "/api/v1/interviews/", "/api/v1/none/"]


def is_database_empty() -> bool:
    return not (JobDescription.objects.exists() or Candidate.objects.exists())


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False, headers={"X-API-Key": make_api_key()})


@pytest.mark.parametrize("path", PATHS)
def test_invalid_content_type_is_rejected(client: Client, path: str) -> None:
    bodies = (
        A_JOB,
        b"",
        b"\xff\xfe{",
        b"--b\r\nContent-Disposition: form-data; name*=bogus''%41\r\n\r\n1\r\n--b--",
    )
    for content_type, body in product(TYPES, bodies):
        answer = client.generic("POST", path, body, content_type)
        assert answer.status_code in (400, 404, 415), (content_type, body, answer.content)
        assert answer["Content-Type"] == "application/problem+json", (content_type, body)
    assert is_database_empty()


def test_other_charset_is_rejected(client: Client) -> None:
    answer = client.generic("POST", "/api/v1/jobs/", A_JOB, JSON + "; charset=utf-16")
    assert answer.status_code == 415
    assert "not in UTF-8" in answer.json()["detail"]


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF8", ';charset="utf-8"'])
def test_all_names_of_utf_8_are_accepted(client: Client, charset: str) -> None:
    assert client.generic("POST", "/api/v1/jobs/", A_JOB, JSON + charset).status_code == 201


def test_get_ignores_content_type(client: Client) -> None:
    for parameter, path in product(PARAMETERS, ["/api/v1/jobs/?page_size=5", "/admin/login/?next=/"]):
        assert client.generic("GET", path, b"", JSON + parameter).status_code == 200, (parameter, path)


@pytest.mark.parametrize(
    "accept", ["*/*; x*=bogus''%41", "; charset*=utf-8''%00", ";", "é", "x; q=y", "\x00", "," * 999]
)
def test_malformed_accept_header_is_ignored(client: Client, accept: str) -> None:
    answer = client.get("/api/v1/jobs/", HTTP_ACCEPT=accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_interrupted_body_is_rejected(client: Client) -> None:
    class Broken(io.BytesIO):
        def read(self, *args: Any) -> bytes:
            raise OSError("connection reset")

    for content_type in (JSON, MULTIPART + "; boundary=b"):
        stream: dict[str, Any] = {"wsgi.input": Broken()}
        answer = client.generic("POST", "/api/v1/candidates/", A_JOB, content_type, **stream)
        assert answer.status_code == 400, answer.content
    assert is_database_empty()


LATIN = st.text(st.characters(max_codepoint=255), max_size=30)
"""The characters that a header can contain after WSGI has decoded it."""
PART = st.sampled_from(
    [
        *(
            ";",
            "*",
            "=",
            "'",
            "''",
            "%00",
            "%41",
            "charset",
            "charset*",
            "boundary",
            "boundary=b",
            "utf-8",
            "bogus",
            '"',
        ),
        *(
            "name",
            "filename",
            "filename*",
            "*0",
            "*0*",
            "q=",
            "hex",
            ", ",
            JSON,
            FORM,
            MULTIPART,
            "*/*",
            "/",
            " ",
            "\t",
        ),
    ]
)
HEADER = LATIN | st.lists(PART, max_size=10).map("".join) | st.sampled_from(TYPES)
DISPOSED = st.lists(PART, max_size=8).map(
    lambda parts: f"--b\r\nContent-Disposition: form-data; {''.join(parts)}\r\n\r\n1\r\n--b--\r\n".encode()
)


@hypothesis_settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["POST", "POST", "POST", "GET", "PATCH", "PUT", "HEAD", "OPTIONS", "TRACE"]),
    path=st.sampled_from(PATHS),
    query=st.sampled_from(["", "?page_size=5", "?%ff=%00", "?a&&=%zz"]),
    body=st.binary(max_size=40) | DISPOSED | st.just(A_JOB),
    content_type=HEADER | st.just(MULTIPART + "; boundary=b"),
    headers=st.dictionaries(
        st.sampled_from(["HTTP_ACCEPT", "HTTP_IDEMPOTENCY_KEY", "HTTP_X_API_KEY", "HTTP_COOKIE", "HTTP_ORIGIN"]), HEADER
    ),
)
def test_random_requests_cause_no_internal_error(
    client: Client, method: str, path: str, query: str, body: bytes, content_type: str, headers: dict[str, Any]
) -> None:
    answer = client.generic(method, path + query, body, content_type, **headers)
    assert answer.status_code < 500, answer.content
