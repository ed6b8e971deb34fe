"""Large bodies are rejected before they are read."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from screener.web.request_limits import MAX_UPLOAD_BYTES

MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--b--\r\n'
WEBHOOK = "/webhooks/twilio/attempts/00000000-0000-4000-8000-000000000000/status"


class UnreadableBody(BytesIO):
    """A body that fails the test if it is read."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("It was read.")

    readline = read


def send(client: Client, path: str, length: int, body: BytesIO) -> Any:
    return client.generic(
        "POST",
        path,
        content_type=MULTIPART,
        **{"wsgi.input": body, "CONTENT_LENGTH": str(length)},  # type: ignore[arg-type]
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/admin/candidates/candidate/import-csv/", WEBHOOK, "/none", "/"])
def test_large_body_is_not_read(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("admin:login"))  # sets the cookie, without which the token is not looked for
    response = send(client, path, MAX_UPLOAD_BYTES + 1, UnreadableBody())
    assert response.status_code == 413


def test_api_rejects_large_body_with_problem(api: Any) -> None:
    answer = send(api, "/api/v1/candidates/import/", MAX_UPLOAD_BYTES + 1, UnreadableBody())
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.django_db
def test_small_body_is_read() -> None:
    assert send(Client(), "/admin/login/", len(PART), BytesIO(PART)).status_code == 200
