"""The shared cache, with a real server that stops and comes back."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from devtools.harness.deployment import wait_until
from screener.cache import redis_cache
from screener.cache.redis_cache import FallbackClient, FallbackRedisCache
from screener.web import rate_limit

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")

pytestmark = pytest.mark.skipif(SERVER is None, reason="needs valkey-server or redis-server (Debian: redis-server)")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FallbackClient, "ask_at", 0.0)


@contextmanager
def running_server(socket: Path) -> Iterator[None]:
    command = [str(SERVER), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(socket.parent)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: is_answering(socket), 20, "the server of the cache")
            yield
        finally:
            server.kill()


def is_answering(socket: Path) -> bool:
    try:
        return bool(redis.Redis(unix_socket_path=str(socket)).ping())
    except redis.RedisError:
        return False


def test_processes_share_the_cache_and_outlive_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_cache, "PAUSE_SECONDS", 0)
    socket = tmp_path / "redis.sock"
    one, other = (FallbackRedisCache(f"unix://{socket}", {}) for _ in range(2))

    def is_over_limit(cache: FallbackRedisCache) -> bool:
        monkeypatch.setattr(rate_limit, "cache", cache)
        return rate_limit.is_over_limit("page", "192.0.2.1", most=2, seconds=600)

    with running_server(socket):
        assert [is_over_limit(cache) for cache in (one, other, one)] == [False, False, True]
        one.set("spent", {"sum": 2})
        assert other.get("spent") == {"sum": 2}
    assert [is_over_limit(cache) for cache in (one, one, one)] == [False, False, True]
    assert other.get("spent", "unknown") == "unknown"
    with running_server(socket):
        other.set("spent", 3)
        assert (one.get("spent"), one.delete("spent"), other.get("spent")) == (3, True, None)
        one.clear()


def test_server_that_failed_is_left_alone(tmp_path: Path, caplog: Any) -> None:
    cache = FallbackRedisCache(f"unix://{tmp_path}/nobody.sock", {})
    cache.set("key", 1)
    assert (cache.incr("key"), cache.get("key")) == (2, 2)
    assert len(caplog.records) == 1
