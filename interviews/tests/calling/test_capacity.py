"""Capacity of all jobs and of one job, and the order in which waiting interviews get it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from interviews.calling import capacity, dialer
from interviews.models import Attempt, Interview, WaitReason, lock_call, lock_interview
from screener.tasks import sweep
from tests.support.calls import end_call, make_interviews
from tests.support.factories import make_approved_job

pytestmark = pytest.mark.django_db


def dial_each(*interviews: Interview) -> list[bool]:
    """Plan an attempt of each interview in turn. Returns for which of them a call would be placed."""
    placed = [dialer._plan_attempt(interview.pk) is not None for interview in interviews]
    for interview in interviews:
        interview.refresh_from_db()
    return placed


def are_due(*interviews: Interview) -> list[bool]:
    for interview in interviews:
        interview.refresh_from_db()
    now = timezone.now()
    return [interview.next_attempt_at is not None and interview.next_attempt_at <= now for interview in interviews]


def wait_reasons(*interviews: Interview) -> set[str]:
    return {interview.wait_reason for interview in interviews}


class TestJobCapacity:
    def test_limits_calls_of_one_job(self) -> None:
        narrow, wide = make_approved_job(max_concurrent_calls=2), make_approved_job()
        assert dial_each(*make_interviews(3, narrow)) == [True, True, False]
        assert dial_each(*make_interviews(3, wide, first=10)) == [True, True, True]

    def test_wait_has_code_and_rising_estimates(self) -> None:
        interviews = make_interviews(4, make_approved_job(max_concurrent_calls=1))
        dial_each(*interviews)
        waiting = interviews[1:]
        assert wait_reasons(*waiting) == {WaitReason.NO_JOB_CAPACITY}
        times = [interview.next_attempt_at for interview in waiting if interview.next_attempt_at]
        assert times == sorted(times)
        assert times[-1] - times[0] > capacity.TYPICAL_CALL

    def test_free_capacity_goes_to_first_planned(self) -> None:
        interviews = make_interviews(4, make_approved_job(max_concurrent_calls=1))
        dial_each(interviews[0], interviews[3], interviews[2], interviews[1])
        capacity.assign_free_capacity()
        assert are_due(*interviews[1:]) == [False, False, False]
        end_call(interviews[0])
        for _ in range(2):
            capacity.assign_free_capacity()
        assert are_due(*interviews[1:]) == [True, False, False]
        assert dial_each(interviews[1]) == [True]

    def test_full_job_delays_no_other_job(self) -> None:
        first, second = make_interviews(2, make_approved_job(max_concurrent_calls=1))
        dial_each(first, second)
        (other,) = make_interviews(1, make_approved_job(), first=10)
        with lock_interview(other) as locked:
            locked.schedule_next_attempt(timezone.now() + timedelta(minutes=1), wait_reason=WaitReason.NO_CAPACITY)
        capacity.assign_free_capacity()
        assert are_due(second, other) == [False, True]


class TestReservation:
    @pytest.fixture(autouse=True)
    def one_call(self, settings: Any) -> None:
        settings.MAX_CONCURRENT_CALLS = 1

    @pytest.fixture
    def reserved(self) -> Interview:
        """An interview that capacity was assigned to."""
        first, second = make_interviews(2, make_approved_job())
        dial_each(first, second)
        end_call(first)
        capacity.assign_free_capacity()
        return second

    def test_newcomer_waits(self, reserved: Interview) -> None:
        (newcomer,) = make_interviews(1, reserved.job, first=10)
        assert dial_each(newcomer, reserved) == [False, True]
        assert newcomer.wait_reason == WaitReason.NO_CAPACITY

    def test_expires_if_unused(self, reserved: Interview, time_machine: Any) -> None:
        (newcomer,) = make_interviews(1, reserved.job, first=10)
        time_machine.move_to(timezone.now() + capacity.RESERVED_FOR * 2)
        assert dial_each(newcomer) == [True]


def test_waiting_interviews_rarely_poll(settings: Any) -> None:
    settings.MAX_CONCURRENT_CALLS = 2
    interviews = make_interviews(20, make_approved_job())
    dial_each(*interviews)
    soon = timezone.now() + capacity.TYPICAL_CALL + timedelta(seconds=10)
    polling = [interview for interview in interviews if interview.next_attempt_at and interview.next_attempt_at < soon]
    assert 1 <= len(polling) <= settings.MAX_CONCURRENT_CALLS
    before = ProcrastinateJob.objects.filter(task_name="interviews.dial").count()
    for _ in range(3):
        sweep(0)
    assert ProcrastinateJob.objects.filter(task_name="interviews.dial").count() == before


class TestJobDailyLimit:
    def test_limits_calls_of_one_job(self) -> None:
        limited, unlimited = make_approved_job(calls_per_day=2), make_approved_job()
        interviews = make_interviews(5, limited)
        assert dial_each(*interviews) == [True, True, False, False, False]
        assert dial_each(*make_interviews(2, unlimited, first=10)) == [True, True]
        assert wait_reasons(*interviews[2:]) == {WaitReason.JOB_DAILY_LIMIT}

    def test_each_waits_for_call_to_age(self, time_machine: Any) -> None:
        interviews = make_interviews(5, make_approved_job(calls_per_day=2))
        dial_each(interviews[0])
        time_machine.move_to(timezone.now() + timedelta(hours=1))
        dial_each(*interviews[1:])
        first, second = (interview.attempts.get().call.created_at for interview in interviews[:2])
        day = timedelta(days=1)
        due = [interview.next_attempt_at for interview in interviews[2:]]
        assert due == [first + day, second + day, first + 2 * day]

        end_call(interviews[0])
        end_call(interviews[1])
        time_machine.move_to(first + day)
        assert dial_each(*interviews[2:4]) == [True, False]

    def test_unplaced_call_is_not_counted(self) -> None:
        first, second = make_interviews(2, make_approved_job(calls_per_day=1))
        dial_each(first)
        with lock_call(first.attempts.get().pk) as call:
            call.mark_never_placed(Attempt.Outcome.CARRIER_ERROR, reason="Twilio is down.")
        assert dial_each(second) == [True]

    def test_raised_limit_applies_at_once(self) -> None:
        job = make_approved_job(calls_per_day=1)
        first, second = make_interviews(2, job)
        dial_each(first, second)
        capacity.assign_free_capacity()
        assert are_due(second) == [False]
        job.update_fields(calls_per_day=2)
        capacity.assign_free_capacity()
        assert are_due(second) == [True]
        assert dial_each(second) == [True]
