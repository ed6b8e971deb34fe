"""The follow-up of calls that were not answered or not completed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from interviews.calling import dialer, retries
from interviews.models import Attempt, Interview, WaitReason, lock_interview
from tests.support.calls import end_call
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db


def end_calls(interview: Interview, *statuses: str) -> None:
    """Place and end a call with each of these statuses, without the wait between them."""
    for number, status in enumerate(statuses, start=1):
        run_tasks()
        end_call(interview, status)
        run_tasks()
        interview.refresh_from_db()
        if number < len(statuses):
            assert (interview.next_attempt_at is None, interview.wait_reason) == (False, WaitReason.ATTEMPT_SPACING)
            with lock_interview(interview) as locked:
                locked.schedule_next_attempt(timezone.now())


def test_interview_fails_after_last_attempt(twilio: FakeTwilio) -> None:
    interview = make_interview(job=make_approved_job(max_attempts=2))
    end_calls(interview, "no-answer", "busy")
    assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.UNREACHED)
    outcomes = [attempt.outcome for attempt in interview.attempts.all()]
    assert outcomes == [Attempt.Outcome.NO_ANSWER, Attempt.Outcome.BUSY]


def test_last_carrier_error_is_in_outcome_reason(twilio: FakeTwilio) -> None:
    interview = make_interview()
    attempts = [
        Attempt(interview=interview, outcome=Attempt.Outcome.BUSY, reason="first error"),
        Attempt(interview=interview, outcome=Attempt.Outcome.CARRIER_ERROR, reason="last error"),
    ]
    assert "last error" in retries._unreached_reason(attempts)
    assert "first error" not in retries._unreached_reason(attempts[:1])


def test_attempt_is_followed_up_once(twilio: FakeTwilio) -> None:
    interview = make_interview()
    end_calls(interview, "busy")
    due, first = interview.next_attempt_at, interview.attempts.get()
    retries.follow_up_attempt(first.pk)
    interview.refresh_from_db()
    assert interview.next_attempt_at == due


def test_superseded_attempt_is_not_followed_up(twilio: FakeTwilio) -> None:
    interview = make_interview()
    end_calls(interview, "busy")
    first = interview.attempts.get()
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now())
    run_tasks(only="interviews.dial")
    retries.follow_up_attempt(first.pk)
    interview.refresh_from_db()
    assert interview.next_attempt_at is None


@pytest.mark.parametrize(
    ("of_job", "expected"),
    [([5, 60], [5, 60, 60]), ([7], [7, 7, 7]), ([], [30, 240, 1440])],
)
def test_spacing_follows_job_or_settings(of_job: list[int], expected: list[int]) -> None:
    interview = make_interview(job=make_approved_job(attempt_spacing=of_job, max_attempts=4))
    for minutes in expected:
        with lock_interview(interview) as locked:
            locked.schedule_next_attempt(timezone.now())
        assert dialer._plan_attempt(interview.pk)
        retries.follow_up_attempt(end_call(interview).pk)
        interview.refresh_from_db()
        assert interview.next_attempt_at is not None
        wait = interview.next_attempt_at - timezone.now()
        assert timedelta(minutes=minutes - 1) < wait <= timedelta(minutes=minutes)
