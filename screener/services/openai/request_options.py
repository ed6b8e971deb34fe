"""Request options that not every model supports. An option that a model rejects is left out from then on."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import openai
from openai.types.shared_params import ResponseFormatJSONSchema

T = TypeVar("T")

LIMITS_OF_SCHEMA = frozenset({"minimum", "maximum", "minItems", "maxItems"})
"""Keywords that some servers reject in a schema."""

# Servers reject an option by a code (unsupported_value, unknown_parameter, extra_forbidden) or in words
# ("Unrecognized request argument: store").
_REJECTION = re.compile(
    r"unsupported|not (?:be )?(?:supported|allowed|permitted)|(?:does not|doesn't) support|deprecated"
    r"|unknown|unrecogni[sz]ed|unexpected|forbidden|strictly positive|too large"
)

rejected_options: dict[tuple[str, str], frozenset[str]] = {}
"""The rejected options by server and model, in this process. A lost update between threads costs one request."""


@dataclass(frozen=True)
class RequestOptions:
    """The options of a request. `substitutes`: options in place of a rejected one, for those that have a substitute."""

    preferred: Mapping[str, Any]
    substitutes: Mapping[str, Mapping[str, Any]]

    def without(self, rejected: frozenset[str]) -> dict[str, Any]:
        kept = {name: value for name, value in self.preferred.items() if name not in rejected}
        for name in rejected & self.substitutes.keys():
            kept |= {key: value for key, value in self.substitutes[name].items() if key == name or key not in rejected}
        return kept


def chat_options(schema: ResponseFormatJSONSchema, *, temperature: float, max_tokens: int) -> RequestOptions:
    """`max_tokens` limits the cost of one call. A model with a lower limit of its own gets no limit from here."""
    preferred = {
        "temperature": temperature,
        "store": False,  # requests hold personal data of candidates
        "max_completion_tokens": max_tokens,
        "response_format": schema,
    }
    substitutes = {
        "max_completion_tokens": {"max_tokens": max_tokens},  # the name before it
        "response_format": {"response_format": _without_limits(schema)},
    }
    return RequestOptions(preferred, substitutes)


def _without_limits(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {key: _without_limits(value) for key, value in part.items() if key not in LIMITS_OF_SCHEMA}
    return [_without_limits(value) for value in part] if isinstance(part, list) else part


def create_with_supported_options(
    server: str, model: str, options: RequestOptions, create: Callable[[dict[str, Any]], T]
) -> T:
    """Call `create` with the preferred options, and again without each option that the server rejects.

    Each rejection leaves out one more option, so the loop ends. Rejections are remembered after a success only: an
    error message that was misread must not cost later requests their options.
    """
    left_out = rejected_options.get((server, model), frozenset())
    while True:
        sent = options.without(left_out)
        try:
            reply = create(sent)
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            rejected = _rejected_option(error, sent)
            if rejected is None or rejected in left_out:
                raise
            left_out |= {rejected}
        else:
            rejected_options[server, model] = left_out
            return reply


def _rejected_option(error: openai.APIStatusError, options: dict[str, Any]) -> str | None:
    """The option that the server rejects. None where the error has another cause."""
    message = error.response.text
    if not _REJECTION.search(message.lower()):
        return None
    is_about_schema = re.search(r"schema|response_format", message)
    if is_about_schema and any(re.search(rf"\b{keyword}\b", message) for keyword in LIMITS_OF_SCHEMA):
        return "response_format"
    names = [str(error.param)] if error.param else re.findall(r"[a-z_]+", message.lower())
    return next((name for name in names if name in options and name != "response_format"), None)
