"""A worker leases a row while it works on it and renews every few seconds.

After a crash nobody renews, so that another worker may claim the row once the lease has run out.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django.db import connection, transaction

from screener.models import LeasableModel, LeasableQuerySet

log = logging.getLogger(__name__)


class Leased(Protocol):
    """A leasable row, or an object that stands for a locked one."""

    def has_lease(self, token: UUID) -> bool: ...


Row = TypeVar("Row", bound=LeasableModel)
Locked = TypeVar("Locked", bound=Leased)
Lock = Callable[[UUID], AbstractContextManager[Locked | None]]
"""Opens a transaction and yields the row of this id, locked and read afresh. None: it was deleted."""

LEASE_SECONDS = 25
RENEW_EVERY = 5.0
LONGEST = 600.0
"""Work that takes longer hangs: its lease is no longer renewed."""


@dataclass(frozen=True)
class Lease(Generic[Row]):
    """The claim of one row by this process. Once it is lost to another worker, its token changes nothing."""

    rows: LeasableQuerySet[Row]
    pk: UUID
    token: UUID

    @contextmanager
    def locked(self, lock: Lock[Locked]) -> Iterator[Locked | None]:
        """Yields the locked row for writing, or None where the lease was lost: nothing may be written then."""
        with lock(self.pk) as row:
            if row is None or not row.has_lease(self.token):
                log.info("%s %s: lease lost; result discarded", self.rows.model.__name__, self.pk)
                yield None
            else:
                yield row

    def tries(self) -> int | None:
        """How often this work was tried, this try included. None where the lease was lost."""
        return self.rows.filter(pk=self.pk, lease=self.token).values_list("tries", flat=True).first()

    def postpone(self, delay: timedelta, *, count_try: bool = True, **changes: Any) -> None:
        """Release the row, to be tried again after this delay. `count_try`: whether this was a try."""
        self.rows.postpone(self.pk, self.token, delay, count_try=count_try, **changes)

    def renew(self) -> None:
        self.rows.renew(self.pk, self.token, seconds=LEASE_SECONDS)


_renewed: dict[Lease[Any], float] = {}
"""The leases of this process, each with the time until which it is renewed."""


@contextmanager
def claim_lease(rows: LeasableQuerySet[Row], pk: UUID) -> Iterator[Lease[Row] | None]:
    """Lease this row while the block runs. Yields None where `LeasableQuerySet.claim` does: not ready, or leased."""
    token = rows.claim(pk, seconds=LEASE_SECONDS)
    if token is None:
        yield None
        return
    _start_renewing()
    lease = Lease(type(rows)(rows.model), pk, token)
    _renewed[lease] = time.monotonic() + LONGEST
    try:
        yield lease
    finally:
        del _renewed[lease]


def row_lock(rows: LeasableQuerySet[Row]) -> Lock[Row]:
    """The lock of rows that need no other row locked before them."""

    @contextmanager
    def lock(pk: UUID) -> Iterator[Row | None]:
        with transaction.atomic():
            yield rows.select_for_update().filter(pk=pk).first()

    return lock


def renew_leases() -> None:
    """Extend each lease of this process. A lease that was lost stays lost."""
    for lease, until in list(_renewed.items()):
        if time.monotonic() < until:
            lease.renew()


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
