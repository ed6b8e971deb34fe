"""Limits how often an address may use a page that needs no login."""

from django.core.cache import cache


def is_over_limit(name: str, address: str | None, *, most: int, seconds: int) -> bool:
    """Count this use, and return whether there were more than `most` in the time since the first one.

    It counts in the cache: by process, unless CACHE_URL names a cache that all processes share.
    """
    key = f"rate:{name}:{address or 'unknown'}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it expired meanwhile
        return False
