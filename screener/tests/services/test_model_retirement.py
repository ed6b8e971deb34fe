"""The check of the models' shutdown dates, with the real client and a server that answers by script."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.checks import CheckMessage, run_checks
from django.test import override_settings

from screener import tasks
from screener.services import model_retirement
from screener.services.openai.openai_client import client_for
from tests.support.fake_openai import (
    KEY,
    Behaviour,
    FakeOpenAI,
    disconnect,
    error_reply,
    hanging_reply,
    json_reply,
    raw_reply,
    run_fake_openai,
)

TODAY = date(2026, 11, 25)


def models(**ends: str | None) -> Behaviour:
    """A list of models as OpenAI words it, each with its end; underscores stand for hyphens."""
    data = [
        {
            "id": name.replace("_", "-"),
            "object": "model",
            "created": 1795000000,
            "owned_by": "openai",
            "shutdown_date": end,
        }
        for name, end in ends.items()
    ]
    return json_reply(200, {"object": "list", "data": data})


@contextmanager
def configured(*replies: Behaviour, **settings: Any) -> Iterator[FakeOpenAI]:
    fixed = {"OPENAI_MODEL": "gpt-text", "OPENAI_API_KEY": KEY, "SPEECH_API_KEY": KEY, "SPEECH_MODEL": "gpt-listen"}
    with run_fake_openai(*replies) as server:
        addresses = {"OPENAI_BASE_URL": server.base_url, "SPEECH_BASE_URL": server.base_url}
        with (
            override_settings(**(fixed | addresses | settings)),
            patch.object(model_retirement, "TIMEOUT_SECONDS", server.seconds),
            time_machine.travel(TODAY, tick=False),
        ):
            yield server


def warnings() -> list[CheckMessage]:
    found = run_checks(tags=["screener"], include_deployment_checks=True)
    return [warning for warning in found if warning.id in ("screener.W002", "screener.W003")]


def messages(*replies: Behaviour) -> list[str]:
    with configured(*replies):
        return [warning.msg for warning in warnings()]


class TestCheck:
    def test_is_silent_while_models_stay(self) -> None:
        assert messages(models(gpt_text=None, gpt_listen="2028-01-01")) == []

    def test_warns_ninety_days_before(self) -> None:
        with configured(models(gpt_text="2027-02-23", gpt_listen="2027-02-24")):
            (warning,) = warnings()
        assert warning.msg == "OPENAI_MODEL is gpt-text, which will be shut down on 2027-02-23."
        assert warning.hint is not None
        assert warning.hint.startswith("Set OPENAI_MODEL to a model that stays")

    @pytest.mark.parametrize("day", ["2026-11-25", "2025-01-01"])
    def test_warns_after_shutdown(self, day: str) -> None:
        assert messages(models(gpt_text=None, gpt_listen=day)) == [
            f"SPEECH_MODEL is gpt-listen, which was shut down on {day}."
        ]

    def test_warns_of_unknown_model(self) -> None:
        (message,) = messages(models(gpt_text=None))
        assert message.startswith("SPEECH_MODEL is gpt-listen, which is not among the models that http://127.0.0.1")

    def test_asks_each_server_once_per_key(self) -> None:
        with configured(models(gpt_text=None, gpt_listen=None)) as server:
            warnings()
            assert [(request.path, request.key) for request in server.requests] == [("/v1/models", KEY)]
        with configured(models(gpt_text=None, gpt_listen=None), SPEECH_API_KEY="sk-other") as server:
            warnings()
            client_for("sk-other", server.base_url, server.seconds).close()
            assert [request.key for request in server.requests] == [KEY, "sk-other"]

    @pytest.mark.parametrize(
        "reply",
        [
            models(),
            error_reply(404),
            error_reply(405),
            json_reply(200, {"object": "list"}),
            json_reply(200, {"data": [{"id": "gpt-text", "shutdown_date": "soon"}, {"id": "gpt-listen"}]}),
        ],
        ids=["empty list", "no such address", "not allowed", "no list", "no date"],
    )
    def test_is_silent_without_published_dates(self, reply: Behaviour) -> None:
        assert messages(reply) == []

    @pytest.mark.parametrize(
        ("reply", "reason"),
        [
            (hanging_reply(), "did not answer"),
            (disconnect, "could not be reached"),
            (error_reply(500), "in trouble"),
            (error_reply(401), "OPENAI_API_KEY"),
            (raw_reply(b"<html>Welcome</html>", "text/html"), "OPENAI_BASE_URL"),
        ],
    )
    def test_warns_once_of_silent_server(self, reply: Behaviour, reason: str) -> None:
        with configured(reply):
            (warning,) = warnings()
        assert warning.id == "screener.W003"
        assert "OPENAI_MODEL=gpt-text, SPEECH_MODEL=gpt-listen" in warning.msg
        assert reason in warning.msg
        assert KEY not in warning.msg

    def test_needs_a_configured_model(self) -> None:
        with configured(error_reply(500), OPENAI_API_KEY="", SPEECH_API_KEY="") as server:
            assert warnings() == []
            assert server.requests == []

    def test_runs_for_deployments_alone(self) -> None:
        with configured(error_reply(500)) as server:
            run_checks(tags=["screener"])
            assert server.requests == []


@pytest.mark.django_db
def test_daily_task_logs_warnings(caplog: pytest.LogCaptureFixture) -> None:
    with configured(models(gpt_text="2026-12-24", gpt_listen=None)):
        tasks.ask_what_retires(timestamp=0)
    assert "OPENAI_MODEL is gpt-text, which will be shut down on 2026-12-24." in caplog.text
