"""The client for OpenAI, or for a server that speaks its protocol."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from time import monotonic
from typing import Annotated, TypeVar

import httpx2
import openai
from pydantic import BaseModel, BeforeValidator, ValidationError

from screener.services.circuit_breaker import breaker_for
from screener.services.errors import ServiceError, TransientError, retry_after_seconds
from screener.services.openai.openai_errors import (
    MESSAGES,
    TimedOut,
    Unreachable,
    UnreadableReply,
    classify_status_error,
    error_detail,
)
from screener.services.usage import NO_USAGE, UNKNOWN_USAGE, Usage

CONNECT_SECONDS = 5
MAX_REPLY_BYTES = 5 * 1024 * 1024
MAX_RETRY_AFTER = 24 * 3600
MAX_USAGE = 10_000_000
"""Tokens or seconds of one call. A larger number is an error of the server."""
T = TypeVar("T", bound=BaseModel)


def _if_plausible(*types: type) -> BeforeValidator:
    """Accept a plausible quantity and replace any other value by None, so that a wrong number is never billed."""
    return BeforeValidator(lambda value: value if type(value) in types and 0 <= value <= MAX_USAGE else None)


TokenCount = Annotated[int | None, _if_plausible(int)]
AudioSeconds = Annotated[float | None, _if_plausible(int, float)]


class _BoundedStream(httpx2.SyncByteStream):
    """A reply with a total time and a maximum size. The client's own timeout starts again with every byte."""

    def __init__(self, stream: httpx2.SyncByteStream, seconds: float) -> None:
        self._stream = stream
        self._finish_by = monotonic() + seconds
        self._bytes_left = MAX_REPLY_BYTES

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            self._bytes_left -= len(chunk)
            if monotonic() > self._finish_by or self._bytes_left < 0:
                raise httpx2.ReadTimeout("The reply was too slow or too long.")
            yield chunk

    def close(self) -> None:
        self._stream.close()


@contextmanager
def bill_on_error(usage: Usage) -> Iterator[None]:
    """Attach the usage to a ServiceError, since an unusable reply is billed too."""
    try:
        yield
    except ServiceError as error:
        error.usage = usage
        raise


@cache
def _tls_context() -> ssl.SSLContext:
    """One for all clients, because reading the CA certificates takes tens of milliseconds."""
    return httpx2.create_ssl_context()


@lru_cache(maxsize=8)
def client_for(api_key: str, base_url: str, timeout: float) -> openai.OpenAI:
    """One client, and so one connection pool, per configuration. The client never retries: the worker does."""

    def bound_reply(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _BoundedStream(response.stream, timeout)

    return openai.OpenAI(
        api_key=api_key,
        base_url=base_url,
        max_retries=0,
        timeout=httpx2.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)),
        http_client=openai.DefaultHttpxClient(verify=_tls_context(), event_hooks={"response": [bound_reply]}),
    )


@dataclass(frozen=True)
class Account:
    """A model at a server. Error messages begin with `service_name`; names of settings with `setting_prefix`."""

    service_name: str
    setting_prefix: str
    api_key: str = field(repr=False)
    base_url: str = field(repr=False)
    model: str
    timeout: float

    @property
    def client(self) -> openai.OpenAI:
        return client_for(self.api_key, self.base_url, self.timeout)

    @property
    def public_address(self) -> str:
        """The base URL without a password or key in it."""
        return re.sub(r"//[^/]*@", "//", self.base_url.partition("?")[0])

    @contextmanager
    def guarded_request(self) -> Iterator[None]:
        """Guard one request and the reading of its reply. Raises ServiceError, or CircuitOpen during a pause."""
        with breaker_for(self.base_url, self.model).guard(self.service_name), self.map_errors():
            yield

    @contextmanager
    def map_errors(self) -> Iterator[None]:
        """Map the client's errors to ServiceError. A rejected or unsent request has no usage."""
        try:
            yield
        except openai.APITimeoutError as error:
            with bill_on_error(_usage_if_sent(error)):
                raise TimedOut(f"{self.service_name} did not answer within {self.timeout:g} seconds.") from error
        except openai.APIConnectionError as error:
            with bill_on_error(_usage_if_sent(error)):
                raise Unreachable(f"{self.service_name} could not be reached at {self.public_address}.") from error
        except openai.APIStatusError as error:
            with bill_on_error(NO_USAGE):
                raise self._map_status_error(error) from error
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise self._unreadable_reply() from error

    def parse_reply(self, body: str, shape: type[T]) -> T:
        """Validate a reply against `shape`. Raises UnreadableReply."""
        try:
            return shape.model_validate_json(body)
        except ValidationError as error:
            raise self._unreadable_reply() from error

    def _unreadable_reply(self) -> UnreadableReply:
        return UnreadableReply(
            f"{self.service_name} sent an unreadable reply. "
            f"If this continues, check {self.setting_prefix}_BASE_URL: {self.public_address}."
        )

    def _map_status_error(self, error: openai.APIStatusError) -> ServiceError:
        error_class = classify_status_error(error)
        message = MESSAGES[error_class].format(
            service=self.service_name,
            setting=self.setting_prefix,
            model=self.model,
            status=error.status_code,
            detail=error_detail(error),
        )
        if issubclass(error_class, TransientError):
            wait = retry_after_seconds(error.response.headers, maximum=MAX_RETRY_AFTER)
            return error_class(message, retry_after=wait)
        return error_class(message)


def _usage_if_sent(error: openai.APIConnectionError) -> Usage:
    """No usage without a connection. After a broken connection the usage is unknown."""
    was_sent = not isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout)
    return UNKNOWN_USAGE if was_sent else NO_USAGE
