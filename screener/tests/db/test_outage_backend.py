"""A database that is away: one finds out for all, and it is back for all as soon as it is back."""

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


class Mute:
    """A server that takes connections and hangs up without a word, once it may."""

    def __init__(self) -> None:
        self.asked, self.may_hang_up = 0, Event()
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
            self.asked += 1
            self.may_hang_up.wait()
            caller.close()

    def close(self) -> None:
        self.may_hang_up.set()
        self._socket.close()


@pytest.fixture
def mute() -> Iterator[Mute]:
    server = Mute()
    yield server
    server.close()
    database_breaker.cache_clear()


def reached_at(**where: Any) -> DatabaseWrapper:
    return DatabaseWrapper({**connection.settings_dict, **where}, alias="away")


def connects(database: DatabaseWrapper) -> bool:
    try:
        database.connect()
    except (OperationalError, psycopg.OperationalError):
        return False
    database.close()
    return True


def away(mute: Mute) -> DatabaseWrapper:
    return reached_at(HOST="127.0.0.1", PORT=mute.port, OPTIONS={"connect_timeout": 30, "sslmode": "disable"})


def here() -> DatabaseWrapper:
    parameters = connection.get_connection_params()
    return reached_at(HOST=parameters["host"], PORT=parameters["port"], USER=parameters["user"])


def test_a_database_that_did_not_answer_is_asked_again_by_nobody_for_a_second_and_then_by_one(
    mute: Mute, clock: Clock
) -> None:
    assert not connects(away(mute))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert not any(threads.map(lambda _: connects(away(mute)), range(AT_ONCE)))
        assert mute.asked == 1, "it was asked again at once"

        clock.now += RETRY_INTERVAL
        mute.may_hang_up.clear()
        looks = as_completed([threads.submit(connects, away(mute)) for _ in range(AT_ONCE)])
        refused = [next(looks).result() for _ in range(AT_ONCE - 1)]
        assert not any(refused), "and nobody else waited"
        mute.may_hang_up.set()
        assert not next(looks).result()
        assert mute.asked == 2


def test_a_database_that_is_back_is_back_for_all(mute: Mute, clock: Clock) -> None:
    assert not connects(away(mute))
    assert not connects(here())
    clock.now += RETRY_INTERVAL
    assert connects(here())
    assert connects(here())


def test_a_database_whose_connections_are_all_in_use_is_not_away() -> None:
    options = {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 0.2}}
    given = {**connection.settings_dict, **here().settings_dict, "OPTIONS": options}
    one, other = (DatabaseWrapper(given, alias="busy") for _ in range(2))
    one.connect()
    assert not connects(other)
    one.close()
    assert connects(other), "it was asked again at once"
    other.close_pool()


def test_a_lock_that_somebody_keeps_is_waited_for_only_so_long() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')")
        assert cursor.fetchone() == ("10s", "30s")
