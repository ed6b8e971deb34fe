"""Who gets in: keys as they are sent, made, spoiled and revoked."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from screener.checks import nothing_is_missing
from screener.models import ApiKey
from tests.support.factories import make_api_client, make_api_key

pytestmark = pytest.mark.django_db
JOBS = "/api/v1/jobs/"
A_JOB = {"title": "Cook", "description": "Cook well."}


def made_by_command(*args: str) -> str:
    output = io.StringIO()
    call_command("create_api_key", *args, stdout=output)
    return output.getvalue().splitlines()[-1]


class TestAKey:
    def test_that_is_known_lets_in(self, api: APIClient) -> None:
        assert api.get(JOBS).status_code == 200

    def test_that_is_missing_is_asked_for(self) -> None:
        response = APIClient().get(JOBS)
        assert response.status_code == 401
        assert "X-API-Key" in response["WWW-Authenticate"]
        assert "X-API-Key" in response.json()["detail"]

    @pytest.mark.parametrize("spoil", [lambda key: "wrong", lambda key: key[:-1], lambda key: key + "\0é", str.upper])
    def test_that_is_wrong_does_not(self, spoil: Any) -> None:
        assert make_api_client(spoil(make_api_key())).get(JOBS).status_code == 401

    def test_that_was_revoked_does_not(self) -> None:
        client = make_api_client(make_api_key())
        ApiKey.objects.update(revoked=True)
        assert client.get(JOBS).status_code == 401

    def test_that_has_expired_does_not_and_says_since_when(self) -> None:
        expired = timezone.now() - timedelta(days=2)
        response = make_api_client(make_api_key(expiry_date=expired)).get(JOBS)
        assert response.status_code == 401
        assert f"{expired:%Y-%m-%d}" in response.json()["detail"]

    def test_for_reading_only_changes_nothing(self) -> None:
        client = make_api_client(make_api_key(scope=ApiKey.Scope.READ))
        assert client.get(JOBS).status_code == 200
        response = client.post(JOBS, A_JOB)
        assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")

    def test_is_never_stored_or_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        key = make_api_key()
        make_api_client(key).get("/api/v1/jobs/unknown/")
        make_api_client(key + "x").get(JOBS)
        assert key not in caplog.text
        assert key not in str(list(ApiKey.objects.values()))


class TestTheKeyOfTheEnvironment:
    def test_may_do_everything(self, settings: Any) -> None:
        settings.API_KEY = "s3cret-of-the-deployment"
        assert make_api_client(settings.API_KEY).post(JOBS, A_JOB).status_code == 201

    def test_is_none_when_it_is_empty(self, settings: Any) -> None:
        settings.API_KEY = ""
        client = APIClient()
        client.credentials(HTTP_X_API_KEY="")
        assert client.get(JOBS).status_code == 401

    @pytest.mark.parametrize(("key", "is_weak"), [("", False), ("try-me", True), ("s3cret-of-the-deployment", False)])
    def test_that_can_be_guessed_is_warned_of(self, settings: Any, key: str, is_weak: bool) -> None:
        settings.API_KEY = key
        found = [one for one in nothing_is_missing(None) if one.id == "screener.W006"]
        assert bool(found) == is_weak
        assert all(key not in str(one) for one in found)


class TestTheCommand:
    def test_prints_a_working_key_alone_on_its_last_line(self) -> None:
        assert make_api_client(made_by_command("ATS")).post(JOBS, A_JOB).status_code == 201

    def test_makes_keys_that_may_only_read_and_that_expire(self) -> None:
        made_by_command("Report", "--read-only", "--expires-in-days", "30")
        key = ApiKey.objects.get()
        assert key.scope == ApiKey.Scope.READ
        assert key.expiry_date is not None
        assert 29 <= (key.expiry_date - timezone.now()).days <= 30

    @pytest.mark.parametrize("args", [[""], ["x" * 51], ["ATS", "--expires-in-days", "0"]])
    def test_refuses_what_makes_no_sense(self, args: list[str]) -> None:
        with pytest.raises(CommandError):
            made_by_command(*args)
        assert not ApiKey.objects.exists()
