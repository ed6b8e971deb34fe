"""What the environment says: `.env.example` and the settings name the same variables, and mistakes are told at once."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from interviews.calling.rules import evaluate

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "screener/settings.py").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
PROCFILE = (ROOT / "Procfile").read_text()


def test_every_variable_that_is_read_is_explained() -> None:
    read = set(re.findall(r'(?:env\.\w+|_listed)\(\s*"([A-Z_]+)"', SETTINGS)) | set(
        re.findall(r"\$\{([A-Z_]+)", PROCFILE)
    )
    assert read == set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def python(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    given = os.environ | {"DEBUG": "1"} | environment
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=given, capture_output=True, text=True, check=False)


def settings_with(**environment: str) -> Any:
    """The settings that are lists, as a process with this environment has them."""
    names = [*environment, "MODEL_PRICES"]
    code = (
        "import json; from screener import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}, default=lambda wait: wait.seconds))"
    )
    return json.loads(python("-c", code, **environment).stdout)


def test_spaces_in_a_list_mean_nothing_and_an_empty_entry_is_none() -> None:
    given = {
        "ALLOWED_COUNTRIES": " us, CA ,",
        "WHITELISTED_NUMBERS": "+1 415 555 0100, 0014155550101,,",
        "ALLOWED_HOSTS": "a.example.com, .example.org ",
        "CSRF_TRUSTED_ORIGINS": "https://a.example.com, https://b.example.com",
        "SECRET_KEY_FALLBACKS": "one, two,",
        "ATTEMPT_SPACING": "1, 2.5 ,",
        "MODEL_PRICES": "a=1/2, b=3/4",
        "WEBHOOK_BASE_URL": "https://screener.example.com",
    }
    assert settings_with(**given) == {
        "ALLOWED_COUNTRIES": ["US", "CA"],
        "WHITELISTED_NUMBERS": ["+1 415 555 0100", "0014155550101"],
        "ALLOWED_HOSTS": ["a.example.com", ".example.org", "screener.example.com"],
        "CSRF_TRUSTED_ORIGINS": ["https://a.example.com", "https://b.example.com"],
        "SECRET_KEY_FALLBACKS": ["one", "two"],
        "ATTEMPT_SPACING": [60, 150],
        "MODEL_PRICES": ["a=1/2", "b=3/4"],
        "WEBHOOK_BASE_URL": "https://screener.example.com",
    }


def test_a_list_that_is_set_to_nothing_is_as_if_it_were_not_set() -> None:
    assert settings_with(ALLOWED_COUNTRIES="", WHITELISTED_NUMBERS=" ", ATTEMPT_SPACING="") == {
        "ALLOWED_COUNTRIES": [],
        "WHITELISTED_NUMBERS": [],
        "ATTEMPT_SPACING": [30 * 60, 240 * 60, 0],  # a day has no seconds beside itself
        "MODEL_PRICES": [],
    }


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("WHITELISTED_NUMBERS", ["+14155550100", "4155550101"], "'4155550101' has no valid country code"),
        ("WHITELISTED_NUMBERS", ["all"], "'all' is not a phone number"),
        ("ALLOWED_COUNTRIES", ["US", "UK"], "'UK', which is not a country code"),
        ("ALLOWED_COUNTRIES", ["US CA"], "'US CA', which is not a country code"),
        ("CALLING_HOURS", "9 to 5", "Invalid calling hours: '9 to 5'. Write them as 08:00-21:00."),
        ("ALLOWED_HOSTS", ["https://a.example.com"], "'https://a.example.com', which is no host's name"),
        ("ALLOWED_HOSTS", ["a.example.com:8000"], "'a.example.com:8000', which is no host's name"),
        ("CSRF_TRUSTED_ORIGINS", ["a.example.com"], "'a.example.com', which is no origin"),
        ("CSRF_TRUSTED_ORIGINS", ["https://a.example.com/"], "'https://a.example.com/', which is no origin"),
        ("MODEL_PRICES", ["a=1"], "'a=1'"),
        ("TRUSTED_PROXIES", "-1", "'-1', which is not a number of proxies"),
        ("TRUSTED_PROXIES", "10.0.0.1", "'10.0.0.1', which is not a number of proxies"),
    ],
)
def test_a_mistake_is_told_before_anything_starts(settings: Any, name: str, value: Any, says: str) -> None:
    setattr(settings, name, value)
    (error,) = run_checks(tags=["screener"])
    assert error.is_serious()
    assert says in error.msg
    assert name in error.msg
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
def test_what_is_right_is_not_complained_of(settings: Any, name: str, value: Any) -> None:
    setattr(settings, name, value)
    assert run_checks(tags=["screener"]) == []


@pytest.mark.parametrize("wrong", ["30, x", "-1", "nan", "inf", "1e300", "600000"])
def test_waits_that_are_none_are_refused(wrong: str) -> None:
    refused = python("-c", "import screener.settings", ATTEMPT_SPACING=wrong)
    assert refused.returncode
    assert f"ATTEMPT_SPACING is {wrong!r}" in refused.stderr
    assert "Write minutes, separated by commas" in refused.stderr


def test_the_web_process_does_not_start_with_a_mistake() -> None:
    refused = python("-c", "import screener.wsgi", WHITELISTED_NUMBERS="+1 415 555 0100, +1415")
    assert refused.returncode
    assert "'+1415' has too many or too few digits" in refused.stderr


@pytest.mark.django_db
def test_a_number_on_the_whitelist_counts_however_it_was_written(settings: Any) -> None:
    settings.WHITELISTED_NUMBERS = ["(00) 1 415 555 0100"]
    assert evaluate("+14155550100", now=NOW).refused_by is None


def test_what_django_reports_is_logged_once() -> None:
    ask = "import django; django.setup(); from django.test import Client; Client().get('/none')"
    asked = python("-c", ask, DJANGO_SETTINGS_MODULE="screener.settings", DEBUG="1", ALLOWED_HOSTS="testserver")
    assert asked.stderr.count("Not Found: /none") == 1, asked.stderr
