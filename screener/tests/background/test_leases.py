"""Leases: renewed while their worker lives, lost soon after its death, and void once lost."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from screener.background import leases
from screener.background.leases import LEASE_SECONDS, claim_lease, renew_leases, row_lock
from screener.models import SpokenLine

ROWS = SpokenLine.objects.all()


@pytest.fixture
def line(db: None) -> SpokenLine:
    return SpokenLine.objects.create(key="one", text="Hello.", language="en", model="voice-1", voice="jane")


@pytest.fixture
def later(time_machine: Any) -> Callable[[float], None]:
    time_machine.move_to(timezone.now(), tick=False)
    return lambda seconds: time_machine.shift(seconds)


def is_claimable(line: SpokenLine) -> bool:
    return ROWS.claimable().filter(pk=line.pk).exists()


def test_lease_is_exclusive(line: SpokenLine) -> None:
    with claim_lease(ROWS, line.pk) as first, claim_lease(ROWS, line.pk) as second:
        assert first
        assert second is None


def test_lease_is_renewed_during_long_work(line: SpokenLine, later: Any) -> None:
    with claim_lease(ROWS, line.pk):
        for _ in range(5):
            later(LEASE_SECONDS - 1)
            renew_leases()
        assert not is_claimable(line)


def test_lease_of_dead_worker_runs_out(line: SpokenLine, later: Any) -> None:
    with claim_lease(ROWS, line.pk):
        later(LEASE_SECONDS + 1)
        assert is_claimable(line)


def test_lease_of_failed_work_runs_out(line: SpokenLine, later: Any) -> None:
    with suppress(ZeroDivisionError), claim_lease(ROWS, line.pk):
        raise ZeroDivisionError
    later(LEASE_SECONDS + 1)
    renew_leases()
    assert is_claimable(line)


def test_lease_of_hanging_work_runs_out(line: SpokenLine, later: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(leases, "LONGEST", 0)
    with claim_lease(ROWS, line.pk):
        later(LEASE_SECONDS + 1)
        renew_leases()
        assert is_claimable(line)


def test_lost_lease_is_not_renewed(line: SpokenLine) -> None:
    with claim_lease(ROWS, line.pk):
        ROWS.filter(pk=line.pk).update(lease=uuid4(), lease_until=timezone.now() - timedelta(seconds=1))
        renew_leases()
        assert is_claimable(line)


def test_released_row_is_not_renewed(line: SpokenLine) -> None:
    with claim_lease(ROWS, line.pk) as lease:
        assert lease
        lease.postpone(timedelta(0))
        renew_leases()
        assert is_claimable(line)


@pytest.mark.parametrize("taken", [False, True])
def test_row_is_locked_only_with_valid_lease(line: SpokenLine, taken: bool) -> None:
    with claim_lease(ROWS, line.pk) as lease:
        assert lease
        if taken:
            ROWS.filter(pk=line.pk).update(lease=uuid4())
        with lease.locked(row_lock(ROWS)) as row:
            assert (row is None) is taken
        assert (lease.tries() is None) is taken


def test_deleted_row_counts_as_lost(line: SpokenLine) -> None:
    with claim_lease(ROWS, line.pk) as lease:
        assert lease
        ROWS.all().delete()
        with lease.locked(row_lock(ROWS)) as row:
            assert row is None


@pytest.mark.django_db(transaction=True)
def test_renewal_survives_database_outage(line: SpokenLine, monkeypatch: Any) -> None:
    renewed, outage = Event(), [OperationalError()]

    def renew() -> None:
        if outage and leases._renewed:
            raise outage.pop()
        renew_leases()
        if leases._renewed:
            renewed.set()

    monkeypatch.setattr(leases, "RENEW_EVERY", 0.01)
    monkeypatch.setattr(leases, "renew_leases", renew)
    leases._start_renewing.cache_clear()
    with claim_lease(ROWS, line.pk) as lease:
        assert lease
        ROWS.filter(pk=line.pk, lease=lease.token).update(lease_until=timezone.now() - timedelta(seconds=1))
        renewed.clear()
        assert renewed.wait(20)
        assert not outage
        assert not is_claimable(line)
