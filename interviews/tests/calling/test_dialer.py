"""Placing calls: an attempt rings once, and what follows when the carrier fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone
from urllib3.connection import HTTPConnection

from interviews.calling import dialer, reconcile, retries
from interviews.models import Attempt, Call, DialRate, EventKind, Interview, WaitReason
from screener.services.http_deadlines import TOO_LATE
from screener.services.telephony import twilio_calls, twilio_client, twilio_errors
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db


class TestOneAttempt:
    def test_rings_once_however_often_the_job_is_run(self, twilio: FakeTwilio) -> None:
        interview = make_interview()
        for _ in range(3):
            dialer.dial_interview(interview.pk)
        assert len(twilio.calls) == 1
        assert Attempt.objects.get().call.twilio_sid == twilio.calls[0]["sid"]

    def test_that_was_called_off_while_it_was_placed_is_hung_up(self, twilio: FakeTwilio, monkeypatch: Any) -> None:
        interview, place = make_interview(), twilio_calls.place_call

        def meanwhile_called_off(**call: Any) -> twilio_calls.CallState:
            placed = place(**call)
            interview.cancel(Interview.Outcome.BY_HR, actor="hr")
            run_tasks(only="interviews.hang_up")  # nobody knows the call's id yet
            return placed

        monkeypatch.setattr(twilio_calls, "place_call", meanwhile_called_off)
        run_tasks()
        assert [call["status"] for call in twilio.calls] == ["completed"]

    def test_that_is_late_is_never_sent_and_made_again_as_nothing_was_done(
        self, twilio: FakeTwilio, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(dialer, "SEND_WITHIN", timedelta(0))
        interview = make_interview()
        dialer.dial_interview(interview.pk)
        assert not twilio.requests
        attempt = Attempt.objects.get()
        assert attempt.outcome == Attempt.Outcome.CARRIER_ERROR
        assert TOO_LATE in attempt.reason
        assert not interview.events.filter(kind=EventKind.ATTEMPT_UNKNOWN).exists()

        monkeypatch.undo()
        retries.follow_up_attempt(attempt.pk)
        interview.refresh_from_db()
        assert interview.next_attempt_at is not None
        assert interview.next_attempt_at < timezone.now() + timedelta(minutes=1)

    def test_of_a_worker_that_was_stopped_for_a_while_rings_no_more(
        self, twilio: FakeTwilio, monkeypatch: Any, time_machine: Any
    ) -> None:
        """Stopped after the connection stood; meanwhile recovery was certain, and another attempt was made."""
        interview = make_interview()
        dialer.dial_interview(make_interview(full_name="Somebody Else", phone="+14155550101").pk)
        connect = HTTPConnection.connect

        def stopped(connection: HTTPConnection) -> None:
            connect(connection)
            monkeypatch.undo()
            Context().run(meanwhile_elsewhere)

        def meanwhile_elsewhere() -> None:
            time_machine.move_to(timezone.now() + timedelta(minutes=3))
            first = interview.attempts.get()
            reconcile.reconcile_attempt(first.pk)
            retries.follow_up_attempt(first.pk)
            time_machine.move_to(timezone.now() + timedelta(minutes=1))
            dialer.dial_interview(interview.pk)

        twilio_client.twilio_client().http_client.session.close()
        monkeypatch.setattr(HTTPConnection, "connect", stopped)
        dialer.dial_interview(interview.pk)
        assert [call["to"] for call in twilio.calls] == ["+14155550101", "+14155550100"]
        late, again = interview.attempts.all()
        assert (late.outcome, late.call.twilio_sid) == (Attempt.Outcome.CARRIER_ERROR, "")
        assert again.call.twilio_sid == twilio.calls[1]["sid"]

    @pytest.mark.parametrize("mood", ["lost", "short", "cut", "empty", "anonymous", "list", "drips"])
    def test_whose_answer_was_lost_is_found_at_the_carrier_and_not_sent_again(
        self, twilio: FakeTwilio, settings: Any, time_machine: Any, mood: str
    ) -> None:
        settings.TWILIO_TIMEOUT = 0.5
        twilio.behaviour = mood
        interview = make_interview()
        dialer.dial_interview(interview.pk)
        attempt = Attempt.objects.get()
        assert (attempt.ended_at, attempt.call.twilio_sid) == (None, "")
        assert interview.events.filter(kind=EventKind.ATTEMPT_UNKNOWN).exists()

        time_machine.move_to(timezone.now() + timedelta(minutes=3))
        with pytest.raises(twilio_errors.TelephonyDown):  # what it has is not told in a way that can be read either
            reconcile.reconcile_attempt(attempt.pk)

        twilio.behaviour = "ok"
        dialer.dial_interview(interview.pk)
        reconcile.reconcile_attempt(attempt.pk)
        attempt.call.refresh_from_db()
        assert attempt.call.twilio_sid == twilio.calls[0]["sid"]
        assert len(twilio.calls) == 1

    def test_that_never_reached_the_carrier_is_given_up_only_when_that_is_certain(
        self, twilio: FakeTwilio, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(dialer, "SEND_WITHIN", timedelta(0))
        interview = make_interview()
        attempt = dialer._plan_attempt(interview.pk)
        assert attempt is not None, "and the worker dies"
        reconcile.reconcile_attempt(attempt.pk)
        attempt.refresh_from_db()
        assert attempt.ended_at is None

        monkeypatch.setattr(reconcile, "CERTAIN_AFTER", timedelta(0))
        reconcile.reconcile_attempt(attempt.pk)
        run_tasks()
        interview.refresh_from_db()
        assert interview.next_attempt_at is not None

    def test_that_nothing_is_heard_of_is_asked_about(self, twilio: FakeTwilio, time_machine: Any) -> None:
        interview = make_interview()
        dialer.dial_interview(interview.pk)
        twilio.calls[0]["status"] = "no-answer"
        assert reconcile.attempts_to_reconcile() == []
        time_machine.move_to(timezone.now() + timedelta(minutes=2))
        assert reconcile.attempts_to_reconcile() == [Attempt.objects.get().pk]
        assert reconcile.attempts_to_reconcile() == [], "named once, then left alone for a while"
        reconcile.reconcile_attempt(Attempt.objects.get().pk)
        assert Attempt.objects.get().outcome == Attempt.Outcome.NO_ANSWER


@pytest.mark.parametrize("mood", [(500, 20500), (503, 0), "silent"])
def test_where_it_is_open_whether_the_call_was_placed_it_is_not_placed_again(
    twilio: FakeTwilio, settings: Any, mood: Any
) -> None:
    settings.TWILIO_TIMEOUT = 0.2
    twilio.behaviour = mood
    interview = make_interview()
    run_tasks()
    assert interview.attempts.get().ended_at is None
    assert interview.events.filter(kind=EventKind.ATTEMPT_UNKNOWN).exists()
    assert twilio.requests == [f"POST /2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Calls.json"]


def test_a_carrier_that_is_not_there_was_certainly_not_asked(settings: Any) -> None:
    settings.TWILIO_API_URL = "http://127.0.0.1:1"
    interview = make_interview()
    run_tasks()
    attempt = interview.attempts.get()
    assert (attempt.outcome, "could not be reached" in attempt.reason) == (Attempt.Outcome.CARRIER_ERROR, True)


def reported(interview: Interview, *news: dict[str, Any]) -> None:
    """Calls that end so, one after the other."""
    for number, one in enumerate(news, start=1):
        run_tasks()
        with Attempt.objects.held(interview.attempts.get(number=number).pk) as attempt:
            attempt.call.apply_status(one.pop("status"), sequence=2, **one)
        run_tasks()
        interview.refresh_from_db()
        if number < len(news):
            assert interview.next_attempt_at is not None
            assert interview.wait_reason == WaitReason.ATTEMPT_SPACING
            interview.schedule_next_attempt(timezone.now())


def test_busy_is_tried_again_and_given_up_after_the_last_attempt(twilio: FakeTwilio) -> None:
    interview = make_interview(job=make_approved_job(max_attempts=2))
    reported(interview, {"status": "no-answer"}, {"status": "busy"})
    assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.UNREACHED)
    assert interview.outcome_reason == "Not reached, or not to the end, in 2 calls: no answer, busy."
    assert [one.reason for one in interview.attempts.all()] == ["Nobody answered.", "The line was busy."]


def test_a_call_is_followed_up_once_and_not_when_there_is_another_by_now(twilio: FakeTwilio) -> None:
    interview = make_interview()
    reported(interview, {"status": "busy"})
    due, first = interview.next_attempt_at, interview.attempts.get()
    retries.follow_up_attempt(first.pk)
    interview.refresh_from_db()
    assert interview.next_attempt_at == due

    interview.schedule_next_attempt(timezone.now())
    run_tasks(only="interviews.dial")
    retries.follow_up_attempt(first.pk)
    interview.refresh_from_db()
    assert interview.next_attempt_at is None


def test_a_turn_that_was_let_pass_is_taken_anew(twilio: FakeTwilio, settings: Any) -> None:
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


def test_a_number_to_which_no_call_can_be_put_through_is_told_as_one(twilio: FakeTwilio) -> None:
    interview = make_interview(job=make_approved_job(max_attempts=1))
    reported(interview, {"status": "failed", "why": "There is no such number."})
    assert interview.outcome_reason == (
        "Not reached, or not to the end, in one call: carrier error. The carrier could not put the call through. "
        "There is no such number."
    )


class TestOfSeveralCallsToANumber:
    """Somebody else calls with our number too: by hand, or from another system."""

    @pytest.fixture
    def lost(self, twilio: FakeTwilio) -> Attempt:
        """Sent, and the answer was lost."""
        twilio.behaviour = "lost"
        dialer.dial_interview(make_interview().pk)
        twilio.behaviour = "ok"
        return Attempt.objects.get()

    def another(self, twilio: FakeTwilio, after: timedelta, sid: str = "CA9") -> dict[str, Any]:
        created = format_datetime(Attempt.objects.get().created_at + after)
        twilio.calls.append({"sid": sid, "to": "+14155550100", "status": "completed", "date_created": created})
        return twilio.calls[-1]

    def adopted(self, lost: Attempt) -> str:
        reconcile.reconcile_attempt(lost.pk)
        return Call.objects.get().twilio_sid

    def test_those_made_long_before_or_after_are_not_it(self, lost: Attempt, twilio: FakeTwilio) -> None:
        self.another(twilio, timedelta(minutes=-2), "CA8")
        self.another(twilio, timedelta(minutes=3))
        assert self.adopted(lost) == twilio.calls[0]["sid"]

    def test_none_is_believed_to_be_it_while_its_own_webhook_may_still_tell(
        self, lost: Attempt, twilio: FakeTwilio, time_machine: Any
    ) -> None:
        self.another(twilio, timedelta(seconds=-30))
        assert self.adopted(lost) == ""
        time_machine.move_to(timezone.now() + timedelta(minutes=3))
        assert self.adopted(lost) == twilio.calls[0]["sid"], "the nearest to when it was planned"

    def test_one_of_another_attempt_is_not_it(self, lost: Attempt, twilio: FakeTwilio, time_machine: Any) -> None:
        other = make_interview(full_name="Somebody Else", phone="+14155550101", email="else@example.com")
        attempt = other.attempts.create(number=1, send_before=timezone.now())
        Call.objects.create(attempt=attempt, number="+14155550101", twilio_sid=twilio.calls[0]["sid"])
        reconcile.reconcile_attempt(lost.pk)
        lost.call.refresh_from_db()
        assert lost.call.twilio_sid == ""


class TestAtClosingTime:
    """In Los Angeles, where this number is, the calling hours end at three in the morning by this clock."""

    @pytest.fixture(autouse=True)
    def late(self, settings: Any, time_machine: Any) -> None:
        settings.CALLING_HOURS = "08:00-20:00"
        time_machine.move_to(datetime(2036, 6, 10, 2, 59, 55, tzinfo=UTC), tick=False)

    def test_a_call_is_not_sent_after_it(self, twilio: FakeTwilio) -> None:
        attempt = dialer._plan_attempt(make_interview().pk)
        assert attempt is not None
        assert attempt.send_before == datetime(2036, 6, 10, 3, tzinfo=UTC)

    def test_whoever_waited_for_its_turn_until_after_it_makes_no_call(
        self, twilio: FakeTwilio, time_machine: Any, monkeypatch: Any
    ) -> None:
        """The lock on the interview was held by somebody else meanwhile."""
        interview = make_interview()
        locked = Interview.locked

        @contextmanager
        def after_a_wait(self: Interview) -> Iterator[None]:
            with locked(self):
                time_machine.move_to(datetime(2036, 6, 10, 3, 0, 1, tzinfo=UTC), tick=False)
                yield

        monkeypatch.setattr(Interview, "locked", after_a_wait)
        dialer.dial_interview(interview.pk)
        monkeypatch.undo()
        assert not twilio.requests
        interview.refresh_from_db()
        assert interview.next_attempt_at == datetime(2036, 6, 10, 15, tzinfo=UTC)
