"""API keys: sent, created, expired and revoked."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from screener.checks import check_required_settings
from screener.models import ApiKey
from screener.models.keys.scopes import READING_SCOPES
from tests.support.api_problems import assert_problem
from tests.support.factories import make_api_client, make_api_key

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/jobs/"
JOB = {"title": "Cook", "description": "Cook well."}


class TestStoredKey:
    def test_valid_key_is_accepted(self, api: APIClient) -> None:
        assert api.get(JOBS).status_code == 200

    def test_missing_key_is_requested(self) -> None:
        response = APIClient().get(JOBS)
        assert "X-API-Key" in assert_problem(response, 401)["detail"]
        assert "X-API-Key" in response["WWW-Authenticate"]

    @pytest.mark.parametrize("change", [lambda key: "wrong", lambda key: key[:-1], lambda key: key + "\0é", str.upper])
    def test_wrong_key_is_rejected(self, change: Callable[[str], str]) -> None:
        assert_problem(make_api_client(change(make_api_key())).get(JOBS), 401)

    def test_revoked_key_is_rejected(self) -> None:
        client = make_api_client(make_api_key())
        ApiKey.objects.update(revoked=True)
        assert_problem(client.get(JOBS), 401)

    def test_expired_key_reports_date(self) -> None:
        expiry = timezone.now() - timedelta(days=2)
        problem = assert_problem(make_api_client(make_api_key(expiry_date=expiry)).get(JOBS), 401)
        assert f"{expiry:%Y-%m-%d}" in problem["detail"]

    def test_read_only_key_changes_nothing(self) -> None:
        client = make_api_client(make_api_key(scopes=READING_SCOPES))
        assert client.get(JOBS).status_code == 200
        assert_problem(client.post(JOBS, JOB), 403)

    def test_key_is_not_stored_or_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        key = make_api_key()
        make_api_client(key).get("/api/v1/jobs/unknown/")
        make_api_client(key + "x").get(JOBS)
        assert key not in caplog.text
        assert key not in str(list(ApiKey.objects.values()))


class TestConfiguredKey:
    def test_configured_key_may_write(self, settings: Any) -> None:
        settings.API_KEY = "s3cret-of-the-deployment"
        assert make_api_client(settings.API_KEY).post(JOBS, JOB).status_code == 201

    def test_empty_key_is_rejected(self, settings: Any) -> None:
        settings.API_KEY = ""
        client = APIClient()
        client.credentials(HTTP_X_API_KEY="")
        assert_problem(client.get(JOBS), 401)

    @pytest.mark.parametrize(("key", "is_weak"), [("", False), ("try-me", True), ("s3cret-of-the-deployment", False)])
    def test_weak_key_is_warned_about(self, settings: Any, key: str, is_weak: bool) -> None:
        settings.API_KEY = key
        warnings = [message for message in check_required_settings(None) if message.id == "screener.W006"]
        assert bool(warnings) == is_weak
        assert all(key not in str(warning) for warning in warnings)


def create_key(*args: str) -> str:
    output = io.StringIO()
    call_command("create_api_key", *args, stdout=output)
    return output.getvalue().splitlines()[-1]


class TestCreateCommand:
    def test_last_line_is_key(self) -> None:
        assert make_api_client(create_key("ATS")).post(JOBS, JOB).status_code == 201

    def test_scope_and_expiry_are_set(self) -> None:
        create_key("Report", "--read-only", "--expires-in-days", "30")
        key = ApiKey.objects.get()
        assert (set(key.scopes), key.scope) == (set(READING_SCOPES), ApiKey.Scope.READ)
        assert key.expiry_date is not None
        assert 29 <= (key.expiry_date - timezone.now()).days <= 30

    @pytest.mark.parametrize("args", [[""], ["x" * 51], ["ATS", "--expires-in-days", "0"]])
    def test_invalid_arguments_are_rejected(self, args: list[str]) -> None:
        with pytest.raises(CommandError):
            create_key(*args)
        assert not ApiKey.objects.exists()
