"""Calls that the carrier placed although its reply was lost. They count, also after they were given up."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from interviews.calling import dialer, reconcile
from interviews.models import Attempt, Call, Interview, WaitReason, lock_interview
from screener.tasks import sweep
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.twilio_driver import Phone, give_consent, place_attempt

pytestmark = pytest.mark.django_db


class TestUnreportedCall:
    """The worker sent the call, and the carrier's reply was lost."""

    @pytest.fixture
    def lost(self, twilio: FakeTwilio, interview: Interview, client: Client) -> Phone:
        twilio.behaviour = "lost"
        dialer.dial_interview(interview.pk)
        attempt = interview.attempts.get()
        assert (attempt.ended_at, attempt.call.twilio_sid) == (None, "")
        return Phone(attempt, client, sid=twilio.calls[0]["sid"])

    def test_first_webhook_identifies_call(
        self, lost: Phone, interview: Interview, twilio: FakeTwilio, time_machine: Any
    ) -> None:
        lost.report_status("ringing")
        assert Call.objects.get().twilio_sid == lost.sid
        twilio.behaviour = "ok"
        twilio.calls[0]["status"] = "in-progress"
        time_machine.move_to(timezone.now() + timedelta(minutes=5))
        sweep(0)
        run_tasks()
        assert (len(twilio.calls), interview.attempts.count()) == (1, 1)
        give_consent(lost)
        assert interview.responses.all()[0].question in lost.prompt_text()

    @pytest.fixture
    def given_up(self, lost: Phone, interview: Interview, twilio: FakeTwilio, time_machine: Any) -> Phone:
        """Twilio's list does not contain the call, so another call is planned."""
        twilio.behaviour = "ok"
        twilio.calls.clear()
        time_machine.move_to(timezone.now() + timedelta(minutes=3), tick=True)
        reconcile.reconcile_attempt(lost.attempt.pk)
        run_tasks(only="interviews.follow_up")
        interview.refresh_from_db()
        assert interview.attempts.get().outcome == Attempt.Outcome.CARRIER_ERROR
        assert interview.next_attempt_at is not None
        return lost

    @pytest.mark.parametrize("first", ["initiated", "ringing", "in-progress", ""])
    def test_given_up_call_counts(
        self, given_up: Phone, interview: Interview, twilio: FakeTwilio, time_machine: Any, first: str
    ) -> None:
        """The first webhook is a status callback, or the pickup."""
        if first:
            given_up.report_status(first)
        else:
            given_up.pick_up()
        time_machine.move_to(timezone.now() + timedelta(minutes=1), tick=True)
        sweep(0)
        run_tasks(only="interviews.dial")
        assert not twilio.calls
        assert interview.attempts.get().ended_at is None
        give_consent(given_up)
        for _ in interview.responses.all():
            given_up.record_answer("An answer.")
        given_up.report_status("completed")
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.COMPLETE)
        assert interview.attempts.get().outcome == Attempt.Outcome.ANSWERED

    def test_ended_call_counts_as_attempt(self, given_up: Phone, interview: Interview) -> None:
        given_up.report_status("no-answer", 3)
        run_tasks(only="interviews.follow_up")
        interview.refresh_from_db()
        assert interview.attempts.get().outcome == Attempt.Outcome.NO_ANSWER
        assert interview.wait_reason == WaitReason.ATTEMPT_SPACING

    def test_second_call_to_number_is_ended(self, given_up: Phone, interview: Interview, twilio: FakeTwilio) -> None:
        other = place_attempt(make_interview(job=make_approved_job(title="Another job"), full_name="Same Phone"))
        twilio.calls.append({"sid": given_up.sid, "to": other.call.number, "status": "ringing"})
        assert given_up.report_status("ringing").status_code == 204
        assert given_up.pick_up().status_code == 200
        assert given_up.twiml().find("Hangup") is not None
        run_tasks(only="interviews.hang_up")
        assert twilio.calls[-1]["status"] == "completed"
        assert [call.attempt for call in Call.objects.filter(ended_at=None)] == [other]

    def test_call_after_interview_is_ended(self, given_up: Phone, interview: Interview, twilio: FakeTwilio) -> None:
        with lock_interview(interview) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="hr")
        twilio.calls.append({"sid": given_up.sid, "to": "+14155550100", "status": "ringing"})
        given_up.report_status("ringing")
        run_tasks(only="interviews.hang_up")
        assert twilio.calls[-1]["status"] == "completed"


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed", "canceled"])
def test_late_pickup_starts_nothing(phone: Phone, interview: Interview, status: str) -> None:
    phone.report_status(status)
    before = interview.attempts.values("ended_at", "outcome", "call__status", "call__ended_at").get()
    assert phone.pick_up().status_code == 200
    assert interview.attempts.values("ended_at", "outcome", "call__status", "call__ended_at").get() == before
