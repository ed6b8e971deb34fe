"""Prices of models. The cost of a call to a model without a price is unknown, which is not zero.

Prices are those of OpenAI in the data of the `genai-prices` package, which is used as it is installed and never updated
over the network. MODEL_PRICES adds prices and overrides them.
"""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import genai_prices
from django.conf import settings
from genai_prices.types import ModelPrice

from screener.services.usage import NO_USAGE, Usage

COST_PRECISION = Decimal("0.000001")
MINUTES_PER_HOUR = 60

PRICE_FORMAT = (
    "Write model=INPUT/OUTPUT or model=INPUT/CACHED/OUTPUT in US dollars per million tokens, model=0.006/min for a "
    "transcriber, model=15/Mchar for speech synthesis, and separate models by commas."
)

REQUIRED_QUANTITIES = {
    "input_mtok": ("tokens_in", "tokens_out"),
    "audio_hours": ("audio_seconds",),
    "input_mchars": ("characters",),
}
"""The quantities of `Usage` that each kind of price needs. The package takes a missing quantity for zero."""


class InvalidPrice(ValueError):
    """An entry of MODEL_PRICES that cannot be read. The message says which."""


def _per_minute(dollars: Decimal) -> ModelPrice:
    return ModelPrice(audio_hours=dollars * MINUTES_PER_HOUR)


OVERRIDES: dict[str, ModelPrice | None] = {
    # Billed per audio and text token, which replies do not count separately. These are OpenAI's estimates per minute.
    "gpt-4o-transcribe": _per_minute(Decimal("0.006")),
    "gpt-4o-mini-transcribe": _per_minute(Decimal("0.003")),
    # Billed per audio token, which replies do not count.
    "gpt-4o-mini-tts": None,
}

_SNAPSHOT = re.compile(r"(?P<family>.+)-\d{4}-?\d{2}-?\d{2}")


def price_of(model: str) -> ModelPrice | None:
    """The price by MODEL_PRICES, else the published one. A dated snapshot without a price has its family's price."""
    snapshot = _SNAPSHOT.fullmatch(model)
    names = [model, snapshot["family"]] if snapshot else [model]
    overrides = OVERRIDES | configured_prices()
    for name in names:
        if name in overrides:
            return overrides[name]
    return next(filter(None, map(_published_price, names)), None)


def _published_price(model: str) -> ModelPrice | None:
    """Today's price. None for a price per audio token, since replies do not count these tokens separately."""
    try:
        price = genai_prices.calc_price(genai_prices.Usage(), model, provider_id="openai").model_price
    except LookupError:
        return None
    return price if price.input_audio_mtok is None else None


def cost_of(usage: Usage, *names: str) -> Decimal | None:
    """US dollars, by the first name that has a price. None where no name has one, or the usage is not known."""
    if usage == NO_USAGE:
        return Decimal(0)
    price = next((price for name in names if (price := price_of(name))), None)
    cost = _calculate_cost(price, usage) if price else None
    return None if cost is None else cost.quantize(COST_PRECISION)


def _calculate_cost(price: ModelPrice, usage: Usage) -> Decimal | None:
    required_names = [names for key, names in REQUIRED_QUANTITIES.items() if getattr(price, key) is not None]
    required = [getattr(usage, name) for names in required_names for name in names]
    if not required or None in required:
        return None
    reported = genai_prices.Usage(
        input_tokens=usage.tokens_in,
        cache_read_tokens=usage.tokens_cached,
        cache_write_tokens=usage.tokens_to_cache,
        output_tokens=usage.tokens_out,
        audio_seconds=usage.audio_seconds,
        input_characters=usage.characters,
    )
    try:
        return price.calc_price(reported)["total_price"]
    except ValueError:  # contradictory usage: more cached tokens than tokens
        return None


def configured_prices() -> dict[str, ModelPrice]:
    """The prices in MODEL_PRICES. Raises InvalidPrice."""
    return _parse_entries(tuple(settings.MODEL_PRICES))


@lru_cache(maxsize=4)
def _parse_entries(entries: tuple[str, ...]) -> dict[str, ModelPrice]:
    return dict(_parse_entry(entry.strip()) for entry in entries if entry.strip())


def _parse_entry(text: str) -> tuple[str, ModelPrice]:
    model, _, price = (part.strip() for part in text.partition("="))
    match [part.strip() for part in price.split("/")]:
        case [minute, "min"] if model:
            return model, _per_minute(_parse_dollars(minute, text))
        case [million, "Mchar"] if model:
            return model, ModelPrice(input_mchars=_parse_dollars(million, text))
        case [input, output] if model:
            return model, ModelPrice(input_mtok=_parse_dollars(input, text), output_mtok=_parse_dollars(output, text))
        case [input, cached, output] if model:
            return model, ModelPrice(
                input_mtok=_parse_dollars(input, text),
                cache_read_mtok=_parse_dollars(cached, text),
                output_mtok=_parse_dollars(output, text),
            )
        case _:
            raise InvalidPrice(f"MODEL_PRICES has an invalid entry: {text!r}.")


def _parse_dollars(number: str, entry: str) -> Decimal:
    try:
        dollars = Decimal(number)
    except InvalidOperation:
        dollars = Decimal(-1)
    if not dollars.is_finite() or dollars < 0:
        raise InvalidPrice(f"MODEL_PRICES has an invalid entry: {entry!r}. {number!r} is not an amount.")
    return dollars
