"""Requests that are sent by a certain moment or not at all, and that are over after so many seconds in all."""

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

_deadline: ContextVar[datetime | None] = ContextVar("_deadline", default=None)
_end: ContextVar[float | None] = ContextVar("_end", default=None)


class TooLateToSend(TransientError):
    """The moment had passed before the request was sent: nothing was done."""


@contextmanager
def sent_before(moment: datetime) -> Iterator[None]:
    """What a PunctualAdapter sends in this block is sent before that moment, or raises TooLateToSend."""
    token = _deadline.set(moment)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def over_within(seconds: float) -> Iterator[None]:
    """All that a PunctualAdapter does in this block, to the last byte that is read, is over then or times out.

    A timeout of requests starts anew with every byte, so that whoever sends one at a time could keep us for ever.
    (Looking up a name can't be cut short, and each address of a name is given as much time as the first.)
    """
    token = _end.set(monotonic() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def _left(most: float | None) -> float | None:
    """How long one more wait may be, where it would otherwise be this long. Raises TimeoutError when all is over."""
    end = _end.get()
    if end is None:
        return most
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError("It took too long in all.")
    return left if most is None else min(left, most)


class _InTime(RawIOBase):
    """What comes from a socket, which waits no longer for each part of it than is left for all."""

    def __init__(self, reader: RawIOBase, sock: socket) -> None:
        self._reader, self._sock, self._patience = reader, sock, sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        self._sock.settimeout(_left(self._patience))
        return self._reader.readinto(buffer)

    def close(self) -> None:
        self._reader.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: BufferedReader = BufferedReader(_InTime(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    """Looks at the clock at the last moment: once it stands, new or reused, and before each part is sent.

    A request of which a part is missing is none. Whoever was stopped between the two (a suspended machine, a slow
    handshake) sends nothing any more.
    """

    response_class = _Answer

    def connect(self) -> None:
        self.timeout = _left(self.timeout)
        super().connect()

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.sock.settimeout(_left(self.timeout))
        deadline = _deadline.get()
        if deadline is not None and datetime.now(UTC) >= deadline:
            raise TooLateToSend("It took too long to reach Twilio, so nothing was sent; trying again.")
        super().send(data)


class _TLSConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class PunctualAdapter(HTTPAdapter):
    """Sends as requests does, through a proxy as well, and keeps to `sent_before`."""

    POOLS: ClassVar[dict[str, Any]] = {"http": _Pool, "https": _TLSPool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self.POOLS
        return manager
