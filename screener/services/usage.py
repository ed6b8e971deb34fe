"""How much of a model a call used: what its price is multiplied by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """As far as it is known. `tokens_in` includes those that were read from the cache or put into it."""

    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_to_cache: int | None = None
    tokens_out: int | None = None
    audio_seconds: float | None = None
    characters: int | None = None


UNKNOWN = Usage()
NOTHING = Usage(tokens_in=0, tokens_out=0, audio_seconds=0.0, characters=0)
