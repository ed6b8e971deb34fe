"""Prices of models: published prices, own prices, and unknown costs."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.checks import run_checks

from screener.checks import check_unpriced_models
from screener.costs.model_prices import InvalidPrice, configured_prices, cost_of, price_of
from screener.services.usage import NO_USAGE, Usage

MILLION = 1_000_000
DEFAULT_MODELS = ["gpt-6-luna", "gpt-transcribe", "tts-1"]


@pytest.mark.parametrize(
    ("model", "usage", "cost"),
    [
        ("gpt-6-luna", Usage(tokens_in=200_000, tokens_out=0), "0.02"),
        ("gpt-6-luna", Usage(tokens_in=0, tokens_out=MILLION), "0.50"),
        ("gpt-6-luna", Usage(tokens_in=200_000, tokens_cached=200_000, tokens_out=0), "0.002"),
        ("gpt-6-luna", Usage(tokens_in=200_000, tokens_to_cache=200_000, tokens_out=0), "0.025"),
        ("gpt-6-luna", Usage(tokens_in=321, tokens_out=45), "0.000055"),
        ("gpt-transcribe", Usage(tokens_in=7, tokens_out=7, audio_seconds=90), "0.00675"),
        ("gpt-4o-transcribe", Usage(tokens_in=7, tokens_out=7, audio_seconds=60), "0.006"),
        ("tts-1", Usage(characters=200), "0.003"),
    ],
)
def test_cost_is_use_times_price(model: str, usage: Usage, cost: str) -> None:
    assert cost_of(usage, model) == Decimal(cost)


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        ("a-model-of-our-own", Usage(tokens_in=10, tokens_out=10)),
        ("gpt-6-luna", Usage()),
        ("gpt-6-luna", Usage(tokens_in=10)),
        ("gpt-6-luna", Usage(tokens_in=10, tokens_cached=11, tokens_out=10)),
        ("gpt-6-luna", Usage(audio_seconds=10)),
        ("gpt-transcribe", Usage(tokens_in=10, tokens_out=10)),
        ("gpt-4o-transcribe-diarize", Usage(tokens_in=10, tokens_out=10, audio_seconds=10)),
        ("gpt-4o-mini-tts", Usage(characters=10)),
        ("omni-moderation-latest", Usage(tokens_in=10, tokens_out=10)),
        ("", Usage(tokens_in=10, tokens_out=10)),
    ],
)
def test_unknown_cost_is_not_zero(model: str, usage: Usage) -> None:
    assert cost_of(usage, model) is None


def test_unused_model_costs_nothing() -> None:
    assert cost_of(NO_USAGE, "a-model-of-our-own") == 0


@pytest.mark.parametrize("date", ["2026-09-01", "20260901"])
@pytest.mark.parametrize("family", [*DEFAULT_MODELS, "gpt-4o-mini-transcribe"])
def test_dated_snapshot_costs_what_its_family_costs(family: str, date: str) -> None:
    assert price_of(f"{family}-{date}") == price_of(family) is not None


@pytest.mark.parametrize("model", ["gpt-6-luna-mini", "gpt-6-luna-2026-09-01-tuned", "gpt-6-luna-0901", "x/gpt-6-luna"])
def test_similar_name_has_no_price(model: str) -> None:
    assert price_of(model) is None


class TestOwnPrices:
    def test_override_published_prices(self, settings: Any) -> None:
        settings.MODEL_PRICES = [
            "my-model=0.25/2.00",
            " my-whisper = 0.006/min ",
            "my-voice=12/Mchar",
            "gpt-6-luna=1/2",
        ]
        tokens = Usage(tokens_in=MILLION, tokens_cached=MILLION, tokens_to_cache=MILLION, tokens_out=MILLION)
        assert cost_of(tokens, "my-model") == Decimal("2.25")
        assert cost_of(tokens, "gpt-6-luna-2026-09-01") == 3
        assert cost_of(Usage(audio_seconds=60), "my-whisper") == Decimal("0.006")
        assert cost_of(Usage(characters=MILLION), "my-voice") == 12

    def test_cached_tokens_have_price(self, settings: Any) -> None:
        settings.MODEL_PRICES = ["m=1/0.1/2"]
        assert cost_of(Usage(tokens_in=MILLION, tokens_cached=MILLION, tokens_out=0), "m") == Decimal("0.1")

    def test_snapshot_comes_before_family(self, settings: Any) -> None:
        settings.MODEL_PRICES = ["gpt-6-luna-2026-09-01=7/7"]
        assert cost_of(Usage(tokens_in=MILLION, tokens_out=0), "gpt-6-luna-2026-09-01") == 7
        assert cost_of(Usage(tokens_in=100_000, tokens_out=0), "gpt-6-luna") == Decimal("0.01")

    def test_price_may_be_zero(self, settings: Any) -> None:
        settings.MODEL_PRICES = ["llama=0/0"]
        assert cost_of(Usage(tokens_in=5, tokens_out=5), "llama") == 0

    def test_requested_name_counts_too(self, settings: Any) -> None:
        settings.MODEL_PRICES = ["luna-in-our-cloud=1/1"]
        assert cost_of(Usage(tokens_in=MILLION, tokens_out=0), "reported-name", "luna-in-our-cloud") == 1

    @pytest.mark.parametrize(
        "entry",
        "m m= =1/2 m=1 m=1/2/3/4 m=one/2 m=-1/2 m=1/NaN m=inf/1 m=1/hour m=/min m=1/2/x".split(),
    )
    def test_unreadable_entry_is_error(self, settings: Any, entry: str) -> None:
        settings.MODEL_PRICES = ["fine=1/2", entry]
        with pytest.raises(InvalidPrice):
            configured_prices()
        (error,) = run_checks(tags=["screener"])
        assert error.id == "screener.E005"
        assert repr(entry) in error.msg


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf")])
def test_budget_must_be_amount(settings: Any, amount: float) -> None:
    settings.MONTHLY_BUDGET = amount
    assert [error.id for error in run_checks(tags=["screener"]) if error.is_serious()] == ["screener.E006"]


class TestBudgetCheck:
    @pytest.fixture(autouse=True)
    def model_without_price(self, settings: Any) -> None:
        settings.OPENAI_API_KEY, settings.OPENAI_MODEL = "sk-test", "our-own-model"
        settings.MONTHLY_BUDGET = 50.0

    def test_warns_of_unknown_price(self) -> None:
        (warning,) = check_unpriced_models(None)
        assert warning.id == "screener.W005"
        assert "OPENAI_MODEL is our-own-model" in warning.msg

    @pytest.mark.parametrize(
        ("setting", "value"),
        [("MONTHLY_BUDGET", 0.0), ("MODEL_PRICES", ["our-own-model=1/2"]), ("OPENAI_MODEL", "gpt-6-sol")],
    )
    def test_is_silent_otherwise(self, settings: Any, setting: str, value: Any) -> None:
        setattr(settings, setting, value)
        assert check_unpriced_models(None) == []
