"""What is asked of a model beside its work. What it refuses is left out for it, and remembered in this process."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import openai

T = TypeVar("T")

MAX_TOKENS = 16_000
"""More than any reply needs with the thinking before it, and a bound on what one call can cost.

Where a model may not write as much, its own limit is bound enough.
"""
WISHES: dict[str, Any] = {
    "temperature": 0,  # the same answer gets the same score, as far as the model can do that
    "store": False,  # it is about a person who applied to us
    "max_completion_tokens": MAX_TOKENS,
}
OLDER_NAMES = {"max_completion_tokens": "max_tokens"}

# As codes (unsupported_value, unknown_parameter, extra_forbidden) or as words ("Unrecognized request argument: store").
_REFUSING = re.compile(
    r"unsupported|not (?:be )?(?:supported|allowed|permitted)|(?:does not|doesn't) support|deprecated"
    r"|unknown|unrecogni[sz]ed|unexpected|forbidden|strictly positive|too large"
)

refused: dict[tuple[str, str], frozenset[str]] = {}
"""By server and model. Where two threads learn at once, one may have to learn again: that costs a question, no more."""


def asked_within_reason(server: str, model: str, ask: Callable[[dict[str, Any]], T]) -> T:
    """Ask with the wishes that this model takes. Each refusal names one more to leave out, so that this ends.

    It is remembered once it has helped, so that a refusal that was misread costs no later request its wishes.
    """
    left_out = refused.get((server, model), frozenset())
    while True:
        wishes = _without(left_out)
        try:
            answer = ask(wishes)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            name = _refused_by(error, wishes)
            if name is None:
                raise
            left_out |= {name}
        else:
            refused[server, model] = left_out
            return answer


def _without(left_out: frozenset[str]) -> dict[str, Any]:
    """The wishes but for these; what goes by an older name too is asked for by that."""
    older = {OLDER_NAMES[name]: WISHES[name] for name in left_out if name in OLDER_NAMES}
    return {name: value for name, value in (WISHES | older).items() if name not in left_out}


def _refused_by(error: openai.APIStatusError, wishes: dict[str, Any]) -> str | None:
    """Which of the wishes the server will not take, if that is what this is about."""
    said = error.response.text.lower()
    if not _REFUSING.search(said):
        return None
    named = [str(error.param)] if error.param else re.findall(r"[a-z_]+", said)
    return next((name for name in named if name in wishes), None)
