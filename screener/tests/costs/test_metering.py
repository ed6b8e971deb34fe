"""Every call that costs is written down with its cost, and no new one is begun once the month's budget is spent."""

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

from screener.costs import monthly_budget
from screener.costs.metering import paid, paid_transcript
from screener.models import ModelCall
from screener.services.errors import NotSent, ServiceError
from screener.services.interviewer.protocol import JobText, QuestionPlan, Reply
from tests.support.fake_openai import (
    KEY,
    Behaviour,
    FakeOpenAI,
    completion_reply,
    error_reply,
    hanging_reply,
    json_reply,
    run_fake_openai,
    truncated_reply,
)
from tests.support.model_samples import make_answer_recording, make_wav

pytestmark = pytest.mark.django_db
JOB = JobText("Barista", "Make coffee.", "en")
PLAN = {"questions": [{"text": "Why coffee?", "competency": "Coffee", "weight": 2, "max_seconds": 90}]}
LUNA = Decimal("0.000055")
"""What 321 tokens in and 45 out cost at gpt-6-luna."""


@contextmanager
def vendor(*replies: Behaviour, **settings: Any) -> Iterator[FakeOpenAI]:
    fixed = {"OPENAI_API_KEY": KEY, "SPEECH_API_KEY": KEY}
    with run_fake_openai(*replies) as server:
        base = {
            "OPENAI_BASE_URL": server.base_url,
            "SPEECH_BASE_URL": server.base_url,
            "OPENAI_TIMEOUT": server.seconds,
        }
        with override_settings(**(fixed | base | settings)):
            yield server


def ask() -> Reply[QuestionPlan]:
    return paid("questions", lambda interviewer: interviewer.compose_questions(JOB))


def hear(audio: bytes | None = None) -> None:
    paid_transcript(make_answer_recording(make_wav(12) if audio is None else audio))


def test_an_answer_is_written_down_with_what_it_cost() -> None:
    with vendor(completion_reply(json.dumps(PLAN))):
        reply = ask()
    call = ModelCall.objects.get()
    assert (call.purpose, call.model, call.error) == ("questions", "gpt-6-luna-2026-09-01", "")
    assert (call.tokens_in, call.tokens_out, call.cost) == (321, 45, LUNA)
    assert call.prompt_hash == reply.prompt_hash
    assert call.seconds > 0


def test_what_came_from_the_cache_costs_less() -> None:
    usage = {"prompt_tokens": 2000, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 2000}}
    choices = [{"message": {"content": json.dumps(PLAN)}, "finish_reason": "stop"}]
    with vendor(json_reply(200, {"choices": choices, "usage": usage})):
        ask()
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
def test_a_failure_costs_what_it_used_nothing_if_refused_and_is_unknown_where_the_reply_was_lost(
    behaviour: Behaviour, cost: Decimal | None
) -> None:
    with vendor(behaviour), pytest.raises(ServiceError) as failure:
        ask()
    call = ModelCall.objects.get()
    assert (call.cost, call.error) == (cost, str(failure.value))


def test_a_server_that_is_not_there_costs_nothing() -> None:
    with vendor(error_reply(500)) as server:
        gone = server.base_url
    with override_settings(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=gone), pytest.raises(ServiceError):
        ask()
    assert ModelCall.objects.get().cost == 0


@pytest.mark.parametrize("told", [-1, 10**12, "many", None, True, 2.5])
def test_nonsense_on_the_bill_leaves_the_cost_unknown(told: Any) -> None:
    choices = [{"message": {"content": json.dumps(PLAN)}}]
    with vendor(json_reply(200, {"choices": choices, "usage": {"prompt_tokens": told, "completion_tokens": 45}})):
        ask()
    call = ModelCall.objects.get()
    assert (call.tokens_in, call.cost) == (None, None)


def test_a_model_without_a_price_leaves_the_cost_unknown_until_it_has_one() -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    reply = json_reply(200, {"choices": [{"message": {"content": json.dumps(PLAN)}}], "usage": usage})
    with vendor(reply, OPENAI_MODEL="our-own"):
        ask()
        with override_settings(MODEL_PRICES=["our-own=0.25/2"]):
            ask()
    assert set(ModelCall.objects.values_list("model", "cost")) == {("our-own", None), ("our-own", Decimal("0.25"))}


def test_the_offline_rules_cost_nothing_and_are_on_no_bill() -> None:
    assert ask().value.questions
    assert not ModelCall.objects.exists()


class TestATranscript:
    @pytest.mark.parametrize(
        ("usage", "seconds"),
        [({"type": "duration", "seconds": 60}, 60), (None, 12), ({"seconds": -5}, 12), ("much", 12), ([], 12)],
    )
    def test_costs_by_the_length_of_the_audio(self, usage: Any, seconds: int) -> None:
        with vendor(json_reply(200, {"text": "I make coffee.", "usage": usage})):
            hear()
        call = ModelCall.objects.get()
        assert (call.purpose, call.model, call.audio_seconds) == ("transcription", "gpt-transcribe", seconds)
        assert call.cost == Decimal("0.0045") * seconds / 60

    def test_of_unknown_length_has_an_unknown_cost(self) -> None:
        with vendor(json_reply(200, {"text": "I make coffee."})):
            hear(b"no wav at all")
        call = ModelCall.objects.get()
        assert (call.audio_seconds, call.cost) == (None, None)

    def test_that_was_never_sent_costs_nothing(self) -> None:
        with vendor(json_reply(200, {})) as server, pytest.raises(ServiceError):
            hear(b"")
        assert server.requests == []
        assert ModelCall.objects.get().cost == 0

    def test_may_be_paid_by_the_token(self) -> None:
        usage = {"type": "tokens", "input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
        reply = json_reply(200, {"text": "I make coffee.", "usage": usage})
        with vendor(reply, SPEECH_MODEL="our-ears", MODEL_PRICES=["our-ears=1/10"]):
            hear()
        call = ModelCall.objects.get()
        assert (call.tokens_in, call.tokens_out, call.cost) == (1000, 100, Decimal("0.002"))

    def test_that_failed_is_on_the_bill_with_its_reason(self) -> None:
        with vendor(error_reply(503)), pytest.raises(ServiceError):
            hear()
        call = ModelCall.objects.get()
        assert call.cost == 0
        assert "HTTP 503" in call.error


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", [ask, hear])
def test_no_database_connection_is_held_while_a_vendor_is_waited_for(deed: Callable[[], Any]) -> None:
    ours, held = connections["default"], []  # this thread's own
    both = {"choices": [{"message": {"content": json.dumps(PLAN)}}], "text": "I make coffee."}

    def look(handler: Any) -> None:
        held.append(ours.connection is not None)
        json_reply(200, both)(handler)

    with vendor(look, MONTHLY_BUDGET=50):
        assert ModelCall.objects.count() == 0
        assert ours.connection is not None, "there was one to give back"
        deed()
    assert held == [False]
    assert ModelCall.objects.count() == 1


def spend(cost: str | None, **fields: Any) -> ModelCall:
    call = ModelCall.objects.create(purpose="assessment", model="gpt-6-luna", cost=cost and Decimal(cost))
    ModelCall.objects.filter(pk=call.pk).update(**fields)
    return call


class TestTheBudget:
    def test_that_is_spent_stops_new_calls_with_a_reason(self) -> None:
        spend("50")
        with vendor(completion_reply(json.dumps(PLAN)), MONTHLY_BUDGET=50) as server:
            with pytest.raises(
                monthly_budget.BudgetSpent, match=r"The budget of 50\.00 dollars for models in \w+ is spent\."
            ):
                ask()
            with pytest.raises(NotSent):
                hear()
        assert server.requests == []
        assert ModelCall.objects.count() == 1, "what was not asked is on no bill"

    @pytest.mark.parametrize("limit", [0, 50.000001, 1000])
    def test_that_is_not_spent_or_not_set_stops_nothing(self, limit: float) -> None:
        spend("50")
        with vendor(completion_reply(json.dumps(PLAN)), MONTHLY_BUDGET=limit):
            ask()

    def test_counts_no_unknown_costs(self) -> None:
        spend(None)
        with vendor(completion_reply(json.dumps(PLAN)), MONTHLY_BUDGET=0.01):
            ask()

    def test_stops_no_offline_rules(self, settings: Any) -> None:
        settings.MONTHLY_BUDGET = 1
        spend("50")
        assert ask().value.questions
        assert monthly_budget.spent_budget_reason() == ""

    def test_begins_anew_with_the_month(self, time_machine: Any) -> None:
        time_machine.move_to(datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC), tick=False)
        spend("50")
        with vendor(completion_reply(json.dumps(PLAN)), MONTHLY_BUDGET=50):
            with pytest.raises(monthly_budget.BudgetSpent, match="December 1"):
                ask()
            time_machine.move_to(datetime(2026, 12, 1, 0, 0, 1, tzinfo=UTC), tick=False)
            ask()

    def test_is_known_within_seconds(self, time_machine: Any) -> None:
        time_machine.move_to(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False)
        assert monthly_budget.month_spending() == 0
        spend("50")
        time_machine.shift(monthly_budget.CACHE_SECONDS + 1)
        assert monthly_budget.month_spending() == 50

    def test_is_asked_about_once_for_many_calls(self, django_assert_num_queries: Any, settings: Any) -> None:
        settings.MONTHLY_BUDGET, settings.OPENAI_API_KEY = 50, KEY
        with django_assert_num_queries(1):
            for _ in range(20):
                monthly_budget.check_budget()

    def test_reads_this_month_by_an_index(self) -> None:
        spend("1", created_at=timezone.now() - timedelta(days=90))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        month = monthly_budget.month_start(timezone.now())
        plan = ModelCall.objects.filter(created_at__gte=month).values("cost").explain()
        assert "Index" in plan
        assert "created_at" in plan
