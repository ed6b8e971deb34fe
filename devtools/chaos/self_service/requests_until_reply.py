"""Requests of a candidate's browser: repeated until there is a reply, as the pages and their readers do."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from random import Random
from typing import Any

import requests

REPLY_TIMEOUT = 10.0
GIVE_UP_AFTER = 120.0
WAITS = (0.1, 1.0)
SHARE_LOST, SHARE_DOUBLED = 0.1, 0.15
"""The share of requests whose first reply is lost, and of those that are sent twice at the same time."""


class Unreachable(Exception):
    """There was no reply, or one that asks to try again later."""


class UnequalReplies(Exception):
    """The same request twice at once got two different replies."""


class Browser:
    """Sends the requests of one candidate below a URL, with these headers."""

    def __init__(self, url: str, headers: Mapping[str, str], random: Random) -> None:
        self.url, self.headers, self.random = url, headers, random

    def get(self, path: str) -> requests.Response:
        return self._send_until_reply("GET", path)

    def post(self, path: str, **content: Any) -> requests.Response:
        """Post until there is a reply, and return it. The server may get the request several times."""
        if self.random.random() < SHARE_LOST:
            self._lose_reply(path, content)
        if self.random.random() >= SHARE_DOUBLED:
            return self._send_until_reply("POST", path, **content)
        with ThreadPoolExecutor(2) as executor:
            doubled = [executor.submit(self._send_until_reply, "POST", path, **content) for _ in range(2)]
        first, second = (future.result() for future in doubled)
        if first.status_code != second.status_code:
            raise UnequalReplies(
                f"{path}: {first.status_code} {first.text[:80]}, {second.status_code} {second.text[:80]}"
            )
        return first

    def _lose_reply(self, path: str, content: Mapping[str, Any]) -> None:
        with suppress(Unreachable):
            self._send("POST", path, timeout=0.001, **content)

    def _send_until_reply(self, method: str, path: str, **content: Any) -> requests.Response:
        deadline = time.monotonic() + GIVE_UP_AFTER
        while True:
            try:
                return self._send(method, path, timeout=REPLY_TIMEOUT, **content)
            except Unreachable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(self.random.uniform(*WAITS))

    def _send(
        self, method: str, path: str, *, timeout: float, headers: Mapping[str, str] | None = None, **content: Any
    ) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False  # no proxy for requests to this machine
            try:
                response = session.request(
                    method,
                    self.url + path,
                    headers={**self.headers, **(headers or {})},
                    timeout=(REPLY_TIMEOUT, timeout),
                    allow_redirects=False,
                    **content,
                )
            except requests.RequestException as error:
                raise Unreachable from error
        if (
            response.status_code == HTTPStatus.TOO_MANY_REQUESTS
            or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            raise Unreachable(response.status_code)
        return response
