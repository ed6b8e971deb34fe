"""Assertions about errors of the API."""

from typing import Any


def assert_problem(response: Any, status: int) -> dict[str, Any]:
    """Assert that the response is a complete problem with this status, and return its body."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:screener:problem:")
    assert body["title"]
    assert body["detail"]
    assert body["instance"] == response.wsgi_request.path
    return body
