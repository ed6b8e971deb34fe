"""Requests that are sent by a certain moment or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, ClassVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from screener.services.errors import TransientError

_deadline: ContextVar[datetime | None] = ContextVar("_deadline", default=None)


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


class _Connection(HTTPConnection):
    """Looks at the clock at the last moment: once it stands, new or reused, and before each part is sent.

    A request of which a part is missing is none. Whoever was stopped between the two (a suspended machine, a slow
    handshake) sends nothing any more.
    """

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
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
