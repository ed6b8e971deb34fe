"""Sends webhooks to the application as Twilio does: signed, with timeouts, retried as the URL asks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from uuid import uuid4

import aiohttp
import yarl
from twilio.request_validator import RequestValidator

MAX_WAIT_MS = 15_000  # Twilio's limit for a response, retries included
# Twilio's error codes.
INVALID_URL, HTTP_FAILURE, CONNECTION_REFUSED, TIMED_OUT, CONNECTION_BROKEN = 11100, 11200, 11202, 11203, 11205


@dataclass(frozen=True)
class WebhookReply:
    """The application's response, or Twilio's code for why there is no usable one."""

    url: str
    status: int = 0
    content_type: str = ""
    body: str = ""
    error_code: int = 0  # 0: success
    audio: bytes = field(default=b"", repr=False)  # set instead of the body if the content is audio
    spoken_text: str = ""  # the words of the audio, from its Content-Description header


@dataclass(frozen=True)
class ConnectionOverrides:
    """The connection settings that a webhook URL may carry in its fragment."""

    connect_timeout: float
    read_timeout: float
    total_timeout: float
    max_retries: int
    retry_on: frozenset[str]

    @classmethod
    def parse(cls, fragment: str) -> "ConnectionOverrides":
        settings = dict(parse_qsl(fragment))

        def integer(name: str, default: int, maximum: int = MAX_WAIT_MS) -> int:
            value = settings.get(name, "")
            return min(int(value), maximum) if value.isdecimal() else default

        return cls(
            connect_timeout=integer("ct", 5_000) / 1000,
            read_timeout=integer("rt", MAX_WAIT_MS) / 1000,
            total_timeout=integer("tt", MAX_WAIT_MS) / 1000,
            max_retries=integer("rc", 1, maximum=5),
            retry_on=frozenset(settings.get("rp", "ct").split(",")),
        )

    def should_retry(self, failure: str) -> bool:
        return bool(failure) and not self.retry_on.isdisjoint({failure, "all"})


@dataclass(frozen=True)
class SignedRequest:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


class WebhookClient:
    """An async context manager that owns the HTTP connections."""

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    async def __aenter__(self) -> "WebhookClient":
        # No cookies: they would leak from one call into another. No kept connections: a POST over one that the
        # server has just closed would look like an outage.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def send(self, method: str, url: str, params: Mapping[str, str]) -> WebhookReply:
        """Make one signed request. Never raises: a failure is a reply with an error code."""
        target, _, fragment = url.partition("#")
        if not is_valid_url(target):
            return WebhookReply(url, error_code=INVALID_URL)
        overrides = ConnectionOverrides.parse(fragment)
        try:
            async with asyncio.timeout(overrides.total_timeout):
                return await self._send_with_retries(self._sign(method, target, params), overrides)
        except TimeoutError:
            return WebhookReply(url, error_code=TIMED_OUT)

    def _sign(self, method: str, url: str, params: Mapping[str, str]) -> SignedRequest:
        if method == "GET" and params:
            url += ("&" if "?" in url else "?") + urlencode(params)
        form = dict(params) if method == "POST" else {}
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(url_for_signature(url), form),
            "I-Twilio-Idempotency-Token": str(uuid4()),  # the same for every retry
        }
        if method != "POST":
            return SignedRequest(method, url, headers, None)
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        return SignedRequest(method, url, headers, urlencode(form).encode())

    async def _send_with_retries(self, request: SignedRequest, overrides: ConnectionOverrides) -> WebhookReply:
        for _ in range(overrides.max_retries):
            reply, failure = await self._send_once(request, overrides)
            if not overrides.should_retry(failure):
                return reply
        reply, _ = await self._send_once(request, overrides)
        return reply

    async def _send_once(self, request: SignedRequest, overrides: ConnectionOverrides) -> tuple[WebhookReply, str]:
        """Return the reply, and the kind of failure as the retry policy names it; an empty string for success."""
        timeout = aiohttp.ClientTimeout(sock_connect=overrides.connect_timeout, sock_read=overrides.read_timeout)
        # encoded=True: the URL must arrive exactly as it was signed.
        url = yarl.URL(request.url, encoded=True)
        try:
            async with self._session.request(
                request.method, url, data=request.body, headers=request.headers, timeout=timeout
            ) as response:
                reply = await _read_reply(request.url, response)
                return reply, f"{response.status // 100}xx" if reply.error_code else ""
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return WebhookReply(request.url, error_code=CONNECTION_REFUSED), "ct"
        except TimeoutError:
            return WebhookReply(request.url, error_code=TIMED_OUT), "rt"
        except aiohttp.ClientError:
            return WebhookReply(request.url, error_code=CONNECTION_BROKEN), "rt"


async def _read_reply(url: str, response: aiohttp.ClientResponse) -> WebhookReply:
    error_code = HTTP_FAILURE if response.status >= 400 else 0
    reply = WebhookReply(url, response.status, response.content_type, error_code=error_code)
    if response.content_type.startswith("audio/"):
        spoken_text = unquote(response.headers.get("Content-Description", ""))
        return replace(reply, audio=await response.read(), spoken_text=spoken_text)
    return replace(reply, body=await response.text(errors="replace"))


def is_valid_url(url: str) -> bool:
    """Return whether Twilio accepts the URL: absolute, http or https, no underscore in the host name."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and "_" not in host


def url_for_signature(url: str) -> str:
    """Return the URL as Twilio signs it: without the port for https, with it for http."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.port:
        return url
    return url.replace(f":{parts.port}", "", 1)
