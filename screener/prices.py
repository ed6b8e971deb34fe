"""What models cost. A model that is in no table has an unknown cost, which is not zero."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Protocol

from django.conf import settings

from screener.services.usage import NOTHING, Usage

MILLION = Decimal(1_000_000)
SMALLEST = Decimal("0.000001")
CACHE_WRITE = Decimal("1.25")
"""Times the price of input, for what OpenAI puts into its cache."""

HOW_TO_WRITE = (
    "Write model=INPUT/OUTPUT or model=INPUT/CACHED/OUTPUT in US dollars per million tokens, model=0.006/min for a "
    "transcriber, model=15/Mchar for a voice, and separate models by commas."
)


class BadPrice(ValueError):
    """An entry of MODEL_PRICES that cannot be read. The message says which."""


class Price(Protocol):
    def of(self, usage: Usage) -> Decimal | None:
        """US dollars for so much use; None where the use is not known."""
        ...


@dataclass(frozen=True)
class PerToken:
    """US dollars per million tokens read, read from the cache, written, and put into the cache."""

    input: Decimal
    cached: Decimal
    output: Decimal
    to_cache: Decimal

    def of(self, usage: Usage) -> Decimal | None:
        if usage.tokens_in is None or usage.tokens_out is None:
            return None
        cached, to_cache = usage.tokens_cached or 0, usage.tokens_to_cache or 0
        plain = max(usage.tokens_in - cached - to_cache, 0)
        read = plain * self.input + cached * self.cached + to_cache * self.to_cache
        return (read + usage.tokens_out * self.output) / MILLION


@dataclass(frozen=True)
class PerMinute:
    """US dollars per minute of audio."""

    minute: Decimal

    def of(self, usage: Usage) -> Decimal | None:
        return None if usage.audio_seconds is None else Decimal(str(usage.audio_seconds)) / 60 * self.minute


@dataclass(frozen=True)
class PerCharacter:
    """US dollars per million characters that are spoken."""

    million: Decimal

    def of(self, usage: Usage) -> Decimal | None:
        return None if usage.characters is None else usage.characters * self.million / MILLION


def _tokens(input: str, cached: str, output: str) -> PerToken:
    return PerToken(Decimal(input), Decimal(cached), Decimal(output), Decimal(input) * CACHE_WRITE)


# OpenAI's standard prices as published in November 2026 at https://developers.openai.com/api/docs/pricing and on the
# page of each model there. They hold for up to 272,000 tokens in, which is far more than is ever sent from here.
# The per-minute prices of the gpt-4o transcribers are OpenAI's own estimates: it bills those by the token.
# gpt-4o-mini-tts is left out: it is billed by tokens of audio, and its reply does not say how many there were.
PRICES: dict[str, Price] = {
    "gpt-6-luna": _tokens("0.10", "0.01", "0.50"),
    "gpt-6-sol": _tokens("2.00", "0.20", "10.00"),
    "gpt-6.1-sol": _tokens("2.00", "0.10", "10.00"),
    "gpt-6.1-terra": _tokens("1.00", "0.05", "5.00"),
    "gpt-6-astra": _tokens("10.00", "1.00", "50.00"),
    "gpt-5.6-luna": _tokens("0.20", "0.02", "1.20"),
    "gpt-5.6-terra": _tokens("2.00", "0.20", "12.00"),
    "gpt-5.6-sol": _tokens("4.00", "0.40", "20.00"),
    "gpt-transcribe": PerMinute(Decimal("0.0045")),
    "gpt-4o-transcribe": PerMinute(Decimal("0.006")),
    "gpt-4o-mini-transcribe": PerMinute(Decimal("0.003")),
    "whisper-1": PerMinute(Decimal("0.006")),
    "tts-1": PerCharacter(Decimal("15.00")),
    "tts-1-hd": PerCharacter(Decimal("30.00")),
}

_SNAPSHOT = re.compile(r"(?P<family>.+)-\d{4}-?\d{2}-?\d{2}")


def price_of(model: str) -> Price | None:
    """The deployment's own price comes first; a dated snapshot costs what its family costs unless it has its own."""
    known = PRICES | own_prices()
    dated = _SNAPSHOT.fullmatch(model)
    return known.get(model) or (known.get(dated["family"]) if dated else None)


def cost_of(usage: Usage, *names: str) -> Decimal | None:
    """US dollars by the first of these names of a model that has a price. None: none has, or the use is not known."""
    if usage == NOTHING:
        return Decimal(0)
    price = next((found for name in names if (found := price_of(name))), None)
    cost = price.of(usage) if price else None
    return None if cost is None else cost.quantize(SMALLEST)


def own_prices() -> dict[str, Price]:
    """What MODEL_PRICES says."""
    return _parsed(tuple(settings.MODEL_PRICES))


@lru_cache(maxsize=4)
def _parsed(entries: tuple[str, ...]) -> dict[str, Price]:
    return dict(_entry(one.strip()) for one in entries if one.strip())


def _entry(text: str) -> tuple[str, Price]:
    model, _, price = (part.strip() for part in text.partition("="))
    match [part.strip() for part in price.split("/")]:
        case [minute, "min"] if model:
            return model, PerMinute(_dollars(minute, text))
        case [million, "Mchar"] if model:
            return model, PerCharacter(_dollars(million, text))
        case [input, output] if model:
            plain = _dollars(input, text)
            return model, PerToken(plain, plain, _dollars(output, text), plain)
        case [input, cached, output] if model:
            plain = _dollars(input, text)
            return model, PerToken(plain, _dollars(cached, text), _dollars(output, text), plain)
    raise BadPrice(f"MODEL_PRICES has an entry that is no price: {text!r}.")


def _dollars(number: str, entry: str) -> Decimal:
    try:
        dollars = Decimal(number)
    except InvalidOperation:
        dollars = Decimal(-1)
    if not dollars.is_finite() or dollars < 0:
        raise BadPrice(f"MODEL_PRICES has an entry that is no price: {entry!r}, for {number!r} is no amount.")
    return dollars
