"""Calls whose replies or callbacks were lost are found at the carrier. Their outcome is never guessed."""

from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone

from interviews.calling import dialer, reconcile
from interviews.models import Attempt, Call, EventKind
from screener.services.telephony import twilio_errors
from tests.support.factories import make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("behaviour", ["lost", "short", "cut", "empty", "anonymous", "list", "drips"])
def test_call_with_lost_reply_is_found(twilio: FakeTwilio, settings: Any, time_machine: Any, behaviour: str) -> None:
    settings.TWILIO_TIMEOUT = 0.5
    twilio.behaviour = behaviour
    interview = make_interview()
    dialer.dial_interview(interview.pk)
    attempt = Attempt.objects.get()
    assert (attempt.ended_at, attempt.call.twilio_sid) == (None, "")
    assert interview.events.filter(kind=EventKind.ATTEMPT_UNKNOWN).exists()

    time_machine.move_to(timezone.now() + timedelta(minutes=3))
    with pytest.raises(twilio_errors.TelephonyDown):
        reconcile.reconcile_attempt(attempt.pk)

    twilio.behaviour = "ok"
    dialer.dial_interview(interview.pk)
    reconcile.reconcile_attempt(attempt.pk)
    attempt.call.refresh_from_db()
    assert attempt.call.twilio_sid == twilio.calls[0]["sid"]
    assert len(twilio.calls) == 1


def test_missing_call_ends_attempt_once_certain(twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialer, "SEND_WITHIN", timedelta(0))
    interview = make_interview()
    attempt = dialer._plan_attempt(interview.pk)  # and the worker dies
    assert attempt is not None
    reconcile.reconcile_attempt(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.ended_at is None

    monkeypatch.setattr(reconcile, "CERTAIN_AFTER", timedelta(0))
    reconcile.reconcile_attempt(attempt.pk)
    run_tasks()
    interview.refresh_from_db()
    assert interview.next_attempt_at is not None


def test_quiet_call_is_polled_once(twilio: FakeTwilio, time_machine: Any) -> None:
    interview = make_interview()
    dialer.dial_interview(interview.pk)
    twilio.calls[0]["status"] = "no-answer"
    attempt = Attempt.objects.get()
    assert reconcile.attempts_to_reconcile() == []
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    assert [reconcile.attempts_to_reconcile() for _ in range(2)] == [[attempt.pk], []]
    reconcile.reconcile_attempt(attempt.pk)
    attempt.refresh_from_db()
    assert attempt.outcome == Attempt.Outcome.NO_ANSWER


def test_other_writes_do_not_delay_polling(twilio: FakeTwilio, time_machine: Any) -> None:
    """`updated_at` of the rows does not schedule a poll."""
    dialer.dial_interview(make_interview().pk)
    attempt = Attempt.objects.select_related("call").get()
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    attempt.update_fields(answered_at=timezone.now())
    attempt.call.update_fields(answered_by="human")
    assert reconcile.attempts_to_reconcile() == [attempt.pk]


class TestSeveralCallsToNumber:
    """Another system, or a person, has called the candidate with our number."""

    @pytest.fixture
    def attempt(self, twilio: FakeTwilio) -> Attempt:
        """An attempt that was sent and whose reply was lost."""
        twilio.behaviour = "lost"
        dialer.dial_interview(make_interview().pk)
        twilio.behaviour = "ok"
        return Attempt.objects.get()

    def add_foreign_call(self, twilio: FakeTwilio, attempt: Attempt, after: timedelta, sid: str = "CA9") -> None:
        created = format_datetime(attempt.created_at + after)
        twilio.calls.append({"sid": sid, "to": "+14155550100", "status": "completed", "date_created": created})

    def adopted_sid(self, attempt: Attempt) -> str:
        reconcile.reconcile_attempt(attempt.pk)
        return Call.objects.get(attempt=attempt).twilio_sid

    def test_distant_calls_are_ignored(self, attempt: Attempt, twilio: FakeTwilio) -> None:
        self.add_foreign_call(twilio, attempt, timedelta(minutes=-2), "CA8")
        self.add_foreign_call(twilio, attempt, timedelta(minutes=3))
        assert self.adopted_sid(attempt) == twilio.calls[0]["sid"]

    def test_nearest_call_is_adopted_once_certain(
        self, attempt: Attempt, twilio: FakeTwilio, time_machine: Any
    ) -> None:
        self.add_foreign_call(twilio, attempt, timedelta(seconds=-30))
        assert self.adopted_sid(attempt) == ""
        time_machine.move_to(timezone.now() + timedelta(minutes=3))
        assert self.adopted_sid(attempt) == twilio.calls[0]["sid"]

    def test_call_of_other_attempt_is_ignored(self, attempt: Attempt, twilio: FakeTwilio) -> None:
        other = make_interview(full_name="Grace Hopper", phone="+14155550101", email="grace@example.com")
        other_attempt = other.attempts.create(number=1, send_before=timezone.now())
        Call.objects.create(attempt=other_attempt, number="+14155550101", twilio_sid=twilio.calls[0]["sid"])
        assert self.adopted_sid(attempt) == ""
