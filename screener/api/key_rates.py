"""How much a key may be used: requests per minute, and per day what costs money.

Counted in the database, which all processes share: one statement per request. A cache cannot count exactly.
"""

import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from screener.api.authentication import Client

WINDOW_SECONDS = 60
COUNT_REQUEST = """
INSERT INTO screener_apikeyuse AS kept (owner, day, requests, "window", window_requests, last_used_at)
VALUES (%(owner)s, %(day)s, 1, %(window)s, 1, now())
ON CONFLICT (owner, day) DO UPDATE SET
    requests = kept.requests + 1,
    refused = kept.refused
        + (kept."window" = excluded."window" AND kept.window_requests >= %(limit)s AND %(limit)s > 0)::int,
    window_requests = CASE WHEN kept."window" = excluded."window" THEN kept.window_requests + 1 ELSE 1 END,
    "window" = excluded."window",
    last_used_at = excluded.last_used_at
RETURNING window_requests
"""
TAKE_SHARE = """
INSERT INTO screener_apikeyuse AS kept (owner, day, {kind}, last_used_at)
SELECT %(owner)s, %(day)s, %(count)s, now() WHERE %(count)s <= %(limit)s
ON CONFLICT (owner, day) DO UPDATE SET {kind} = kept.{kind} + excluded.{kind}
WHERE kept.{kind} + excluded.{kind} <= %(limit)s
RETURNING {kind}
"""
UNLIMITED = 2**31 - 1


class LimitReached(APIException):
    """The key was used too much. `wait`: seconds after which it may be used again."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS

    def __init__(self, detail: str, wait: int) -> None:
        super().__init__(detail)
        self.wait = wait


@dataclass(frozen=True)
class Rate:
    """`remaining`: requests in this window. `reset`: seconds until the next one."""

    limit: int
    remaining: int
    reset: int


def count_request(request: Request) -> None:
    """Count the request of a key. Raises LimitReached above its rate."""
    client = cast(Client, request.user)
    limit = client.requests_per_minute
    limit = settings.API_KEY_REQUESTS_PER_MINUTE if limit is None else limit
    now = time.time()
    window = int(now) // WINDOW_SECONDS
    values = {"owner": client.owner, "day": _today(), "window": window, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_REQUEST, values)
        used = cursor.fetchone()[0]
    if not limit:
        return
    reset = math.ceil((window + 1) * WINDOW_SECONDS - now)
    request.rate = Rate(limit, max(0, limit - used), reset)  # type: ignore[attr-defined] # for `add_rate_headers`
    if used > limit:
        raise LimitReached(f"This API key may send {limit} requests a minute. Continue in {reset} seconds.", reset)


def add_rate_headers(request: Request, response: HttpResponseBase) -> None:
    """Tell the client its rate (draft-ietf-httpapi-ratelimit-headers)."""
    rate: Rate | None = getattr(request, "rate", None)
    if rate:
        response["RateLimit-Policy"] = f'"minute";q={rate.limit};w={WINDOW_SECONDS}'
        response["RateLimit"] = f'"minute";r={rate.remaining};t={rate.reset}'


def take_interviews(request: Request, count: int = 1) -> None:
    """Take these interviews from the day's share of the key. Raises LimitReached, and takes nothing, above it."""
    _take(request, "interviews", count, settings.API_KEY_INTERVIEWS_PER_DAY)


def take_model_task(request: Request) -> None:
    """Take a task for a language model from the day's share of the key. Raises LimitReached above it."""
    _take(request, "model_tasks", 1, settings.API_KEY_MODEL_TASKS_PER_DAY)


def _take(request: Request, kind: str, count: int, default: int) -> None:
    client = cast(Client, request.user)
    own_limit = client.daily_limits.get(kind)
    limit = default if own_limit is None else own_limit
    values = {"owner": client.owner, "day": _today(), "count": count, "limit": limit or UNLIMITED}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SHARE.format(kind=kind), values)
        if cursor.fetchone():
            return
    noun = {"interviews": "interviews", "model_tasks": "tasks for a language model"}[kind]
    raise LimitReached(
        f"This API key may start {limit} {noun} a day, and this request would exceed that. "
        "Continue after midnight UTC, or ask an administrator to raise the limit.",
        _seconds_until_midnight(),
    )


def _today() -> Any:
    return datetime.now(UTC).date()


def _seconds_until_midnight() -> int:
    now = datetime.now(UTC)
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
    return math.ceil((midnight - now).total_seconds())
