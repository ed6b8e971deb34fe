from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from tests.support import factories
from tests.support.fake_twilio import Carrier, carrier


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings that tests start from: a Twilio account, every number allowed, files that vanish."""
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 31 + "1"
    settings.TWILIO_AUTH_TOKEN = "test-token"
    settings.TWILIO_PHONE_NUMBER = "+14155550199"
    settings.WHITELISTED_NUMBERS = ["*"]
    settings.CALLING_HOURS = "00:00-24:00"
    settings.CALL_COOL_DOWN = timedelta(0)
    settings.CALLS_PER_SECOND = 1000
    settings.OPENAI_API_KEY = settings.SPEECH_API_KEY = ""
    settings.API_KEY = ""
    # Not by the setting: the models' fields hold the storage that was made from it when they were loaded.
    monkeypatch.setattr(storages["private"], "location", str(tmp_path / "private"))


@pytest.fixture
def drained() -> Callable[..., list[str]]:
    return factories.drain


@pytest.fixture
def api(db: None) -> APIClient:
    return factories.api_client()


@pytest.fixture
def hr(db: None) -> User:
    return User.objects.create_superuser("hanna")


@pytest.fixture
def desk(hr: User, client: Client) -> Client:
    """The admin, logged in as somebody who may do everything."""
    client.force_login(hr)
    return client


@pytest.fixture
def twilio(settings: Any) -> Iterator[Carrier]:
    with carrier() as running:
        settings.TWILIO_API_URL, settings.TWILIO_TIMEOUT = running.url, 2
        yield running


@pytest.fixture(autouse=True)
def empty_queue(request: pytest.FixtureRequest) -> None:
    """A test that commits starts without the jobs of the one before: Django empties only the tables that it manages."""
    marker = request.node.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        ProcrastinateJob.objects.all()._raw_delete("default")
