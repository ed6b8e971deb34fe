"""What is known of the ends of the configured models, asked with the real client of a server that answers by script."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.checks import CheckMessage, run_checks
from django.test import Client, override_settings
from django.urls import reverse

from screener import tasks
from screener.models import ModelNotice
from screener.services import retirement
from screener.services.openai_client import client_for
from screener.tests.openai_server import (
    KEY,
    Behaviour,
    Server,
    cut_off,
    dripping,
    failing,
    hanging,
    hanging_up,
    openai_server,
    raw,
    replying,
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
    return replying(200, {"object": "list", "data": data})


@contextmanager
def configured(*replies: Behaviour, **settings: Any) -> Iterator[Server]:
    fixed = {"OPENAI_MODEL": "gpt-text", "OPENAI_API_KEY": KEY, "SPEECH_API_KEY": KEY, "SPEECH_MODEL": "gpt-listen"}
    with openai_server(*replies) as server:
        addresses = {"OPENAI_BASE_URL": server.base_url, "SPEECH_BASE_URL": server.base_url}
        with (
            override_settings(**(fixed | addresses | settings)),
            patch.object(retirement, "ASK_SECONDS", server.seconds),
            time_machine.travel(TODAY, tick=False),
        ):
            yield server


def warnings() -> list[CheckMessage]:
    found = run_checks(tags=["screener"], include_deployment_checks=True)
    return [one for one in found if one.id in ("screener.W002", "screener.W003")]


def said(*replies: Behaviour, **settings: Any) -> list[str]:
    with configured(*replies, **settings):
        return [one.msg for one in warnings()]


class TestTheCheck:
    def test_is_silent_while_every_model_stays(self) -> None:
        assert said(models(gpt_text=None, gpt_listen="2028-01-01")) == []

    def test_names_the_setting_the_model_and_the_day(self) -> None:
        assert said(models(gpt_text="2027-02-23", gpt_listen="2027-02-24")) == [
            "OPENAI_MODEL is gpt-text, which will be shut down on 2027-02-23."
        ]

    @pytest.mark.parametrize("day", ["2026-11-25", "2025-01-01"])
    def test_says_so_once_it_is_over(self, day: str) -> None:
        assert said(models(gpt_text=None, gpt_listen=day)) == [
            f"SPEECH_MODEL is gpt-listen, which was shut down on {day}."
        ]

    def test_says_what_to_do(self) -> None:
        with configured(models(gpt_text="2026-12-01", gpt_listen=None)):
            (warning,) = warnings()
        assert warning.hint is not None
        assert warning.hint.startswith("Set OPENAI_MODEL to a model that stays")

    def test_names_a_model_that_the_server_does_not_have(self) -> None:
        (message,) = said(models(gpt_text=None))
        assert message.startswith("SPEECH_MODEL is gpt-listen, which is not among the models that http://127.0.0.1")

    def test_asks_each_server_once_with_its_own_key(self) -> None:
        with configured(models(gpt_text=None, gpt_listen=None)) as server:
            warnings()
            assert [(one.path, one.key) for one in server.requests] == [("/v1/models", KEY)]
        with configured(models(gpt_text=None, gpt_listen=None), SPEECH_API_KEY="sk-other") as server:
            warnings()
            client_for("sk-other", server.base_url, server.seconds).close()
            assert [one.key for one in server.requests] == [KEY, "sk-other"]

    @pytest.mark.parametrize(
        "reply",
        [
            models(),
            failing(404),
            failing(405),
            replying(200, {"object": "list"}),
            replying(200, {"data": [{"id": "gpt-text"}, {"id": "gpt-listen", "shutdown_date": 0}]}),
            replying(200, {"data": [{"id": "gpt-text", "shutdown_date": "soon"}, {"id": "gpt-listen"}]}),
        ],
        ids=["empty list", "no such address", "not allowed", "no list", "a number", "no day"],
    )
    def test_believes_a_server_that_tells_nothing_to_keep_its_models(self, reply: Behaviour) -> None:
        assert said(reply) == []

    @pytest.mark.parametrize(
        ("reply", "reason"),
        [
            (hanging(), "did not answer"),
            (dripping(), "did not answer"),
            (hanging_up, "could not be reached"),
            (cut_off, "could not be re"),
            (failing(500), "in trouble"),
            (failing(429), "slow down"),
            (failing(401), "OPENAI_API_KEY"),
            (raw(b"<html>Welcome</html>", "text/html"), "OPENAI_BASE_URL"),
        ],
    )
    def test_warns_once_of_a_server_that_does_not_say(self, reply: Behaviour, reason: str) -> None:
        (message,) = said(reply)
        assert message.startswith(
            "It is not known whether OPENAI_MODEL=gpt-text, SPEECH_MODEL=gpt-listen will be shut down soon. "
        )
        assert reason in message
        assert KEY not in message

    def test_asks_nobody_where_no_model_is_configured(self) -> None:
        with configured(failing(500), OPENAI_API_KEY="", SPEECH_API_KEY="") as server:
            assert warnings() == []
            assert server.requests == []

    def test_asks_nobody_unless_a_deployment_is_checked(self) -> None:
        with configured(failing(500)) as server:
            run_checks(tags=["screener"])
            assert server.requests == []


@pytest.mark.django_db
class TestTheDailyQuestion:
    def ask(self) -> list[tuple[str, str]]:
        tasks.ask_what_retires(timestamp=0)
        return list(ModelNotice.objects.values_list("setting", "message"))

    def test_keeps_what_was_learned_until_it_is_no_longer_so(self) -> None:
        soon, later = models(gpt_text="2026-12-24", gpt_listen=None), models(gpt_text=None, gpt_listen=None)
        message = "OPENAI_MODEL is gpt-text, which will be shut down on 2026-12-24."
        with configured(soon, failing(500), later):
            assert self.ask() == [("OPENAI_MODEL", message)]
            assert self.ask() == [("OPENAI_MODEL", message)]
            assert self.ask() == []

    def test_tells_staff_on_the_first_page_as_long_as_that_model_is_configured(self, admin_client: Client) -> None:
        with configured(models(gpt_text="2026-12-24", gpt_listen=None)):
            self.ask()
            page = admin_client.get(reverse("admin:index")).content.decode()
            assert "OPENAI_MODEL is gpt-text, which will be shut down on 2026-12-24." in page
            assert "Nothing waits for a person." not in page
        with override_settings(OPENAI_MODEL="gpt-new"):
            assert "gpt-text" not in admin_client.get(reverse("admin:index")).content.decode()
