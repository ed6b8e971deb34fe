"""The check for models near their shutdown date, with the real client against a fake server."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.checks import CheckMessage, run_checks
from django.test import override_settings

from devtools.model_simulator.replies import Behaviour, disconnect, error_reply, hanging_reply, json_reply, raw_reply
from devtools.model_simulator.server import ModelSimulator
from screener import tasks
from screener.services import model_retirement
from screener.services.errors import ServiceError
from screener.services.model_retirement import RetirementReason
from screener.services.openai.openai_client import client_for
from screener.services.openai.openai_errors import KeyRefused, ServerError, TimedOut, Unreachable, UnreadableReply
from tests.support.fake_openai import KEY, run_fake_openai

TODAY = date(2026, 11, 25)


def models_reply(**shutdown_dates: str | None) -> Behaviour:
    """OpenAI's list of models with their shutdown dates. Underscores in names stand for hyphens."""
    data = [
        {
            "id": name.replace("_", "-"),
            "object": "model",
            "created": 1795000000,
            "owned_by": "openai",
            "shutdown_date": shutdown_date,
        }
        for name, shutdown_date in shutdown_dates.items()
    ]
    return json_reply(200, {"object": "list", "data": data})


@contextmanager
def fake_server(*replies: Behaviour, **settings: Any) -> Iterator[ModelSimulator]:
    defaults = {"OPENAI_MODEL": "gpt-text", "OPENAI_API_KEY": KEY, "SPEECH_API_KEY": KEY, "SPEECH_MODEL": "gpt-listen"}
    with run_fake_openai(*replies) as server:
        addresses = {"OPENAI_BASE_URL": server.base_url, "SPEECH_BASE_URL": server.base_url}
        with (
            override_settings(**(defaults | addresses | settings)),
            patch.object(model_retirement, "TIMEOUT_SECONDS", server.client_timeout),
            time_machine.travel(TODAY, tick=False),
        ):
            yield server


def model_warnings() -> list[CheckMessage]:
    messages = run_checks(tags=["screener"], include_deployment_checks=True)
    return [message for message in messages if message.id in ("screener.W002", "screener.W003")]


def server_notices(reply: Behaviour) -> list[tuple[str, RetirementReason]]:
    with fake_server(reply):
        (accounts,) = model_retirement.accounts_by_server()
        notices = model_retirement.retirement_notices(accounts, TODAY)
    return [(notice.setting, notice.reason) for notice in notices]


class TestNotices:
    def test_available_models_have_none(self) -> None:
        assert server_notices(models_reply(gpt_text=None, gpt_listen="2028-01-01")) == []

    def test_notice_period_is_ninety_days(self) -> None:
        notices = server_notices(models_reply(gpt_text="2027-02-23", gpt_listen="2027-02-24"))
        assert notices == [("OPENAI_MODEL", RetirementReason.RETIRING)]

    @pytest.mark.parametrize("day", ["2026-11-25", "2025-01-01"])
    def test_retired_model_is_reported(self, day: str) -> None:
        notices = server_notices(models_reply(gpt_text=None, gpt_listen=day))
        assert notices == [("SPEECH_MODEL", RetirementReason.RETIRED)]

    def test_unlisted_model_is_reported(self) -> None:
        assert server_notices(models_reply(gpt_text=None)) == [("SPEECH_MODEL", RetirementReason.UNLISTED)]

    @pytest.mark.parametrize(
        "reply",
        [
            models_reply(),
            error_reply(404),
            error_reply(405),
            json_reply(200, {"object": "list"}),
            json_reply(200, {"data": [{"id": "gpt-text", "shutdown_date": "soon"}, {"id": "gpt-listen"}]}),
        ],
        ids=["empty list", "not found", "not allowed", "no list", "no date"],
    )
    def test_unpublished_dates_give_none(self, reply: Behaviour) -> None:
        assert server_notices(reply) == []

    @pytest.mark.parametrize(
        ("reply", "error"),
        [
            (hanging_reply(), TimedOut),
            (disconnect, Unreachable),
            (error_reply(500), ServerError),
            (error_reply(401), KeyRefused),
            (raw_reply(b"<html>Welcome</html>", "text/html"), UnreadableReply),
        ],
    )
    def test_failing_server_is_unknown(self, reply: Behaviour, error: type[ServiceError]) -> None:
        with pytest.raises(model_retirement.RetirementUnknown) as caught:
            server_notices(reply)
        assert isinstance(caught.value.__cause__, error)


class TestCheck:
    def test_notice_becomes_warning(self) -> None:
        with fake_server(models_reply(gpt_text="2027-02-23", gpt_listen=None)):
            (warning,) = model_warnings()
        assert warning.id == "screener.W002"
        assert "OPENAI_MODEL" in warning.msg
        assert warning.hint

    def test_failing_server_warns_once(self) -> None:
        with fake_server(error_reply(401)):
            (warning,) = model_warnings()
        assert warning.id == "screener.W003"
        assert "OPENAI_MODEL=gpt-text, SPEECH_MODEL=gpt-listen" in warning.msg
        assert KEY not in warning.msg

    def test_each_key_is_used_once(self) -> None:
        with fake_server(models_reply(gpt_text=None, gpt_listen=None)) as server:
            model_warnings()
            assert [(request.path, request.key) for request in server.requests] == [("/v1/models", KEY)]
        with fake_server(models_reply(gpt_text=None, gpt_listen=None), SPEECH_API_KEY="sk-other") as server:
            model_warnings()
            client_for("sk-other", server.base_url, server.client_timeout).close()
            assert [request.key for request in server.requests] == [KEY, "sk-other"]

    def test_missing_keys_send_no_request(self) -> None:
        with fake_server(error_reply(500), OPENAI_API_KEY="", SPEECH_API_KEY="") as server:
            assert model_warnings() == []
            assert server.requests == []

    def test_runs_for_deployments_only(self) -> None:
        with fake_server(error_reply(500)) as server:
            run_checks(tags=["screener"])
            assert server.requests == []


@pytest.mark.django_db
def test_daily_task_logs_warnings(caplog: pytest.LogCaptureFixture) -> None:
    with fake_server(models_reply(gpt_text="2026-12-24", gpt_listen=None)):
        tasks.log_model_retirements(timestamp=0)
    assert "OPENAI_MODEL" in caplog.text
    assert "2026-12-24" in caplog.text
