"""The circuit breaker of the database."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from screener.db.outage_backend import base
from screener.db.outage_backend.base import RETRY_INTERVAL, DatabaseWrapper, database_breaker

pytestmark = pytest.mark.django_db
AT_ONCE = 20


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(base, "monotonic", clock)
    return clock


class SilentServer:
    """A server that accepts connections and closes them without an answer, when it is allowed to."""

    def __init__(self) -> None:
        self.connection_count, self.may_hang_up = 0, Event()
        self.may_hang_up.set()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=AT_ONCE)
        self.port = self._socket.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            self.connection_count += 1
            self.may_hang_up.wait()
            caller.close()

    def close(self) -> None:
        self.may_hang_up.set()
        self._socket.close()


@pytest.fixture
def server() -> Iterator[SilentServer]:
    server = SilentServer()
    yield server
    server.close()
    database_breaker.cache_clear()


def make_database(**location: Any) -> DatabaseWrapper:
    return DatabaseWrapper({**connection.settings_dict, **location}, alias="away")


def connects(database: DatabaseWrapper) -> bool:
    try:
        database.connect()
    except (OperationalError, psycopg.OperationalError):
        return False
    database.close()
    return True


def away(server: SilentServer) -> DatabaseWrapper:
    return make_database(HOST="127.0.0.1", PORT=server.port, OPTIONS={"connect_timeout": 30, "sslmode": "disable"})


def here() -> DatabaseWrapper:
    parameters = connection.get_connection_params()
    return make_database(HOST=parameters["host"], PORT=parameters["port"], USER=parameters["user"])


def test_one_connection_tests_silent_server(server: SilentServer, clock: Clock) -> None:
    assert not connects(away(server))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert not any(threads.map(lambda _: connects(away(server)), range(AT_ONCE)))
        assert server.connection_count == 1

        clock.now += RETRY_INTERVAL
        server.may_hang_up.clear()
        looks = as_completed([threads.submit(connects, away(server)) for _ in range(AT_ONCE)])
        refused = [next(looks).result() for _ in range(AT_ONCE - 1)]
        assert not any(refused)
        server.may_hang_up.set()
        assert not next(looks).result()
        assert server.connection_count == 2


def test_success_closes_breaker_for_all(server: SilentServer, clock: Clock) -> None:
    assert not connects(away(server))
    assert not connects(here())
    clock.now += RETRY_INTERVAL
    assert connects(here())
    assert connects(here())


def test_exhausted_pool_is_no_outage() -> None:
    options = {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 0.2}}
    pool_settings = {**connection.settings_dict, **here().settings_dict, "OPTIONS": options}
    first, second = (DatabaseWrapper(pool_settings, alias="busy") for _ in range(2))
    first.connect()
    assert not connects(second)
    first.close()
    assert connects(second)
    second.close_pool()


def test_lock_waits_are_limited() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')")
        assert cursor.fetchone() == ("10s", "30s")
