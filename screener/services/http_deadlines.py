"""Deadlines for HTTP requests: send before a moment or not at all, and finish within a total time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from socket import socket
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from screener.services.errors import TransientError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TOO_LATE = "The connection took too long, so the request was not sent. It will be retried."
TOTAL_TIME_EXCEEDED = "The request exceeded its total time."

_send_by: ContextVar[datetime | None] = ContextVar("_send_by", default=None)
_finish_by: ContextVar[float | None] = ContextVar("_finish_by", default=None)


class TooLateToSend(TransientError):
    """The send deadline passed, so the request was not sent."""


@contextmanager
def send_deadline(deadline: datetime) -> Iterator[None]:
    """Requests of a DeadlineAdapter in this block are sent before the deadline or raise TooLateToSend."""
    token = _send_by.set(deadline)
    try:
        yield
    finally:
        _send_by.reset(token)


@contextmanager
def total_timeout(seconds: float) -> Iterator[None]:
    """Requests of a DeadlineAdapter in this block, with the reading of their bodies, finish in time or time out.

    The timeout of `requests` starts again with every byte, so a server that sends one byte at a time could block a
    worker for ever. Limits: a name lookup cannot be interrupted, and each address of a name gets the full timeout.
    """
    token = _finish_by.set(monotonic() + seconds)
    try:
        yield
    finally:
        _finish_by.reset(token)


def _remaining_seconds(timeout: float | None) -> float | None:
    """`timeout`, shortened to the time that is left in total. Raises TimeoutError when no time is left."""
    finish_by = _finish_by.get()
    if finish_by is None:
        return timeout
    remaining = finish_by - monotonic()
    if remaining <= 0:
        raise TimeoutError(TOTAL_TIME_EXCEEDED)
    return remaining if timeout is None else min(remaining, timeout)


class _DeadlineReader(RawIOBase):
    """Reads from a socket. Each read waits no longer than the time that is left in total."""

    def __init__(self, reader: RawIOBase, sock: socket) -> None:
        self._reader, self._sock, self._timeout = reader, sock, sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        self._sock.settimeout(_remaining_seconds(self._timeout))
        return self._reader.readinto(buffer)

    def close(self) -> None:
        self._reader.close()
        super().close()


class _DeadlineResponse(HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: BufferedReader = BufferedReader(_DeadlineReader(self.fp.detach(), sock))


class _DeadlineConnection(HTTPConnection):
    """Checks the send deadline after connecting and before sending each part of a request.

    A server ignores a request with a missing part. So a process that was stopped between two parts (a suspended
    machine, a slow handshake) sends no late request.
    """

    response_class = _DeadlineResponse

    def connect(self) -> None:
        self.timeout = _remaining_seconds(self.timeout)
        super().connect()

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.sock.settimeout(_remaining_seconds(self.timeout))
        send_by = _send_by.get()
        if send_by is not None and datetime.now(UTC) >= send_by:
            raise TooLateToSend(TOO_LATE)
        super().send(data)


class _DeadlineTLSConnection(_DeadlineConnection, HTTPSConnection):
    pass


class _DeadlinePool(HTTPConnectionPool):
    ConnectionCls = _DeadlineConnection


class _DeadlineTLSPool(HTTPSConnectionPool):
    ConnectionCls = _DeadlineTLSConnection


class DeadlineAdapter(HTTPAdapter):
    """The adapter of `requests`, also through a proxy, with `send_deadline` and `total_timeout`."""

    POOL_CLASSES: ClassVar[dict[str, Any]] = {"http": _DeadlinePool, "https": _DeadlineTLSPool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.POOL_CLASSES

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self.POOL_CLASSES
        return manager
