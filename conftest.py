import gc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection
from django.test import Client, override_settings
from phonenumbers import SUPPORTED_REGIONS
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from screener.db.outage_backend.base import database_breaker
from tests.support import factories
from tests.support.databases import temporary_database
from tests.support.emptied_tables import empty_tables_by_deletion
from tests.support.fake_openai import simulated_model_settings
from tests.support.fake_twilio import FakeTwilio, run_fake_twilio
from tests.support.page_context import store_page_context
from tests.support.prepared_statements import keep_prepared_statements
from tests.support.sounds import make_tone

OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""Python's default is 700. One page makes thousands of objects, and full passes visit what earlier tests cached."""

gc.disable()  # until all tests are collected: imports leave no garbage

# No test asserts a time.
hypothesis.settings.register_profile(
    "untimed", deadline=None, max_examples=50, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name files by their argument: the processes of a run must agree, and an archive holds the time it was made at."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_finish() -> None:
    """Exempt modules and collected tests from garbage collection: they live to the end and slow down every pass."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 10, 10)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Runs before the first connection is opened."""
    with pytest.MonkeyPatch.context() as patch:
        keep_prepared_statements(patch)
        empty_tables_by_deletion(patch)
        # The short timeout of a deployment would end a connection that a busy machine is slow to accept.
        patch.setitem(connection.settings_dict["OPTIONS"], "connect_timeout", 30)
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """The database of this process, in place of pytest-django's, which is migrated again for each process."""
    name = connection.creation._get_test_db_name()  # type: ignore[attr-defined] # the stubs lack it
    with django_db_blocker.unblock(), temporary_database(name, is_migrated=True), django_db_blocker.block():
        yield


@pytest.fixture(scope="session", autouse=True)
def page_contexts() -> Iterator[None]:
    """Keep the context of each page, and not those of its hundred parts: each is copied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.client.store_rendered_templates", store_page_context)
        yield


@pytest.fixture(scope="session", autouse=True)
def base_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The settings that every test starts from: a Twilio account, every number allowed, a simulated model."""
    with (
        simulated_model_settings() as model,
        override_settings(
            TWILIO_ACCOUNT_SID="AC" + "0" * 31 + "1",
            TWILIO_AUTH_TOKEN="test-token",
            TWILIO_PHONE_NUMBER="+14155550199",
            WHITELISTED_NUMBERS=["*"],
            ALLOWED_COUNTRIES=sorted(SUPPORTED_REGIONS),
            DAILY_SPEND_LIMIT=0,
            MONTHLY_BUDGET=0,
            CALLING_HOURS="00:00-24:00",
            CALL_COOL_DOWN=timedelta(0),
            CALLS_PER_SECOND=1000,
            **model,
            SPEECH_API_KEY="",
            API_KEY="",
            METRICS_DIR=tmp_path_factory.getbasetemp() / "metrics",  # var/ has those of a Screener that has run here
            SESSION_ENGINE="django.contrib.sessions.backends.cache",  # a login in the database needs 11 queries
            REQUIRE_MFA=False,
            SESSION_IDLE_MINUTES=1e6,  # tests travel in time
            SESSION_MAX_HOURS=1e5,
        ),
    ):
        yield


@pytest.fixture(autouse=True)
def restored_settings() -> Iterator[None]:
    """Fails a test that leaves settings changed: `settings.X = ...` within `override_settings` outlives both."""
    before = settings._wrapped  # type: ignore[misc] # Django has no public name for it
    yield
    after, settings._wrapped = settings._wrapped, before  # type: ignore[misc]
    assert after is before


@pytest.fixture(autouse=True)
def private_files(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for private files, made when the first file is stored, which few tests do."""
    folder = tmp_path_factory.getbasetemp() / "private" / uuid4().hex
    # Not by the setting: the models' fields hold the storage that was made from it when they were loaded.
    monkeypatch.setattr(storages["private"], "location", str(folder))
    return folder


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """The spent share of the monthly budget is cached for seconds, which is longer than a test takes."""
    cache.clear()


@pytest.fixture
def api(db: None) -> APIClient:
    return factories.make_api_client()


@pytest.fixture
def reviewer(db: None) -> User:
    return User.objects.create_superuser("hanna")


@pytest.fixture
def admin_client(reviewer: User, client: Client) -> Client:
    """A browser session of a superuser."""
    client.force_login(reviewer)
    return client


@pytest.fixture
def twilio(settings: Any) -> Iterator[FakeTwilio]:
    with run_fake_twilio() as running:
        settings.TWILIO_API_URL, settings.TWILIO_TIMEOUT = running.url, 2
        yield running


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tone for the microphones of browsers, of which one is started for each file."""
    path = tmp_path_factory.mktemp("sound") / "voice.wav"
    path.write_bytes(make_tone(3))
    return path


@pytest.fixture(autouse=True)
def empty_queue(request: pytest.FixtureRequest) -> None:
    """A test that commits starts without the jobs of the one before: Django empties only the tables that it manages.

    It starts with a closed circuit breaker, as with an empty cache: both belong to the process.
    """
    marker = request.node.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction"):
        database_breaker.cache_clear()
        request.getfixturevalue("transactional_db")
        ProcrastinateJob.objects.all()._raw_delete("default")
