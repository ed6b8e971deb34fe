"""A row that something slow is done to is leased for as long as the worker lives that does it, and a little longer.

However long a vendor may take, what a dead worker left behind is soon taken up by another.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from screener.models import LeasableQuerySet

log = logging.getLogger(__name__)

LEASE_SECONDS = 25
RENEW_EVERY = 5.0
LONGEST = 600.0
"""Whatever takes longer hangs, and somebody else may try."""


@dataclass(frozen=True)
class _Held:
    rows: LeasableQuerySet[Any]
    pk: UUID
    until: float


_held: dict[UUID, _Held] = {}


@contextmanager
def claim_lease(rows: LeasableQuerySet[Any], pk: UUID) -> Iterator[UUID | None]:
    """Lease this row while the block runs. Yields the fence token or, as `LeasableQuerySet.claim`, None."""
    token = rows.claim(pk, seconds=LEASE_SECONDS)
    if token is None:
        yield None
        return
    _start_renewing()
    _held[token] = _Held(type(rows)(rows.model), pk, until=time.monotonic() + LONGEST)
    try:
        yield token
    finally:
        del _held[token]


def renew_leases() -> None:
    """Make what this process holds last from now. What was lost to somebody else meanwhile stays lost."""
    for token, row in list(_held.items()):
        if time.monotonic() < row.until:
            row.rows.renew(row.pk, token, seconds=LEASE_SECONDS)


@cache
def _start_renewing() -> None:
    threading.Thread(target=_renew_forever, name="leases", daemon=True).start()


def _renew_forever() -> None:
    while True:
        time.sleep(RENEW_EVERY)
        try:
            renew_leases()
        except Exception as error:
            log.warning("leases: not renewed (%s)", type(error).__name__)
        finally:
            connection.close()
