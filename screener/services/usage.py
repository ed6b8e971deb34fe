"""The quantities of a model call that its price is multiplied by."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """The usage of one model call. None means that a quantity is not known.

    `tokens_in` includes the tokens that were read from the prompt cache or written to it.
    """

    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_to_cache: int | None = None
    tokens_out: int | None = None
    audio_seconds: float | None = None
    characters: int | None = None


UNKNOWN_USAGE = Usage()
NO_USAGE = Usage(tokens_in=0, tokens_out=0, audio_seconds=0.0, characters=0)
