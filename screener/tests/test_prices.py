"""What models cost: known prices, own prices, and costs that are not known."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.checks import run_checks
from hypothesis import given
from hypothesis import strategies as st

from screener.checks import budget_can_be_kept
from screener.prices import PRICES, BadPrice, cost_of, own_prices, price_of
from screener.services.usage import NOTHING, Usage

counts = st.integers(min_value=0, max_value=1_000_000)


@pytest.mark.parametrize(
    ("model", "usage", "cost"),
    [
        ("gpt-6-luna", Usage(tokens_in=1_000_000, tokens_out=0), "0.10"),
        ("gpt-6-luna", Usage(tokens_in=0, tokens_out=1_000_000), "0.50"),
        ("gpt-6-luna", Usage(tokens_in=1_000_000, tokens_cached=1_000_000, tokens_out=0), "0.01"),
        ("gpt-6-luna", Usage(tokens_in=1_000_000, tokens_to_cache=1_000_000, tokens_out=0), "0.125"),
        ("gpt-6-luna", Usage(tokens_in=321, tokens_out=45), "0.000055"),
        ("gpt-transcribe", Usage(audio_seconds=90), "0.00675"),
        ("tts-1", Usage(characters=200), "0.003"),
    ],
)
def test_a_cost_is_computed_from_what_was_used(model: str, usage: Usage, cost: str) -> None:
    assert cost_of(usage, model) == Decimal(cost)


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        ("a-model-of-our-own", Usage(tokens_in=10, tokens_out=10)),
        ("gpt-6-luna", Usage()),
        ("gpt-6-luna", Usage(tokens_in=10)),
        ("gpt-6-luna", Usage(audio_seconds=10)),
        ("gpt-transcribe", Usage(tokens_in=10, tokens_out=10)),
        ("", Usage(tokens_in=10, tokens_out=10)),
    ],
)
def test_a_cost_that_is_not_known_is_not_zero(model: str, usage: Usage) -> None:
    assert cost_of(usage, model) is None


def test_what_used_nothing_cost_nothing_whatever_the_model() -> None:
    assert cost_of(NOTHING, "a-model-of-our-own") == 0


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-6-luna-2026-09-01", "gpt-6-luna"),
        ("gpt-6-luna-20260901", "gpt-6-luna"),
        ("gpt-4o-mini-transcribe-2025-12-15", "gpt-4o-mini-transcribe"),
        ("gpt-6-luna-mini", None),
        ("gpt-6-luna-2026-09-01-tuned", None),
        ("gpt-6-luna2026-09-01", None),
        ("gpt-6-luna-0901", None),
        ("gpt-6", None),
        ("openai/gpt-6-luna", None),
    ],
)
def test_a_dated_snapshot_costs_what_its_family_costs_and_nothing_else_does(model: str, family: str | None) -> None:
    assert price_of(model) == (PRICES[family] if family else None)


@given(total=counts, cached=counts, written=counts, out=counts)
def test_reading_from_the_cache_never_costs_more(total: int, cached: int, written: int, out: int) -> None:
    whole = cost_of(Usage(tokens_in=total, tokens_out=out), "gpt-6-luna")
    cheaper = cost_of(Usage(tokens_in=total, tokens_cached=min(cached, total), tokens_out=out), "gpt-6-luna")
    assert whole is not None
    assert cheaper is not None
    assert 0 <= cheaper <= whole


class TestOwnPrices:
    def test_are_known_and_come_first(self, settings: Any) -> None:
        settings.MODEL_PRICES = [
            "my-model=0.25/2.00",
            " my-whisper = 0.006/min ",
            "my-voice=12/Mchar",
            "gpt-6-luna=1/2",
        ]
        tokens = Usage(tokens_in=1_000_000, tokens_cached=1_000_000, tokens_out=1_000_000)
        assert cost_of(tokens, "my-model") == Decimal("2.25")
        assert cost_of(tokens, "gpt-6-luna-2026-09-01") == Decimal(3)
        assert cost_of(Usage(audio_seconds=60), "my-whisper") == Decimal("0.006")
        assert cost_of(Usage(characters=1_000_000), "my-voice") == Decimal(12)

    def test_may_tell_what_the_cache_costs(self, settings: Any) -> None:
        settings.MODEL_PRICES = ["m=1/0.1/2"]
        assert cost_of(Usage(tokens_in=1_000_000, tokens_cached=1_000_000, tokens_out=0), "m") == Decimal("0.1")

    def test_of_a_snapshot_come_before_those_of_its_family(self, settings: Any) -> None:
        settings.MODEL_PRICES = ["gpt-6-luna-2026-09-01=7/7"]
        assert cost_of(Usage(tokens_in=1_000_000, tokens_out=0), "gpt-6-luna-2026-09-01") == 7
        assert cost_of(Usage(tokens_in=1_000_000, tokens_out=0), "gpt-6-luna") == Decimal("0.1")

    def test_may_be_zero_for_a_model_on_ones_own_machine(self, settings: Any) -> None:
        settings.MODEL_PRICES = ["llama=0/0"]
        assert cost_of(Usage(tokens_in=5, tokens_out=5), "llama") == 0

    def test_count_by_the_name_that_was_asked_for_too(self, settings: Any) -> None:
        settings.MODEL_PRICES = ["luna-in-our-cloud=1/1"]
        assert cost_of(Usage(tokens_in=1_000_000, tokens_out=0), "what-it-says-it-is", "luna-in-our-cloud") == 1

    @pytest.mark.parametrize(
        "entry",
        "m m= =1/2 m=1 m=1/2/3/4 m=one/2 m=-1/2 m=1/NaN m=inf/1 m=1/hour m=/min m=1/2/x".split(),
    )
    def test_that_cannot_be_read_are_named_before_anything_starts(self, settings: Any, entry: str) -> None:
        settings.MODEL_PRICES = ["fine=1/2", entry]
        with pytest.raises(BadPrice):
            own_prices()
        (error,) = run_checks(tags=["screener"])
        assert error.id == "screener.E005"
        assert repr(entry.strip()) in error.msg
        assert "per million tokens" in str(error.hint)


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf")])
def test_a_budget_that_is_no_amount_is_refused(settings: Any, amount: float) -> None:
    settings.MONTHLY_BUDGET = amount
    (error,) = run_checks(tags=["screener"])
    assert error.id == "screener.E006"


class TestABudgetForModelsOfUnknownPrice:
    @pytest.fixture(autouse=True)
    def settings_of_a_model_of_our_own(self, settings: Any) -> None:
        settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "sk-test", "our-own-model"
        settings.MONTHLY_BUDGET = 50.0

    def test_is_said_not_to_limit_them(self) -> None:
        (warning,) = budget_can_be_kept(None)
        assert warning.id == "screener.W005"
        assert "OPENAI_MODEL is our-own-model, whose price is not known" in warning.msg

    @pytest.mark.parametrize(
        ("setting", "value"),
        [("MONTHLY_BUDGET", 0.0), ("MODEL_PRICES", ["our-own-model=1/2"]), ("OPENAI_MODEL", "gpt-6-sol")],
    )
    def test_is_said_of_no_others(self, settings: Any, setting: str, value: Any) -> None:
        setattr(settings, setting, value)
        assert budget_can_be_kept(None) == []
