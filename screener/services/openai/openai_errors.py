"""The errors of a server that speaks OpenAI's protocol, with their messages."""

import openai

from screener.services.errors import PermanentError, TransientError

RETRYABLE_STATUSES = (408, 409)
BILLING_CODES = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "project_spend_limit_exceeded",
    }
)
"""Codes and types of a 429 that concerns money and not the request rate."""


class RateLimited(TransientError):
    """The request rate is too high."""


class TimedOut(TransientError):
    """The complete reply did not arrive within the timeout."""


class Unreachable(TransientError):
    """The connection failed or broke."""


class ServerError(TransientError):
    """The server failed (5xx, 408, 409)."""


class UnreadableReply(TransientError):
    """The reply does not follow the protocol: it is truncated, or comes from another kind of server."""


class OutOfCredit(PermanentError):
    """The account has no credit left or has reached a spending limit."""


class KeyRefused(PermanentError):
    """The API key is invalid or lacks a permission."""


class ModelUnknown(PermanentError):
    """The model does not exist, is retired, or is not available to this key."""


class RequestRefused(PermanentError):
    """The server rejects this request."""


class FormatUnsupported(RequestRefused):
    """The model or the server does not support structured output."""


StatusError = type[RateLimited | ServerError | OutOfCredit | KeyRefused | ModelUnknown | RequestRefused]

MESSAGES: dict[StatusError, str] = {
    RateLimited: "{service} limits the request rate (HTTP {status}).",
    ServerError: "{service} has a server error (HTTP {status}).",
    OutOfCredit: (
        "{service} has no credit left or has reached its spending limit. Add credit or raise the limit with the "
        "provider, then start this again."
    ),
    KeyRefused: (
        "{service} does not accept the API key (HTTP {status}). Check {setting}_API_KEY and its permissions, then "
        "start this again."
    ),
    ModelUnknown: (
        "{service} has no model {model}, or the API key may not use it. Check {setting}_MODEL and {setting}_BASE_URL, "
        "then start this again."
    ),
    FormatUnsupported: (
        "{service} does not support structured output (response_format). Set {setting}_MODEL and {setting}_BASE_URL "
        "to a model and a server that do, then start this again."
    ),
    RequestRefused: (
        "{service} rejects the request ({detail}). A retry would fail in the same way. Check that {setting}_MODEL is "
        "a model for this task and that the texts are not too long."
    ),
}


def classify_status_error(error: openai.APIStatusError) -> StatusError:
    status = error.status_code
    if status == 402 or {str(error.code), str(error.type)} & BILLING_CODES:
        return OutOfCredit
    if status == 429:
        return RateLimited
    if status in RETRYABLE_STATUSES or status >= 500:
        return ServerError
    if status in (401, 403):
        return KeyRefused
    if status == 404:
        return ModelUnknown
    return FormatUnsupported if "response_format" in error.response.text else RequestRefused


def error_detail(error: openai.APIStatusError) -> str:
    """The error code and the rejected parameter, as far as the server names them."""
    details = [error.code or error.type, error.param]
    return ", ".join(str(detail) for detail in details if detail) or f"HTTP {error.status_code}"
