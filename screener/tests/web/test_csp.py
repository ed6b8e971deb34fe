"""The Content-Security-Policy of all pages."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/api/docs/", "/api/v1/jobs/", "/healthz", "/none"])
def test_policy_forbids_inline_scripts(client: Client, path: str) -> None:
    client.force_login(User.objects.create_superuser("hr"))
    response: Any = client.get(path)
    policy = dict(directive.split(" ", 1) for directive in response.headers["Content-Security-Policy"].split("; "))
    assert "'unsafe-inline'" not in policy["script-src"]
    assert [policy[name] for name in ("default-src", "form-action")] == ["'self'"] * 2
    assert [policy[name] for name in ("object-src", "base-uri", "frame-ancestors")] == ["'none'"] * 3
    assert ("'unsafe-eval'" in policy["script-src"]) == path.startswith("/admin/")
    assert "<script>" not in response.content.decode().replace(" ", "")


def test_microphone_and_camera_are_for_the_room(client: Client) -> None:
    policies = [client.get(path).headers["Permissions-Policy"] for path in ("/i/x/room/", "/i/x/", "/admin/login/")]
    assert ["microphone=(self)" in policy and "camera=(self)" in policy for policy in policies] == [True, False, False]
    assert all("geolocation=()" in policy for policy in policies)
