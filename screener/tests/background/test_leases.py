"""A row that is worked on stays its worker's while that lives, and is soon somebody else's when it does not."""

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
from screener.background.leases import LEASE_SECONDS, claim_lease, renew_leases
from screener.models import SpokenLine

ROWS = SpokenLine.objects.all()


@pytest.fixture
def line(db: None) -> SpokenLine:
    return SpokenLine.objects.create(key="one", text="Hello.", language="en", model="voice-1", voice="jane")


@pytest.fixture
def later(time_machine: Any) -> Callable[[float], None]:
    time_machine.move_to(timezone.now(), tick=False)
    return lambda seconds: time_machine.shift(seconds)


def is_free(line: SpokenLine) -> bool:
    return ROWS.claimable().filter(pk=line.pk).exists()


def test_only_one_holds_a_row(line: SpokenLine) -> None:
    with claim_lease(ROWS, line.pk) as mine, claim_lease(ROWS, line.pk) as theirs:
        assert mine
        assert theirs is None


def test_work_that_takes_long_keeps_its_row(line: SpokenLine, later: Any) -> None:
    with claim_lease(ROWS, line.pk):
        for _ in range(5):
            later(LEASE_SECONDS - 1)
            renew_leases()
        assert not is_free(line)


def test_the_row_of_a_dead_worker_is_free_soon(line: SpokenLine, later: Any) -> None:
    with claim_lease(ROWS, line.pk):
        later(LEASE_SECONDS + 1)  # Nobody renews.
        assert is_free(line)


def test_work_that_failed_leaves_its_row_to_the_next(line: SpokenLine, later: Any) -> None:
    with suppress(ZeroDivisionError), claim_lease(ROWS, line.pk):
        raise ZeroDivisionError
    later(LEASE_SECONDS + 1)
    renew_leases()
    assert is_free(line)


def test_work_that_hangs_loses_its_row_in_the_end(line: SpokenLine, later: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(leases, "LONGEST", 0)
    with claim_lease(ROWS, line.pk):
        later(LEASE_SECONDS + 1)
        renew_leases()
        assert is_free(line)


def test_a_row_that_was_lost_stays_lost(line: SpokenLine) -> None:
    with claim_lease(ROWS, line.pk):
        ROWS.filter(pk=line.pk).update(lease=uuid4(), lease_until=timezone.now() - timedelta(seconds=1))
        renew_leases()
        assert is_free(line)


def test_a_row_that_was_given_back_is_not_taken_again(line: SpokenLine) -> None:
    with claim_lease(ROWS, line.pk) as token:
        assert token
        ROWS.postpone(line.pk, token, timedelta(0))
        renew_leases()
        assert is_free(line)


@pytest.mark.django_db(transaction=True)
def test_a_worker_renews_by_itself_also_after_its_database_was_away(line: SpokenLine, monkeypatch: Any) -> None:
    renewed, away = Event(), [OperationalError()]

    def renewing() -> None:
        if away and leases._held:
            raise away.pop()
        renew_leases()
        if leases._held:
            renewed.set()

    monkeypatch.setattr(leases, "RENEW_EVERY", 0.01)
    monkeypatch.setattr(leases, "renew_leases", renewing)
    leases._start_renewing.cache_clear()
    with claim_lease(ROWS, line.pk) as token:
        ROWS.filter(pk=line.pk, lease=token).update(lease_until=timezone.now() - timedelta(seconds=1))
        renewed.clear()
        assert renewed.wait(20)
        assert not away
        assert not is_free(line)
