"""The HTTP client for Twilio's REST API: deadlines, and the mapping of its errors."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError

from screener.services.errors import ServiceError, retry_after_seconds
from screener.services.http_deadlines import DeadlineAdapter, total_timeout
from screener.services.telephony.twilio_errors import (
    ERROR_CODES,
    RATE_LIMITED,
    UNREACHABLE,
    WRONG_LOGIN,
    AccountMisconfigured,
    CallStateUnknown,
    NotFound,
    RequestRejected,
    TelephonyDown,
    error_page,
)

MAX_RETRY_AFTER = 3600
DEFAULT_RETRY_AFTER = 5
RATE_LIMIT_CODES = (20429, 10004)
CONNECTION_ERRORS = (
    requests.exceptions.ConnectTimeout,
    NewConnectionError,
    NameResolutionError,
    SSLCertVerificationError,
)
"""Errors before the first byte of a request is sent."""


class HttpStatusError(Exception):
    """A reply with an error status."""

    def __init__(self, status: int, headers: Mapping[str, str], body: str = "") -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.retry_after = retry_after_seconds(headers, maximum=MAX_RETRY_AFTER)
        self.code = _error_code(body)


def _error_code(body: str) -> int | None:
    """Twilio's error code. A proxy between Twilio and this system sends none, nor JSON."""
    with suppress(ValueError, AttributeError, RecursionError):
        code = json.loads(body).get("code")
        return code if isinstance(code, int) else None
    return None


class _NoRedirectSession(requests.Session):
    """Ignores redirects. Else `requests` reads the body of a redirect, however long, even if it does not follow it."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _RebasedHttpClient(TwilioHttpClient):
    """Sends requests to `base_url` instead of Twilio's own address, without retries."""

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base_url = base_url
        self.session = _NoRedirectSession()
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, DeadlineAdapter(max_retries=0))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Raises HttpStatusError, since the errors of Twilio's client lack the headers or the code."""
        parts = urlsplit(url)
        rebased_url = urlunsplit(("", "", self._base_url + parts.path, parts.query, ""))
        with total_timeout(self.timeout):
            response = super().request(method, rebased_url, *args, **kwargs)
        if response.status_code >= 300:
            raise HttpStatusError(response.status_code, response.headers or {}, response.text)
        if response.status_code != 204 and not isinstance(json.loads(response.text), dict):
            raise ValueError("The reply is not a JSON object.")
        return response


@cache
def _client_for(sid: str, token: str, base_url: str, timeout: float) -> Client:
    return Client(sid, token, http_client=_RebasedHttpClient(base_url, timeout))


def twilio_client() -> Client:
    """One client, and so one connection pool, per configuration."""
    return _client_for(
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_API_URL, settings.TWILIO_TIMEOUT
    )


@contextmanager
def map_twilio_errors(*, places_call: bool = False) -> Iterator[None]:
    """Map errors of Twilio and of the network to ServiceError.

    `places_call`: a lost reply may mean that the call was placed, so it raises CallStateUnknown.
    """
    try:
        yield
    except HttpStatusError as error:
        raise _map_status_error(error, places_call=places_call) from error
    except (requests.exceptions.RequestException, HTTPError, TwilioException, ValueError) as error:
        # `from None`: the original error shows the URL, which holds the phone number.
        raise _map_network_error(error, places_call=places_call) from None


def _map_network_error(error: Exception, *, places_call: bool) -> ServiceError:
    if places_call and not _failed_before_sending(error):
        return CallStateUnknown("The connection to Twilio broke while the call was being placed.")
    if isinstance(error, requests.exceptions.Timeout | ReadTimeoutError):
        return TelephonyDown("Twilio took too long to answer. The request will be retried.")
    return TelephonyDown(UNREACHABLE)


def _failed_before_sending(error: BaseException) -> bool:
    """Whether the connection failed: unknown address, refused, wrong certificate."""
    causes = [error]
    for cause in causes:  # requests and urllib3 wrap each other's errors
        wrapped = [*cause.args, getattr(cause, "reason", None)]
        causes += [inner for inner in wrapped if isinstance(inner, BaseException) and inner not in causes]
    return any(isinstance(cause, CONNECTION_ERRORS) for cause in causes)


def _map_status_error(error: HttpStatusError, *, places_call: bool) -> ServiceError:
    if error.code in ERROR_CODES:
        error_class, message = ERROR_CODES[error.code]
        return error_class(message)
    if error.status == 401:
        return AccountMisconfigured(WRONG_LOGIN)
    if error.status == 429 or error.code in RATE_LIMIT_CODES:
        return TelephonyDown(RATE_LIMITED, retry_after=error.retry_after or DEFAULT_RETRY_AFTER)
    if error.status >= 500:
        return _map_server_error(error, places_call=places_call)
    if error.status == 404 and not places_call:
        return NotFound("Twilio does not have this resource, or not yet.")
    if error.status < 400 or error.status == 404:  # Twilio itself has an address for placing calls
        return AccountMisconfigured(
            f"The Twilio API was not found at TWILIO_API_URL (HTTP {error.status}). Check TWILIO_API_URL and "
            "TWILIO_ACCOUNT_SID."
        )
    if error.code is None:
        return RequestRejected(f"A proxy between this system and Twilio rejected the request (HTTP {error.status}).")
    return RequestRejected(f"Twilio rejected the request (error {error.code}): see {error_page(error.code)}.")


def _map_server_error(error: HttpStatusError, *, places_call: bool) -> ServiceError:
    if places_call:
        message = f"Twilio failed (HTTP {error.status}) while the call was being placed."
        return CallStateUnknown(message, retry_after=error.retry_after)
    message = f"Twilio has a server error (HTTP {error.status}). The request will be retried."
    return TelephonyDown(message, retry_after=error.retry_after)
