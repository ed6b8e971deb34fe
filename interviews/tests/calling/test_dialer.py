"""Placing calls: an attempt rings at most once, and only while it may."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from urllib3.connection import HTTPConnection

from interviews.calling import dialer, reconcile, retries
from interviews.models import Attempt, DialRate, EventKind, Interview, LockedInterview, lock_interview
from screener.services.telephony import twilio_calls, twilio_client
from tests.support.factories import make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db


def test_repeated_task_rings_once(twilio: FakeTwilio) -> None:
    interview = make_interview()
    for _ in range(3):
        dialer.dial_interview(interview.pk)
    assert len(twilio.calls) == 1
    assert Attempt.objects.get().call.twilio_sid == twilio.calls[0]["sid"]


def test_call_cancelled_while_placed_is_hung_up(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    interview, place_call = make_interview(), twilio_calls.place_call

    def place_and_cancel(**call: Any) -> twilio_calls.CallState:
        state = place_call(**call)
        with lock_interview(interview) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="hr")
        run_tasks(only="interviews.hang_up")  # the id of the call is not known yet
        return state

    monkeypatch.setattr(twilio_calls, "place_call", place_and_cancel)
    run_tasks()
    assert [call["status"] for call in twilio.calls] == ["completed"]


def test_late_attempt_is_not_sent_but_repeated(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialer, "SEND_WITHIN", timedelta(0))
    interview = make_interview()
    dialer.dial_interview(interview.pk)
    assert not twilio.requests
    attempt = Attempt.objects.get()
    assert attempt.outcome == Attempt.Outcome.CARRIER_ERROR
    assert not interview.events.filter(kind=EventKind.ATTEMPT_UNKNOWN).exists()

    monkeypatch.undo()
    retries.follow_up_attempt(attempt.pk)
    interview.refresh_from_db()
    assert interview.next_attempt_at is not None
    assert interview.next_attempt_at < timezone.now() + timedelta(minutes=1)


def test_suspended_worker_does_not_ring(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch, time_machine: Any) -> None:
    """It was suspended after the connection was open. Meanwhile the attempt was settled and another one was made."""
    interview = make_interview()
    dialer.dial_interview(make_interview(full_name="Grace Hopper", phone="+14155550101").pk)
    connect = HTTPConnection.connect

    def connect_late(connection: HTTPConnection) -> None:
        connect(connection)
        monkeypatch.undo()
        Context().run(recover)

    def recover() -> None:
        time_machine.move_to(timezone.now() + timedelta(minutes=3))
        first = interview.attempts.get()
        reconcile.reconcile_attempt(first.pk)
        retries.follow_up_attempt(first.pk)
        time_machine.move_to(timezone.now() + timedelta(minutes=1))
        dialer.dial_interview(interview.pk)

    twilio_client.twilio_client().http_client.session.close()
    monkeypatch.setattr(HTTPConnection, "connect", connect_late)
    dialer.dial_interview(interview.pk)
    assert [call["to"] for call in twilio.calls] == ["+14155550101", "+14155550100"]
    late, repeated = interview.attempts.all()
    assert (late.outcome, late.call.twilio_sid) == (Attempt.Outcome.CARRIER_ERROR, "")
    assert repeated.call.twilio_sid == twilio.calls[1]["sid"]


@pytest.mark.parametrize("behaviour", [(500, 20500), (503, 0), "silent"])
def test_call_of_unknown_state_is_not_repeated(twilio: FakeTwilio, settings: Any, behaviour: Any) -> None:
    settings.TWILIO_TIMEOUT = 0.2
    twilio.behaviour = behaviour
    interview = make_interview()
    run_tasks()
    assert interview.attempts.get().ended_at is None
    assert interview.events.filter(kind=EventKind.ATTEMPT_UNKNOWN).exists()
    assert twilio.requests == [f"POST /2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Calls.json"]


def test_refused_connection_ends_attempt(settings: Any) -> None:
    settings.TWILIO_API_URL = "http://127.0.0.1:1"
    interview = make_interview()
    run_tasks()
    assert interview.attempts.get().outcome == Attempt.Outcome.CARRIER_ERROR


def test_dial_slots_are_unique_and_even() -> None:
    DialRate.locked_for_update()
    slots = [DialRate.reserve_slot(10) for _ in range(5)]
    assert [slot - slots[0] for slot in slots] == [timedelta(milliseconds=100) * n for n in range(5)]


def test_missed_dial_slot_is_replaced(twilio: FakeTwilio, settings: Any) -> None:
    settings.CALLS_PER_SECOND = 0.1
    DialRate.locked_for_update()
    interview, now = make_interview(), timezone.now()
    interview.update_fields(dial_slot_at=now - timedelta(minutes=1))
    DialRate.reserve_slot(0.1)
    dialer.dial_interview(interview.pk)
    interview.refresh_from_db()
    assert not twilio.calls
    assert interview.dial_slot_at is not None
    assert interview.dial_slot_at > now


class TestEndOfCallingHours:
    """The number is in Los Angeles, where the calling hours end at 03:00 UTC."""

    @pytest.fixture(autouse=True)
    def five_seconds_before(self, settings: Any, time_machine: Any) -> None:
        settings.CALLING_HOURS = "08:00-20:00"
        time_machine.move_to(datetime(2036, 6, 10, 2, 59, 55, tzinfo=UTC), tick=False)

    def test_call_is_not_sent_after_it(self, twilio: FakeTwilio) -> None:
        attempt = dialer._plan_attempt(make_interview().pk)
        assert attempt is not None
        assert attempt.send_before == datetime(2036, 6, 10, 3, tzinfo=UTC)

    def test_rules_are_evaluated_after_lock(
        self, twilio: FakeTwilio, time_machine: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        interview = make_interview()

        @contextmanager
        def lock_late(interview: Interview) -> Iterator[LockedInterview]:
            with lock_interview(interview) as locked:
                time_machine.move_to(datetime(2036, 6, 10, 3, 0, 1, tzinfo=UTC), tick=False)
                yield locked

        monkeypatch.setattr(dialer, "lock_interview", lock_late)
        dialer.dial_interview(interview.pk)
        monkeypatch.undo()
        assert not twilio.requests
        interview.refresh_from_db()
        assert interview.next_attempt_at == datetime(2036, 6, 10, 15, tzinfo=UTC)
