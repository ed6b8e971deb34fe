"""What a use of a model costs. The cost of a model without a price is unknown, which is not zero.

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

SMALLEST = Decimal("0.000001")
MINUTES_PER_HOUR = 60

HOW_TO_WRITE = (
    "Write model=INPUT/OUTPUT or model=INPUT/CACHED/OUTPUT in US dollars per million tokens, model=0.006/min for a "
    "transcriber, model=15/Mchar for a voice, and separate models by commas."
)

REQUIRED_COUNTS = {
    "input_mtok": ("tokens_in", "tokens_out"),
    "audio_hours": ("audio_seconds",),
    "input_mchars": ("characters",),
}
"""For each kind of price, the counts of `Usage` without which the cost is unknown. The package takes a missing count
for zero."""


class BadPrice(ValueError):
    """An entry of MODEL_PRICES that cannot be read. The message says which."""


def _per_minute(dollars: Decimal) -> ModelPrice:
    return ModelPrice(audio_hours=dollars * MINUTES_PER_HOUR)


OVERRIDES: dict[str, ModelPrice | None] = {
    # Billed per token of audio and of text, which replies do not count apart. OpenAI estimates these prices per minute.
    "gpt-4o-transcribe": _per_minute(Decimal("0.006")),
    "gpt-4o-mini-transcribe": _per_minute(Decimal("0.003")),
    # Billed per token of audio, of which the reply says nothing.
    "gpt-4o-mini-tts": None,
}

_SNAPSHOT = re.compile(r"(?P<family>.+)-\d{4}-?\d{2}-?\d{2}")


def price_of(model: str) -> ModelPrice | None:
    """MODEL_PRICES comes first. A dated snapshot costs what its family costs unless it has a price of its own."""
    snapshot = _SNAPSHOT.fullmatch(model)
    names = [model, snapshot["family"]] if snapshot else [model]
    overrides = OVERRIDES | own_prices()
    for name in names:
        if name in overrides:
            return overrides[name]
    return next(filter(None, map(_published_price, names)), None)


def _published_price(model: str) -> ModelPrice | None:
    """Today's price. None where a price per token of audio applies: replies do not count those tokens apart."""
    try:
        price = genai_prices.calc_price(genai_prices.Usage(), model, provider_id="openai").model_price
    except LookupError:
        return None
    return price if price.input_audio_mtok is None else None


def cost_of(usage: Usage, *names: str) -> Decimal | None:
    """US dollars by the first of these names of a model that has a price. None: none has, or the use is not known."""
    if usage == NO_USAGE:
        return Decimal(0)
    price = next((price for name in names if (price := price_of(name))), None)
    cost = _calculate(price, usage) if price else None
    return None if cost is None else cost.quantize(SMALLEST)


def _calculate(price: ModelPrice, usage: Usage) -> Decimal | None:
    priced = [counts for key, counts in REQUIRED_COUNTS.items() if getattr(price, key) is not None]
    required = [getattr(usage, count) for counts in priced for count in counts]
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
    except ValueError:  # the counts contradict each other: more tokens from the cache than tokens
        return None


def own_prices() -> dict[str, ModelPrice]:
    """What MODEL_PRICES says."""
    return _parsed(tuple(settings.MODEL_PRICES))


@lru_cache(maxsize=4)
def _parsed(entries: tuple[str, ...]) -> dict[str, ModelPrice]:
    return dict(_entry(entry.strip()) for entry in entries if entry.strip())


def _entry(text: str) -> tuple[str, ModelPrice]:
    model, _, price = (part.strip() for part in text.partition("="))
    match [part.strip() for part in price.split("/")]:
        case [minute, "min"] if model:
            return model, _per_minute(_dollars(minute, text))
        case [million, "Mchar"] if model:
            return model, ModelPrice(input_mchars=_dollars(million, text))
        case [input, output] if model:
            return model, ModelPrice(input_mtok=_dollars(input, text), output_mtok=_dollars(output, text))
        case [input, cached, output] if model:
            return model, ModelPrice(
                input_mtok=_dollars(input, text),
                cache_read_mtok=_dollars(cached, text),
                output_mtok=_dollars(output, text),
            )
        case _:
            raise BadPrice(f"MODEL_PRICES has an entry that is no price: {text!r}.")


def _dollars(number: str, entry: str) -> Decimal:
    try:
        dollars = Decimal(number)
    except InvalidOperation:
        dollars = Decimal(-1)
    if not dollars.is_finite() or dollars < 0:
        raise BadPrice(f"MODEL_PRICES has an entry that is no price: {entry!r}, for {number!r} is no amount.")
    return dollars
