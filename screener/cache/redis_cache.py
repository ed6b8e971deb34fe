"""Redis or Valkey as cache, without which everything goes on: what it keeps can be counted or read again."""

import logging
from functools import partial
from time import monotonic
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
"""For which a server that failed is not asked: requests must not wait for it one after the other."""
CONNECTION = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}


class FallbackClient:
    """Asks the server; while that does not answer, a cache of this process, as without CACHE_URL."""

    ask_at = 0.0
    """Of all threads, each of which has a client."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        self._server = RedisCacheClient(servers, **(CONNECTION | options))
        self._own = LocMemCache("while the server is away", {})

    def __getattr__(self, name: str) -> Any:
        """The operations of a cache, which both name alike."""
        return partial(self._call, name)

    def _call(self, name: str, *arguments: Any) -> Any:
        if monotonic() >= FallbackClient.ask_at:
            try:
                return getattr(self._server, name)(*arguments)
            except RedisError as error:
                FallbackClient.ask_at = monotonic() + PAUSE_SECONDS
                kind = type(error).__name__
                log.warning("The cache at CACHE_URL does not answer (%s). Processes count on their own.", kind)
        return getattr(self._own, name)(*arguments)


class FallbackRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = FallbackClient
