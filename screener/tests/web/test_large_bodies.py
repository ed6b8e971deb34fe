"""What is too large is refused before any of it is read, whoever sends it."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from screener.web.request_limits import MAX_UPLOAD_BYTES

MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--b--\r\n'
WEBHOOK = "/webhooks/twilio/attempts/00000000-0000-4000-8000-000000000000/status"


class Unread(BytesIO):
    """The body of a request, of which nobody reads anything."""

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
def test_is_not_even_read(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("admin:login"))  # for the cookie: without one nobody looks for the token
    answer = send(client, path, MAX_UPLOAD_BYTES + 1, Unread())
    assert answer.status_code == 413
    assert "12 MB" in answer.content.decode()


def test_the_api_says_so_in_a_problem(api: Any) -> None:
    answer = send(api, "/api/v1/candidates/import/", MAX_UPLOAD_BYTES + 1, Unread())
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.django_db
def test_what_is_no_larger_is_read() -> None:
    assert send(Client(), "/admin/login/", len(PART), BytesIO(PART)).status_code == 200
