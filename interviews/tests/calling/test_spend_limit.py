"""The cost limit of calls in 24 hours, by known prices and by estimates."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from interviews.calling import dialer, reconcile, spend_limit
from interviews.calling.capacity import SHARED_RULES
from interviews.calling.verdicts import DialRule
from interviews.models import Call, Interview, WaitReason
from interviews.models.transitions.call import lock_call
from tests.support.calls import make_interviews
from tests.support.factories import make_approved_job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limit(settings: Any) -> None:
    settings.DAILY_SPEND_LIMIT = 1


def make_call(number: int, *, ago: timedelta = timedelta(hours=1), **fields: Any) -> Call:
    """A call that was answered, ended after a minute, and has no price yet, unless `fields` say otherwise."""
    (interview,) = make_interviews(1, make_approved_job(), first=number)
    attempt = interview.attempts.create(number=1, send_before=interview.created_at)
    began = timezone.now() - ago
    values = {"status": "completed", "ended_at": began + timedelta(minutes=1), "twilio_sid": f"CA{number}"} | fields
    call = Call.objects.create(attempt=attempt, number=interview.candidate.phone, **values)
    Call.objects.filter(pk=call.pk).update(created_at=began)
    return call


def is_reached() -> bool:
    """Whether another call has to wait for the spend limit."""
    (interview,) = make_interviews(1, make_approved_job(), first=98)
    is_planned = dialer._plan_attempt(interview.pk) is not None
    interview.refresh_from_db()
    assert interview.wait_reason == ("" if is_planned else WaitReason.SPEND_LIMIT)
    return not is_planned


def test_price_above_limit_delays_call() -> None:
    make_call(1, price="-1.02", price_unit="USD")
    assert is_reached()


def test_older_call_is_not_counted() -> None:
    make_call(1, ago=timedelta(hours=25), price="-9", price_unit="USD", duration_seconds=60)
    assert not is_reached()


def test_currency_is_not_converted() -> None:
    make_call(1, price="-1.02", price_unit="EUR")
    assert is_reached()


@pytest.mark.parametrize(("seconds", "reached"), [(9 * 60, False), (9 * 60 + 1, True), (3600, True)])
def test_estimate_counts_begun_minutes(seconds: int, reached: bool) -> None:
    make_call(1, duration_seconds=seconds)
    assert is_reached() == reached


@pytest.mark.parametrize(("calls", "reached"), [(9, False), (10, True)])
def test_estimate_counts_at_least_minute(calls: int, reached: bool) -> None:
    for number in range(calls):
        make_call(number, duration_seconds=1)
    assert is_reached() == reached


@pytest.mark.parametrize(("minutes", "reached"), [(8.5, False), (9.5, True)])
@pytest.mark.parametrize("sid", ["CA1", ""])
def test_call_in_progress_lasts_until_now(minutes: float, reached: bool, sid: str) -> None:
    make_call(1, ago=timedelta(minutes=minutes), ended_at=None, status="in-progress", twilio_sid=sid)
    assert is_reached() == reached


@pytest.mark.parametrize(("minutes", "reached"), [(4, False), (5, True)])
def test_estimate_uses_known_minute_price(minutes: int, reached: bool) -> None:
    make_call(1, ago=timedelta(days=2), price="-0.40", duration_seconds=100)
    make_call(2, ago=timedelta(days=3), price="-0.20", duration_seconds=30)
    make_call(3, duration_seconds=minutes * 60)
    assert is_reached() == reached


def test_minute_price_uses_last_calls_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spend_limit, "PRICED_CALLS", 1)
    make_call(1, ago=timedelta(days=3), price="-9", duration_seconds=60)
    make_call(2, ago=timedelta(days=2), price="-0.01", duration_seconds=60)
    make_call(3, duration_seconds=600)
    assert not is_reached()


def test_price_replaces_estimate() -> None:
    call = make_call(1, duration_seconds=3600)
    call.set_price("-0.40", "USD")
    assert not is_reached()


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_unanswered_calls_cost_nothing(status: str) -> None:
    for number in range(12):
        make_call(number, status=status)
    assert not is_reached()


def test_unplaced_call_costs_nothing() -> None:
    make_call(1, status="", twilio_sid="", duration_seconds=3600)
    assert not is_reached()


def test_sum_takes_two_queries(settings: Any, django_assert_num_queries: Any) -> None:
    for number in range(3):
        make_call(number, duration_seconds=1)
    rule, no_reservations = SHARED_RULES[DialRule.SPEND_LIMIT], Interview.objects.none()
    with django_assert_num_queries(2):
        rule(None, no_reservations, timezone.now())
    settings.DAILY_SPEND_LIMIT = 0
    with django_assert_num_queries(0):
        rule(None, no_reservations, timezone.now())


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_unanswered_call_costs_nothing(status: str) -> None:
    call = make_call(1, status="ringing", ended_at=None)
    with lock_call(call.attempt_id) as locked:
        locked.apply_status(status)
    call.refresh_from_db()
    assert call.price == 0
    assert reconcile.attempts_without_price() == []


def test_carrier_price_of_unanswered_call_is_kept() -> None:
    call = make_call(1, status="ringing", ended_at=None)
    with lock_call(call.attempt_id) as locked:
        locked.apply_status("busy", price="-0.01", price_unit="USD")
    call.refresh_from_db()
    assert call.price == Decimal("-0.01")
