"""`manage.py check --deploy`: connections, secrets and hosts."""

from typing import Any

import pytest
from django.conf import settings as configured
from django.core.checks import run_checks
from django.test import override_settings

REMOTE = {"ENGINE": "screener.db.outage_backend", "HOST": "db.example.com", "OPTIONS": {}}
REDIS = "django.core.cache.backends.redis.RedisCache"
SMTP = {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "mail.example.com"}
TOKEN = "0123456789" * 5
OURS = {f"screener.{code}" for code in ("E060", "W060", "W061", "W062", "W063", "W064", "W065")}


def database(**changes: Any) -> dict[str, Any]:
    return {"DATABASES": configured.DATABASES | {"default": REMOTE | changes}}


def cache(location: str) -> dict[str, Any]:
    return {"CACHES": {"default": {"BACKEND": REDIS, "LOCATION": location}}}


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize(
    ("code", "unsafe", "safe"),
    [
        ("W060", {"OPENAI_BASE_URL": "http://models.example.com/v1"}, {"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1"}),
        (
            "W060",
            {"PRIVATE_FILES_ENDPOINT": "http://s3.example.com"},
            {"PRIVATE_FILES_ENDPOINT": "https://s3.example.com"},
        ),
        ("W061", database(OPTIONS={"sslmode": "disable"}), database(OPTIONS={"sslmode": "verify-full"})),
        ("W061", database(OPTIONS={"sslmode": "require"}), database(HOST="/run/postgresql")),
        ("W061", database(), database(HOST="127.0.0.1")),
        ("W062", cache("redis://cache.example.com/0"), cache("rediss://cache.example.com/0")),
        ("W062", cache("redis://cache.example.com/0"), cache("unix:///run/valkey/valkey.sock")),
        ("W063", SMTP | {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}, SMTP | {"EMAIL_USE_TLS": True}),
        ("W064", {"ALLOWED_HOSTS": ["*"]}, {"ALLOWED_HOSTS": ["screener.example.com"]}),
        ("E060", {"SECRET_KEY": "CHANGE-ME"}, {"SECRET_KEY": TOKEN}),
        ("E060", database(HOST="", PASSWORD="CHANGE-ME"), database(HOST="", PASSWORD=TOKEN)),
        ("W065", {"METRICS_TOKEN": "metrics"}, {"METRICS_TOKEN": TOKEN}),
    ],
)
def test_unsafe_setting_is_named(
    code: str, unsafe: dict[str, Any], safe: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screener.services.model_retirement.accounts_by_server", list)  # it would ask the servers
    found = []
    for changes in (unsafe, safe):
        with override_settings(**changes):
            found.append({message.id for message in run_checks(tags=["screener"], include_deployment_checks=True)})
    assert [ids & OURS for ids in found] == [{f"screener.{code}"}, set()]
