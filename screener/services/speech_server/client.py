"""Requests to the speech server. They wait in its queue, so they have a long timeout."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError

from screener.services.circuit_breaker import breaker_for
from screener.services.errors import PermanentError, TransientError

TIMEOUT_SECONDS = 900
SERVER = "The speech server of this machine"
T = TypeVar("T", bound=BaseModel)


class ServerGone(TransientError):
    """The speech server is not running, or ended in the middle of a request. It is started again."""


class ServerFailed(TransientError):
    """The speech server answered with an error, or unreadably."""


class RequestRefused(PermanentError):
    """The speech server cannot read this content."""


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_SECONDS)
        self.sock.connect(str(self._path))


@dataclass(frozen=True)
class SpeechServer:
    socket_path: Path

    def post_json(self, path: str, query: Mapping[str, str], body: bytes, reply: type[T]) -> T:
        """Send a request whose reply is JSON. Raises ServiceError."""
        content = self.post(path, query, body)
        try:
            return reply.model_validate_json(content)
        except ValidationError as error:
            raise ServerFailed(f"{SERVER} sent an unreadable reply.") from error

    def post(self, path: str, query: Mapping[str, str], body: bytes) -> bytes:
        """Send a request. Raises ServiceError, or CircuitOpen after repeated failures."""
        with breaker_for(str(self.socket_path), path).guard(SERVER):
            try:
                return self._exchange(f"{path}?{urlencode(query)}", body)
            except (OSError, HTTPException) as error:
                raise ServerGone(f"{SERVER} ended, or is just being started ({type(error).__name__}).") from error

    def _exchange(self, target: str, body: bytes) -> bytes:
        connection = _UnixConnection(self.socket_path)
        try:
            connection.request("POST", target, body, {"Content-Type": "application/octet-stream"})
            return _content_of(connection.getresponse())
        finally:
            connection.close()


def _content_of(response: HTTPResponse) -> bytes:
    content = response.read()
    if response.status == 422:
        raise RequestRefused(f"{SERVER} cannot read this content.")
    if response.status != 200:
        raise ServerFailed(f"{SERVER} failed (HTTP {response.status}).")
    return content
