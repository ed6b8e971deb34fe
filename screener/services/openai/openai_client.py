"""Talking to OpenAI, or to a server that speaks its protocol: one client, and one meaning for each way it fails."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic
from typing import Annotated, TypeVar

import httpx2
import openai
from pydantic import BaseModel, BeforeValidator, ValidationError

from screener.services.circuit_breaker import breaker_of
from screener.services.errors import PermanentError, ServiceError, TransientError, asked_wait
from screener.services.usage import NOTHING, UNKNOWN, Usage

CONNECT_SECONDS = 5
MAX_REPLY_BYTES = 5 * 1024 * 1024
LONGEST_ASKED_WAIT = 24 * 3600
MOST_USED = 10_000_000
"""Tokens or seconds in one call: what a server tells beyond this is not believed."""
T = TypeVar("T", bound=BaseModel)


def _believable(*kinds: type) -> BeforeValidator:
    """How much was used, or None where nobody can have used that: a bill is no place for nonsense."""
    return BeforeValidator(lambda told: told if type(told) in kinds and 0 <= told <= MOST_USED else None)


Count = Annotated[int | None, _believable(int)]
Seconds = Annotated[float | None, _believable(int, float)]


class RateLimited(TransientError):
    """We ask too often."""


class TimedOut(TransientError):
    """No answer, or not all of it, in the time that we give."""


class Unreachable(TransientError):
    """No connection, or it broke."""


class InTrouble(TransientError):
    """The server says that it cannot at the moment."""


class Unreadable(TransientError):
    """What came is not what this protocol sends: cut short on its way, or from another server altogether."""


class OutOfCredit(PermanentError):
    """The account has nothing left to spend, or may not spend more this month."""


class KeyRefused(PermanentError):
    """The key is not valid, or may not do this."""


class ModelUnknown(PermanentError):
    """There is no such model, or not for this key, or not any more."""


class RequestRefused(PermanentError):
    """The server will not take this request, however often it is sent."""


# A 429 with one of these is about money, not about speed. `type` says insufficient_quota, `code` which limit it was.
_BILLING = frozenset(
    {
        "insufficient_quota",
        "billing_hard_limit_reached",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "project_spend_limit_exceeded",
    }
)


class _InTime(httpx2.SyncByteStream):
    """A reply that must have come whole by a time: the client's own limit starts anew with every byte."""

    def __init__(self, stream: httpx2.SyncByteStream, seconds: float) -> None:
        self._stream, self._until, self._left = stream, monotonic() + seconds, MAX_REPLY_BYTES

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._left -= len(chunk)
            if monotonic() > self._until or self._left < 0:
                raise httpx2.ReadTimeout("The reply was too slow or too long.")
            yield chunk

    def close(self) -> None:
        self._stream.close()


@contextmanager
def paid_for(usage: Usage) -> Iterator[None]:
    """A reply that is of no use was paid for all the same."""
    try:
        yield
    except ServiceError as error:
        error.usage = usage
        raise


@lru_cache(maxsize=8)
def client_for(key: str, base_url: str, seconds: float) -> openai.OpenAI:
    """One client, and so one pool of connections, per configuration. It does not retry: the worker does, over hours."""

    def limit(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _InTime(response.stream, seconds)

    return openai.OpenAI(
        api_key=key,
        base_url=base_url,
        max_retries=0,
        timeout=httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
        http_client=openai.DefaultHttpxClient(event_hooks={"response": [limit]}),
    )


@dataclass(frozen=True)
class Account:
    """A model at a server. `who` begins the sentences of its errors, `prefix` the names of its settings."""

    who: str
    prefix: str
    key: str = field(repr=False)
    base_url: str = field(repr=False)
    model: str
    seconds: float

    @property
    def client(self) -> openai.OpenAI:
        return client_for(self.key, self.base_url, self.seconds)

    @property
    def address(self) -> str:
        """Where the server is, for everybody to read: without the password or key that its address may carry."""
        return re.sub(r"//[^/]*@", "//", self.base_url.partition("?")[0])

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around one question and the reading of its reply. Raises NotSent while the server is left alone."""
        with breaker_of(self.base_url, self.model).guarding(self.who), self.errors_of_ours():
            yield

    @contextmanager
    def errors_of_ours(self) -> Iterator[None]:
        """Turn what the client raises into our errors. What was refused, or never sent, is not billed."""
        try:
            yield
        except openai.APITimeoutError as error:
            with paid_for(_if_sent(error)):
                raise TimedOut(f"{self.who} did not answer within {self.seconds:g} seconds.") from error
        except openai.APIConnectionError as error:
            with paid_for(_if_sent(error)):
                raise Unreachable(f"{self.who} could not be reached at {self.address}.") from error
        except openai.APIStatusError as error:
            with paid_for(NOTHING):
                raise self._translated(error) from error
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise self._unreadable() from error

    def read(self, body: str, shape: type[T]) -> T:
        """The reply as `shape`, whatever the server promised that it would be."""
        try:
            return shape.model_validate_json(body)
        except ValidationError as error:
            raise self._unreadable() from error

    def _unreadable(self) -> Unreadable:
        return Unreadable(
            f"{self.who} sent a reply that could not be read. "
            f"If this goes on, check that {self.prefix}_BASE_URL leads to the right server: {self.address}."
        )

    def _translated(self, error: openai.APIStatusError) -> ServiceError:
        status, words = error.status_code, {str(error.code), str(error.type)}
        asked = asked_wait(error.response.headers, longest=LONGEST_ASKED_WAIT)
        if status == 402 or words & _BILLING:
            return OutOfCredit(
                f"The account of {self.who.lower()} has no credit left or has reached its spending limit. "
                "Add credit or raise the limit with the provider, then start this again."
            )
        if status == 429:
            return RateLimited(f"{self.who} asks us to slow down.", retry_after=asked)
        if status in (408, 409) or status >= 500:
            return InTrouble(f"{self.who} is in trouble (HTTP {status}).", retry_after=asked)
        if status in (401, 403):
            return KeyRefused(
                f"{self.who} does not accept our key (HTTP {status}). "
                f"Check {self.prefix}_API_KEY and what it is allowed to do, then start this again."
            )
        if status == 404:
            return ModelUnknown(
                f"{self.who} knows no model named {self.model}, or not for our key. "
                f"Check {self.prefix}_MODEL and {self.prefix}_BASE_URL, then start this again."
            )
        if "response_format" in error.response.text:
            return RequestRefused(
                f"{self.who} can't reply in the form that is asked for (response_format). Set {self.prefix}_MODEL and "
                f"{self.prefix}_BASE_URL to a model and a server that can, then start this again."
            )
        detail = ", ".join(str(one) for one in (error.code or error.type, error.param) if one) or f"HTTP {status}"
        return RequestRefused(
            f"{self.who} refuses the request ({detail}). Trying again would change nothing: check that "
            f"{self.prefix}_MODEL is a model for this task and that the texts are not too long."
        )


def _if_sent(error: openai.APIConnectionError) -> Usage:
    """Nothing was used where no connection came about; else it is not known how far the server came."""
    return NOTHING if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout) else UNKNOWN
