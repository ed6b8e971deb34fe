"""Metering of model calls, and the monthly budget."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test import override_settings
from django.utils import timezone

from devtools.model_simulator.replies import (
    Behaviour,
    completion_reply,
    error_reply,
    hanging_reply,
    json_reply,
    truncated_reply,
)
from devtools.model_simulator.server import ModelSimulator
from screener.costs import monthly_budget
from screener.costs.metering import metered_interviewer_call, metered_transcription
from screener.models import ModelCall
from screener.services.errors import NotSent, ServiceError
from screener.services.interviewer.protocol import JobText, QuestionPlan, Reply
from tests.support.fake_openai import KEY, run_fake_openai
from tests.support.model_samples import make_answer_recording, make_wav

pytestmark = pytest.mark.django_db
JOB = JobText("Barista", "Make coffee.", "en")
PLAN = {
    "questions": [
        {
            "text": "Why coffee?",
            "competency": "Coffee",
            "weight": 2,
            "max_seconds": 90,
            "kind": "culture",
            "follow_ups": 0,
            "good_answer": "",
        }
    ]
}
LUNA = Decimal("0.000055")
"""The cost of 321 input and 45 output tokens at gpt-6-luna."""


@contextmanager
def vendor(*replies: Behaviour, **settings: Any) -> Iterator[ModelSimulator]:
    fixed = {"OPENAI_API_KEY": KEY, "SPEECH_API_KEY": KEY}
    with run_fake_openai(*replies) as server:
        base = {
            "OPENAI_BASE_URL": server.base_url,
            "OPENAI_MODEL": "gpt-6-luna",
            "SPEECH_BASE_URL": server.base_url,
            "OPENAI_TIMEOUT": server.client_timeout,
        }
        with override_settings(**(fixed | base | settings)):
            yield server


def compose_questions() -> Reply[QuestionPlan]:
    return metered_interviewer_call("questions", lambda interviewer: interviewer.compose_questions(JOB))


def transcribe(audio: bytes | None = None) -> None:
    metered_transcription(make_answer_recording(make_wav(12) if audio is None else audio))


def test_call_is_recorded_with_cost() -> None:
    with vendor(completion_reply(json.dumps(PLAN))):
        reply = compose_questions()
    call = ModelCall.objects.get()
    assert (call.purpose, call.model, call.error) == ("questions", "gpt-6-luna-2026-09-01", "")
    assert (call.tokens_in, call.tokens_out, call.cost) == (321, 45, LUNA)
    assert call.prompt_hash == reply.prompt_hash
    assert call.seconds > 0


def test_cached_tokens_cost_less() -> None:
    usage = {"prompt_tokens": 2000, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 2000}}
    choices = [{"message": {"content": json.dumps(PLAN)}, "finish_reason": "stop"}]
    with vendor(json_reply(200, {"choices": choices, "usage": usage})):
        compose_questions()
    call = ModelCall.objects.get()
    assert (call.tokens_cached, call.cost) == (2000, Decimal("0.00002"))


@pytest.mark.parametrize(
    ("behaviour", "cost"),
    [
        (completion_reply(None, refusal="I can't help with that."), LUNA),
        (completion_reply('{"questions": [', finish_reason="length"), LUNA),
        (completion_reply("Here are some questions!"), LUNA),
        (error_reply(500), Decimal(0)),
        (error_reply(429, code="insufficient_quota"), Decimal(0)),
        (hanging_reply(), None),
        (truncated_reply, None),
    ],
)
def test_failed_call_records_cost(behaviour: Behaviour, cost: Decimal | None) -> None:
    with vendor(behaviour), pytest.raises(ServiceError) as failure:
        compose_questions()
    call = ModelCall.objects.get()
    assert (call.cost, call.error) == (cost, str(failure.value))


def test_unreachable_server_costs_nothing() -> None:
    with vendor(error_reply(500)) as server:
        gone = server.base_url
    with override_settings(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=gone), pytest.raises(ServiceError):
        compose_questions()
    assert ModelCall.objects.get().cost == 0


@pytest.mark.parametrize("told", [-1, 10**12, "many", None, True, 2.5])
def test_implausible_usage_has_unknown_cost(told: Any) -> None:
    choices = [{"message": {"content": json.dumps(PLAN)}}]
    with vendor(json_reply(200, {"choices": choices, "usage": {"prompt_tokens": told, "completion_tokens": 45}})):
        compose_questions()
    call = ModelCall.objects.get()
    assert (call.tokens_in, call.cost) == (None, None)


def test_unpriced_model_has_unknown_cost() -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    reply = json_reply(200, {"choices": [{"message": {"content": json.dumps(PLAN)}}], "usage": usage})
    with vendor(reply, OPENAI_MODEL="our-own"):
        compose_questions()
        with override_settings(MODEL_PRICES=["our-own=0.25/2"]):
            compose_questions()
    assert set(ModelCall.objects.values_list("model", "cost")) == {("our-own", None), ("our-own", Decimal("0.25"))}


class TestTranscription:
    @pytest.mark.parametrize(
        ("usage", "seconds"),
        [({"type": "duration", "seconds": 60}, 60), (None, 12), ({"seconds": -5}, 12), ("much", 12), ([], 12)],
    )
    def test_cost_depends_on_audio_length(self, usage: Any, seconds: int) -> None:
        with vendor(json_reply(200, {"text": "I make coffee.", "usage": usage})):
            transcribe()
        call = ModelCall.objects.get()
        assert (call.purpose, call.model, call.audio_seconds) == ("transcription", "gpt-transcribe", seconds)
        assert call.cost == Decimal("0.0045") * seconds / 60

    def test_unknown_length_has_unknown_cost(self) -> None:
        with vendor(json_reply(200, {"text": "I make coffee."})):
            transcribe(b"no wav at all")
        call = ModelCall.objects.get()
        assert (call.audio_seconds, call.cost) == (None, None)

    def test_unsent_audio_costs_nothing(self) -> None:
        with vendor(json_reply(200, {})) as server, pytest.raises(ServiceError):
            transcribe(b"")
        assert server.requests == []
        assert ModelCall.objects.get().cost == 0

    def test_cost_may_depend_on_tokens(self) -> None:
        usage = {"type": "tokens", "input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
        reply = json_reply(200, {"text": "I make coffee.", "usage": usage})
        with vendor(reply, SPEECH_MODEL="our-ears", MODEL_PRICES=["our-ears=1/10"]):
            transcribe()
        call = ModelCall.objects.get()
        assert (call.tokens_in, call.tokens_out, call.cost) == (1000, 100, Decimal("0.002"))

    def test_failed_transcription_is_recorded(self) -> None:
        with vendor(error_reply(503)), pytest.raises(ServiceError):
            transcribe()
        call = ModelCall.objects.get()
        assert call.cost == 0
        assert "HTTP 503" in call.error


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call_model", [compose_questions, transcribe])
def test_calls_hold_no_database_connection(call_model: Callable[[], Any]) -> None:
    ours, held = connections["default"], []  # this thread's own
    both = {"choices": [{"message": {"content": json.dumps(PLAN)}}], "text": "I make coffee."}

    def look(handler: Any) -> None:
        held.append(ours.connection is not None)
        json_reply(200, both)(handler)

    with vendor(look, MONTHLY_BUDGET=50):
        assert ModelCall.objects.count() == 0
        assert ours.connection is not None
        call_model()
    assert held == [False]
    assert ModelCall.objects.count() == 1


def spend(cost: str | None, **fields: Any) -> ModelCall:
    call = ModelCall.objects.create(purpose="assessment", model="gpt-6-luna", cost=cost and Decimal(cost))
    ModelCall.objects.filter(pk=call.pk).update(**fields)
    return call


class TestBudget:
    def test_spent_budget_stops_calls(self) -> None:
        spend("50")
        with vendor(completion_reply(json.dumps(PLAN)), MONTHLY_BUDGET=50) as server:
            with pytest.raises(monthly_budget.BudgetSpent, match="MONTHLY_BUDGET"):
                compose_questions()
            with pytest.raises(NotSent):
                transcribe()
        assert server.requests == []
        assert ModelCall.objects.count() == 1

    @pytest.mark.parametrize("limit", [0, 50.000001, 1000])
    def test_unspent_budget_allows_calls(self, limit: float) -> None:
        spend("50")
        with vendor(completion_reply(json.dumps(PLAN)), MONTHLY_BUDGET=limit):
            compose_questions()

    def test_unknown_costs_are_not_counted(self) -> None:
        spend(None)
        with vendor(completion_reply(json.dumps(PLAN)), MONTHLY_BUDGET=0.01):
            compose_questions()

    def test_deployment_without_model_has_no_budget(self, settings: Any) -> None:
        settings.MONTHLY_BUDGET, settings.JUDGE = 1, "person"
        spend("50")
        assert monthly_budget.spent_budget_reason() == ""

    def test_new_month_restores_budget(self, time_machine: Any) -> None:
        time_machine.move_to(datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC), tick=False)
        spend("50")
        with vendor(completion_reply(json.dumps(PLAN)), MONTHLY_BUDGET=50):
            with pytest.raises(monthly_budget.BudgetSpent, match="December 1"):
                compose_questions()
            time_machine.move_to(datetime(2026, 12, 1, 0, 0, 1, tzinfo=UTC), tick=False)
            compose_questions()

    def test_spending_is_cached_briefly(self, time_machine: Any) -> None:
        time_machine.move_to(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False)
        assert monthly_budget.month_spending() == 0
        spend("50")
        time_machine.shift(monthly_budget.CACHE_SECONDS + 1)
        assert monthly_budget.month_spending() == 50

    def test_budget_checks_share_query(self, django_assert_num_queries: Any, settings: Any) -> None:
        settings.MONTHLY_BUDGET, settings.OPENAI_API_KEY = 50, KEY
        with django_assert_num_queries(1):
            for _ in range(20):
                monthly_budget.check_budget()

    def test_month_query_uses_index(self) -> None:
        spend("1", created_at=timezone.now() - timedelta(days=90))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        month = monthly_budget.month_start(timezone.now())
        plan = ModelCall.objects.filter(created_at__gte=month).values("cost").explain()
        assert "Index" in plan
        assert "created_at" in plan
