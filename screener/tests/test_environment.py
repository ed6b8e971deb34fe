"""Settings from the environment: documented in `.env.example`, parsed, and checked before a process starts."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from interviews.calling.rules import evaluate_rules

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "screener/settings.py").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
PROCFILE = (ROOT / "Procfile").read_text()


def test_all_variables_are_documented() -> None:
    in_settings = re.findall(r'(?:env\.\w+|_env_list)\(\s*"([A-Z_]+)"', SETTINGS)
    in_procfile = re.findall(r"\$\{([A-Z_]+)", PROCFILE)
    assert {*in_settings, *in_procfile} == set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def run_python(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    env = os.environ | {"DEBUG": "1"} | environment
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def list_settings(**environment: str) -> Any:
    """Return the settings that are lists in a process with this environment."""
    names = [*environment, "MODEL_PRICES"]
    code = (
        "import json; from screener import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}, default=lambda wait: wait.seconds))"
    )
    return json.loads(run_python("-c", code, **environment).stdout)


def test_lists_ignore_spaces_and_empty_entries() -> None:
    environment = {
        "ALLOWED_COUNTRIES": " us, CA ,",
        "WHITELISTED_NUMBERS": "+1 415 555 0100, 0014155550101,,",
        "ALLOWED_HOSTS": "a.example.com, .example.org ",
        "CSRF_TRUSTED_ORIGINS": "https://a.example.com, https://b.example.com",
        "SECRET_KEY_FALLBACKS": "one, two,",
        "ATTEMPT_SPACING": "1, 2.5 ,",
        "MODEL_PRICES": "a=1/2, b=3/4",
        "WEBHOOK_BASE_URL": "https://screener.example.com",
    }
    assert list_settings(**environment) == {
        "ALLOWED_COUNTRIES": ["US", "CA"],
        "WHITELISTED_NUMBERS": ["+1 415 555 0100", "0014155550101"],
        "ALLOWED_HOSTS": ["a.example.com", ".example.org", "screener.example.com"],
        "CSRF_TRUSTED_ORIGINS": ["https://a.example.com", "https://b.example.com"],
        "SECRET_KEY_FALLBACKS": ["one", "two"],
        "ATTEMPT_SPACING": [60, 150],
        "MODEL_PRICES": ["a=1/2", "b=3/4"],
        "WEBHOOK_BASE_URL": "https://screener.example.com",
    }


def test_empty_list_means_default() -> None:
    assert list_settings(ALLOWED_COUNTRIES="", WHITELISTED_NUMBERS=" ", ATTEMPT_SPACING="") == {
        "ALLOWED_COUNTRIES": [],
        "WHITELISTED_NUMBERS": [],
        "ATTEMPT_SPACING": [30 * 60, 240 * 60, 0],  # of the timedelta of one day, `seconds` is 0
        "MODEL_PRICES": [],
    }


@pytest.mark.parametrize(
    ("name", "value", "code", "entry"),
    [
        ("WHITELISTED_NUMBERS", ["+14155550100", "4155550101"], "E008", "'4155550101'"),
        ("WHITELISTED_NUMBERS", ["all"], "E008", "'all'"),
        ("ALLOWED_COUNTRIES", ["US", "UK"], "E009", "'UK'"),
        ("ALLOWED_COUNTRIES", ["US CA"], "E009", "'US CA'"),
        ("CALLING_HOURS", "9 to 5", "E010", "'9 to 5'"),
        ("MESSAGE_HOURS", "20:00-08:00", "E010", "20:00-08:00"),
        ("IDLE_ATTEMPT_AFTER", timedelta(0), "E014", "is 0"),
        ("ALLOWED_HOSTS", ["https://a.example.com"], "E007", "'https://a.example.com'"),
        ("ALLOWED_HOSTS", ["a.example.com:8000"], "E007", "'a.example.com:8000'"),
        ("CSRF_TRUSTED_ORIGINS", ["a.example.com"], "E007", "'a.example.com'"),
        ("CORS_ALLOWED_ORIGINS", ["*"], "E007", "'*'"),
        ("CSRF_TRUSTED_ORIGINS", ["https://a.example.com/"], "E007", "'https://a.example.com/'"),
        ("MODEL_PRICES", ["a=1"], "E005", "'a=1'"),
        ("WORKER_METRICS_ADDRESS", "9464", "E041", "'9464'"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "E042", "'collector:4318'"),
        ("OTEL_TRACES_SAMPLER_ARG", 10.0, "E043", "is 10"),
        ("LOG_FORMAT", "xml", "E040", "'xml'"),
        ("ARCHIVE_WEBHOOKS_AFTER_MONTHS", -1, "E052", "is -1"),
        ("BACKUP_KEY", "too short", "E050", "no backup"),
        ("REPLICA_DATABASE_URL", "mysql://a/b", "E051", "PostgreSQL"),
        ("REPLICA_MAX_LAG", -1.0, "E051", "is -1"),
        ("TRUSTED_PROXIES", "-1", "E011", "'-1'"),
        ("TRUSTED_PROXIES", "10.0.0.1", "E011", "'10.0.0.1'"),
    ],
)
def test_invalid_setting_fails_check(settings: Any, name: str, value: Any, code: str, entry: str) -> None:
    setattr(settings, name, value)
    (error,) = run_checks(tags=["screener"])
    assert (error.id, error.is_serious()) == (f"screener.{code}", True)
    assert name in error.msg
    assert entry in error.msg
    assert error.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WHITELISTED_NUMBERS", ["*"]),
        ("WHITELISTED_NUMBERS", ["tel:+1 (415) 555-0100;ext=9"]),
        ("ALLOWED_COUNTRIES", ["US", "GB"]),
        ("ALLOWED_HOSTS", ["*", "127.0.0.1", "[::1]", ".example.com", "localhost", "A.example.com"]),
        ("CSRF_TRUSTED_ORIGINS", ["https://*.example.com", "http://127.0.0.1:8000"]),
        ("TRUSTED_PROXIES", "2"),
    ],
)
def test_valid_setting_passes_checks(settings: Any, name: str, value: Any) -> None:
    setattr(settings, name, value)
    assert run_checks(tags=["screener"]) == []


@pytest.mark.slow
@pytest.mark.parametrize("spacing", ["30, x", "-1", "nan", "inf", "1e300", "600000"])
def test_invalid_attempt_spacing_is_rejected(spacing: str) -> None:
    process = run_python("-c", "import screener.settings", ATTEMPT_SPACING=spacing)
    assert process.returncode
    assert f"ATTEMPT_SPACING is {spacing!r}" in process.stderr


@pytest.mark.slow
def test_web_process_needs_valid_settings() -> None:
    process = run_python("-c", "import screener.wsgi", WHITELISTED_NUMBERS="+1 415 555 0100, +1415")
    assert process.returncode
    assert "ImproperlyConfigured" in process.stderr
    assert "'+1415'" in process.stderr


@pytest.mark.django_db
def test_whitelist_accepts_any_number_format(settings: Any) -> None:
    settings.WHITELISTED_NUMBERS = ["(00) 1 415 555 0100"]
    assert evaluate_rules("+14155550100", now=NOW).refused_by is None


@pytest.mark.slow
def test_django_logs_requests_once() -> None:
    code = "import django; django.setup(); from django.test import Client; Client().get('/none')"
    process = run_python("-c", code, DJANGO_SETTINGS_MODULE="screener.settings", DEBUG="1", ALLOWED_HOSTS="testserver")
    assert process.stderr.count("Not Found: /none") == 1


JUDGE_CHECKS = {"screener.E001", "screener.E012", "screener.E013", "screener.W008"}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, {"screener.E001"}),
        ({"OPENAI_API_KEY": "sk-test"}, set()),
        ({"JUDGE": "person"}, set()),
        ({"DEBUG": True}, set()),
        ({"JUDGE": "rules"}, {"screener.E012"}),
        ({"JUDGE": "person", "OFFLINE_INTERVIEWER": True}, {"screener.W008"}),
        ({"JUDGE": "person", "OPENAI_MAX_TOKENS": 0}, {"screener.E013"}),
    ],
    ids=str,
)
def test_deployment_needs_judge(changes: dict[str, Any], codes: set[str]) -> None:
    deployment = {"TESTING": False, "DEBUG": False, "OPENAI_API_KEY": "", "JUDGE": "model"}
    with override_settings(**(deployment | changes)):
        assert {str(message.id) for message in run_checks(tags=["screener"])} & JUDGE_CHECKS == codes


@pytest.mark.slow
def test_former_setting_means_person() -> None:
    code = "from screener import settings; print(settings.JUDGE)"
    judges = [run_python("-c", code, OFFLINE_INTERVIEWER=value).stdout.strip() for value in ("1", "0")]
    assert judges == ["person", "model"]
