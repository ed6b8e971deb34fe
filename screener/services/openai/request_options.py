"""Request options that not every model supports. An option that a model rejects is left out from then on."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import openai

T = TypeVar("T")

MAX_TOKENS = 16_000
"""Enough for every reply with its reasoning, and a limit on the cost of one call.

A model with a lower limit of its own gets no limit from here.
"""
PREFERRED_OPTIONS: dict[str, Any] = {
    "temperature": 0,  # the same response gets the same score, as far as the model is deterministic
    "store": False,  # requests hold personal data of candidates
    "max_completion_tokens": MAX_TOKENS,
}
LEGACY_NAMES = {"max_completion_tokens": "max_tokens"}

# Servers reject an option by a code (unsupported_value, unknown_parameter, extra_forbidden) or in words
# ("Unrecognized request argument: store").
_REJECTION = re.compile(
    r"unsupported|not (?:be )?(?:supported|allowed|permitted)|(?:does not|doesn't) support|deprecated"
    r"|unknown|unrecogni[sz]ed|unexpected|forbidden|strictly positive|too large"
)

rejected_options: dict[tuple[str, str], frozenset[str]] = {}
"""The rejected options by server and model, in this process. A lost update between threads costs one request."""


def create_with_supported_options(server: str, model: str, create: Callable[[dict[str, Any]], T]) -> T:
    """Call `create` with the preferred options, and again without each option that the server rejects.

    Each rejection leaves out one more option, so the loop ends. Rejections are remembered after a success only: an
    error message that was misread must not cost later requests their options.
    """
    left_out = rejected_options.get((server, model), frozenset())
    while True:
        options = _options_without(left_out)
        try:
            reply = create(options)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            rejected = _rejected_option(error, options)
            if rejected is None:
                raise
            left_out |= {rejected}
        else:
            rejected_options[server, model] = left_out
            return reply


def _options_without(left_out: frozenset[str]) -> dict[str, Any]:
    """The preferred options without `left_out`. A left-out option with a legacy name is sent under that name."""
    legacy = {LEGACY_NAMES[name]: PREFERRED_OPTIONS[name] for name in left_out if name in LEGACY_NAMES}
    return {name: value for name, value in (PREFERRED_OPTIONS | legacy).items() if name not in left_out}


def _rejected_option(error: openai.APIStatusError, options: dict[str, Any]) -> str | None:
    """The option that the server rejects. None where the error has another cause."""
    message = error.response.text.lower()
    if not _REJECTION.search(message):
        return None
    names = [str(error.param)] if error.param else re.findall(r"[a-z_]+", message)
    return next((name for name in names if name in options), None)
