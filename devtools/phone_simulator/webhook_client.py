"""Carries requests to the application as Twilio does: signed, bounded in time, retried as the URL asks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from uuid import uuid4

import aiohttp
import yarl
from twilio.request_validator import RequestValidator

LIMIT_MS = 15_000  # Twilio waits no longer than this for an answer, retries included
INVALID_URL, HTTP_FAILURE, REFUSED, TIMED_OUT, BROKEN = 11100, 11200, 11202, 11203, 11205


@dataclass(frozen=True)
class Reply:
    """What came back, or Twilio's error code for why nothing usable did (0: all is well)."""

    url: str
    status: int = 0
    content_type: str = ""
    body: str = ""
    error: int = 0
    sound: bytes = field(default=b"", repr=False)  # the body instead, where it is audio
    words: str = ""  # what is said in it, where its Content-Description tells


@dataclass(frozen=True)
class Overrides:
    """The connection settings that a webhook URL may carry in its fragment."""

    connect: float
    read: float
    total: float
    retries: int
    policy: frozenset[str]

    @classmethod
    def parse(cls, fragment: str) -> "Overrides":
        given = dict(parse_qsl(fragment))

        def number(name: str, default: int, most: int = LIMIT_MS) -> int:
            value = given.get(name, "")
            return min(int(value), most) if value.isdecimal() else default

        return cls(
            connect=number("ct", 5_000) / 1000,
            read=number("rt", LIMIT_MS) / 1000,
            total=number("tt", LIMIT_MS) / 1000,
            retries=number("rc", 1, most=5),
            policy=frozenset(given.get("rp", "ct").split(",")),
        )

    def retry(self, failure: str) -> bool:
        return bool(failure) and not self.policy.isdisjoint({failure, "all"})


class Courier:
    """Use as `async with`: it holds the HTTP connections."""

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    async def __aenter__(self) -> "Courier":
        # No cookies: they would leak from one call into another. No kept connections: a POST that
        # meets one just closed by the server would look like an outage that never was.
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

    async def send(self, method: str, url: str, params: Mapping[str, str]) -> Reply:
        """Make one signed request. Never raises: failures come back as a Reply with an error code."""
        target, _, fragment = url.partition("#")
        if not valid_url(target):
            return Reply(url, error=INVALID_URL)
        overrides = Overrides.parse(fragment)
        if method == "GET" and params:
            target += ("&" if "?" in target else "?") + urlencode(params)
        form = dict(params) if method == "POST" else {}
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(signed_url(target), form),
            "I-Twilio-Idempotency-Token": str(uuid4()),  # the same for every retry
        }
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        body = urlencode(form).encode() if method == "POST" else None
        try:
            async with asyncio.timeout(overrides.total):
                return await self._with_retries(method, target, headers, body, overrides)
        except TimeoutError:
            return Reply(url, error=TIMED_OUT)

    async def _with_retries(
        self, method: str, target: str, headers: dict[str, str], body: bytes | None, overrides: Overrides
    ) -> Reply:
        for _ in range(overrides.retries):
            reply, failure = await self._attempt(method, target, headers, body, overrides)
            if not overrides.retry(failure):
                return reply
        reply, _ = await self._attempt(method, target, headers, body, overrides)
        return reply

    async def _attempt(
        self, method: str, target: str, headers: dict[str, str], body: bytes | None, overrides: Overrides
    ) -> tuple[Reply, str]:
        """The reply, and the kind of failure in the words of the retry policy ("": none)."""
        timeout = aiohttp.ClientTimeout(sock_connect=overrides.connect, sock_read=overrides.read)
        # encoded=True: what arrives must be, byte for byte, what was signed.
        url = yarl.URL(target, encoded=True)
        try:
            async with self._session.request(method, url, data=body, headers=headers, timeout=timeout) as response:
                error = HTTP_FAILURE if response.status >= 400 else 0
                reply = Reply(target, response.status, response.content_type, error=error)
                if response.content_type.startswith("audio/"):
                    words = unquote(response.headers.get("Content-Description", ""))
                    reply = replace(reply, sound=await response.read(), words=words)
                else:
                    reply = replace(reply, body=await response.text(errors="replace"))
                return reply, f"{response.status // 100}xx" if error else ""
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Reply(target, error=REFUSED), "ct"
        except TimeoutError:
            return Reply(target, error=TIMED_OUT), "rt"
        except aiohttp.ClientError:
            return Reply(target, error=BROKEN), "rt"


def valid_url(url: str) -> bool:
    """Whether Twilio would call it: absolute, http or https, and no underscore in its host name."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and "_" not in host


def signed_url(url: str) -> str:
    """The URL as it enters the signature: Twilio leaves a port out of https URLs, and in http ones."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.port:
        return url
    return url.replace(f":{parts.port}", "", 1)
