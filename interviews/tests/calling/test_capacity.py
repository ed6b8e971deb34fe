"""What interviews share: lines, a job's own limits, and whose turn it is when there are too few."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from interviews.calling import capacity, dialer, retries, spend_limit
from interviews.calling.verdicts import DialRule
from interviews.models import Attempt, Call, Interview, WaitReason
from jobs.models import JobDescription
from screener.tasks import sweep
from tests.support.factories import make_approved_job, make_interview

pytestmark = pytest.mark.django_db


def several(count: int, job: JobDescription, *, first: int = 0) -> list[Interview]:
    return [
        make_interview(job=job, phone=f"+141555501{first + n:02}", full_name=f"Candidate {first + n}")
        for n in range(count)
    ]


def dial(*interviews: Interview) -> list[bool]:
    """Have each of them called in turn; which of them were."""
    placed = [dialer._plan_attempt(interview.pk) is not None for interview in interviews]
    for interview in interviews:
        interview.refresh_from_db()
    return placed


def end_call(interview: Interview, status: str = "busy") -> None:
    with Attempt.objects.held(interview.attempts.get(ended_at__isnull=True).pk) as attempt:
        attempt.call.match_or_adopt_sid(f"CA{attempt.pk.hex}")
        attempt.call.apply_status(status, sequence=9)


def due(*interviews: Interview) -> list[bool]:
    return [one.next_attempt_at is not None and one.next_attempt_at <= timezone.now() for one in fresh(*interviews)]


def fresh(*interviews: Interview) -> list[Interview]:
    return [Interview.objects.get(pk=one.pk) for one in interviews]


class TestAJobsLines:
    def test_are_no_more_than_it_has(self) -> None:
        narrow, wide = make_approved_job(max_concurrent_calls=2), make_approved_job()
        assert dial(*several(3, narrow)) == [True, True, False]
        assert dial(*several(3, wide, first=10)) == [True, True, True]

    def test_that_are_all_in_use_are_waited_for_with_a_reason_and_a_time(self) -> None:
        interviews = several(4, make_approved_job(max_concurrent_calls=1))
        dial(*interviews)
        waiting = interviews[1:]
        assert {one.wait_reason for one in waiting} == {WaitReason.NO_JOB_CAPACITY}
        times = [one.next_attempt_at for one in waiting if one.next_attempt_at]
        assert times == sorted(times)
        assert times[-1] - times[0] > capacity.TYPICAL_CALL, "who comes later waits longer"

    def test_that_one_is_free_again_is_told_to_whoever_was_planned_first(self) -> None:
        interviews = several(4, make_approved_job(max_concurrent_calls=1))
        dial(interviews[0], interviews[3], interviews[2], interviews[1])
        capacity.assign_free_capacity()
        assert due(*interviews[1:]) == [False, False, False], "no line is free yet"
        end_call(interviews[0])
        for _ in range(2):
            capacity.assign_free_capacity()
        assert due(*interviews[1:]) == [True, False, False]
        assert dial(interviews[1]) == [True]

    def test_do_not_hold_up_other_jobs(self) -> None:
        narrow, wide = make_approved_job(max_concurrent_calls=1), make_approved_job()
        first, second = several(2, narrow)
        dial(first, second)
        (other,) = several(1, wide, first=10)
        other.schedule_next_attempt(timezone.now() + timedelta(minutes=1), wait_reason=WaitReason.NO_CAPACITY)
        capacity.assign_free_capacity()
        assert due(second, other) == [False, True]


def test_a_free_line_that_was_given_away_is_not_taken_by_a_newcomer(settings: Any) -> None:
    settings.MAX_CONCURRENT_CALLS = 1
    job = make_approved_job()
    first, second = several(2, job)
    dial(first, second)
    end_call(first)
    capacity.assign_free_capacity()
    (newcomer,) = several(1, job, first=10)
    assert dial(newcomer, second) == [False, True]
    assert newcomer.wait_reason == WaitReason.NO_CAPACITY


def test_a_place_that_nobody_takes_is_kept_for_a_minute(settings: Any, time_machine: Any) -> None:
    settings.MAX_CONCURRENT_CALLS = 1
    job = make_approved_job()
    first, second = several(2, job)
    dial(first, second)
    end_call(first)
    capacity.assign_free_capacity()
    (newcomer,) = several(1, job, first=10)
    time_machine.move_to(timezone.now() + capacity.RESERVED_FOR * 2)
    assert dial(newcomer) == [True]


def test_many_that_wait_for_a_few_lines_ask_seldom(settings: Any) -> None:
    settings.MAX_CONCURRENT_CALLS = 2
    interviews = several(20, make_approved_job())
    dial(*interviews)
    within = timezone.now() + capacity.TYPICAL_CALL + timedelta(seconds=10)
    asking = [one for one in interviews if one.next_attempt_at and one.next_attempt_at < within]
    assert 1 <= len(asking) <= settings.MAX_CONCURRENT_CALLS
    before = ProcrastinateJob.objects.filter(task_name="interviews.dial").count()
    for _ in range(3):
        sweep(0)
    assert ProcrastinateJob.objects.filter(task_name="interviews.dial").count() == before


class TestAJobsDay:
    def test_ends_after_so_many_calls(self) -> None:
        limited, free = make_approved_job(calls_per_day=2), make_approved_job()
        interviews = several(5, limited)
        assert dial(*interviews) == [True, True, False, False, False]
        assert dial(*several(2, free, first=10)) == [True, True]
        assert {one.wait_reason for one in interviews[2:]} == {WaitReason.JOB_DAILY_LIMIT}

    def test_lets_each_wait_for_the_call_that_makes_room_for_it(self, time_machine: Any) -> None:
        interviews = several(5, make_approved_job(calls_per_day=2))
        dial(interviews[0])
        time_machine.move_to(timezone.now() + timedelta(hours=1))
        dial(*interviews[1:])
        first, second = (one.attempts.get().call.created_at for one in interviews[:2])
        day = timedelta(days=1)
        assert [one.next_attempt_at for one in interviews[2:]] == [first + day, second + day, first + 2 * day]

        end_call(interviews[0])
        end_call(interviews[1])
        time_machine.move_to(first + day)
        assert dial(*interviews[2:4]) == [True, False]

    def test_does_not_count_what_the_carrier_never_took(self) -> None:
        first, second = several(2, make_approved_job(calls_per_day=1))
        dial(first)
        with Attempt.objects.held(first.attempts.get().pk) as attempt:
            attempt.call.mark_never_placed(Attempt.Outcome.CARRIER_ERROR, reason="Twilio is down.")
        assert dial(second) == [True]

    def test_that_is_made_longer_is_used_at_once(self) -> None:
        job = make_approved_job(calls_per_day=1)
        first, second = several(2, job)
        dial(first, second)
        capacity.assign_free_capacity()
        assert due(second) == [False]
        job.update_fields(calls_per_day=2)
        capacity.assign_free_capacity()
        assert due(second) == [True]
        assert dial(second) == [True]


class TestTheDaysMoney:
    @pytest.fixture(autouse=True)
    def limit(self, settings: Any) -> None:
        settings.DAILY_SPEND_LIMIT = 1

    def a_call(self, number: int, *, ago: timedelta = timedelta(hours=1), **fields: Any) -> Call:
        """One that was answered, ended after a minute, and has no price yet, unless it is said otherwise."""
        (interview,) = several(1, make_approved_job(), first=number)
        attempt = interview.attempts.create(number=1, send_before=interview.created_at)
        began = timezone.now() - ago
        given = {"status": "completed", "ended_at": began + timedelta(minutes=1), "twilio_sid": f"CA{number}"} | fields
        call = Call.objects.create(attempt=attempt, number=interview.candidate.phone, **given)
        Call.objects.filter(pk=call.pk).update(created_at=began)
        return call

    def is_spent(self) -> bool:
        (interview,) = several(1, make_approved_job(), first=98)
        (placed,) = dial(interview)
        assert placed or interview.wait_reason == WaitReason.SPEND_LIMIT
        return not placed

    def test_is_waited_for(self) -> None:
        self.a_call(1, price="-1.02", price_unit="USD")
        assert self.is_spent()

    def test_of_yesterday_is_not(self) -> None:
        self.a_call(1, ago=timedelta(hours=25), price="-9", price_unit="USD", duration_seconds=60)
        assert not self.is_spent()

    def test_is_taken_as_it_is_in_whatever_currency(self) -> None:
        self.a_call(1, price="-1.02", price_unit="EUR")
        assert self.is_spent()

    @pytest.mark.parametrize(("seconds", "spent"), [(9 * 60, False), (9 * 60 + 1, True), (3600, True)])
    def test_counts_begun_minutes_while_no_call_has_a_price(self, seconds: int, spent: bool) -> None:
        self.a_call(1, duration_seconds=seconds)
        assert self.is_spent() == spent

    @pytest.mark.parametrize(("calls", "spent"), [(9, False), (10, True)])
    def test_counts_a_minute_at_least_for_each_call(self, calls: int, spent: bool) -> None:
        for number in range(calls):
            self.a_call(number, duration_seconds=1)
        assert self.is_spent() == spent

    @pytest.mark.parametrize(("ago", "spent"), [(8.5, False), (9.5, True)])
    @pytest.mark.parametrize("sid", ["CA1", ""])
    def test_counts_a_call_that_runs_by_what_it_has_lasted(self, ago: float, spent: bool, sid: str) -> None:
        self.a_call(1, ago=timedelta(minutes=ago), ended_at=None, status="in-progress", twilio_sid=sid)
        assert self.is_spent() == spent

    @pytest.mark.parametrize(("minutes", "spent"), [(4, False), (5, True)])
    def test_counts_by_what_a_minute_cost_in_the_last_calls(self, minutes: int, spent: bool) -> None:
        self.a_call(1, ago=timedelta(days=2), price="-0.40", duration_seconds=100)
        self.a_call(2, ago=timedelta(days=3), price="-0.20", duration_seconds=30)
        self.a_call(3, duration_seconds=minutes * 60)
        assert self.is_spent() == spent

    def test_goes_by_the_last_calls_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(spend_limit, "PRICED_CALLS", 1)
        self.a_call(1, ago=timedelta(days=3), price="-9", duration_seconds=60)
        self.a_call(2, ago=timedelta(days=2), price="-0.01", duration_seconds=60)
        self.a_call(3, duration_seconds=600)
        assert not self.is_spent()

    def test_is_told_and_no_longer_estimated_once_there_is_a_price(self) -> None:
        call = self.a_call(1, duration_seconds=3600)
        call.set_price("-0.40", "USD")
        assert not self.is_spent()

    @pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
    def test_is_not_spent_by_calls_that_nobody_answered(self, status: str) -> None:
        for number in range(12):
            self.a_call(number, status=status)
        assert not self.is_spent()

    def test_is_not_spent_by_calls_that_never_were(self) -> None:
        self.a_call(1, status="", twilio_sid="", duration_seconds=3600)
        assert not self.is_spent()

    def test_is_counted_in_two_queries_and_in_none_without_a_limit(
        self, settings: Any, django_assert_num_queries: Any
    ) -> None:
        for number in range(3):
            self.a_call(number, duration_seconds=1)
        rule, nobody = capacity.SHARED_RULES[DialRule.SPEND_LIMIT], Interview.objects.none()
        with django_assert_num_queries(2):
            rule(None, nobody, timezone.now())
        settings.DAILY_SPEND_LIMIT = 0
        with django_assert_num_queries(0):
            rule(None, nobody, timezone.now())


@pytest.mark.parametrize(
    ("of_the_job", "waits"),
    [([5, 60], [5, 60, 60]), ([7], [7, 7, 7]), ([], [30, 240, 1440])],
)
def test_calls_are_spaced_as_the_job_says_and_else_as_the_settings_do(of_the_job: list[int], waits: list[int]) -> None:
    interview = make_interview(job=make_approved_job(attempt_spacing=of_the_job, max_attempts=4))
    for minutes in waits:
        interview.schedule_next_attempt(timezone.now())
        dial(interview)
        end_call(interview)
        retries.follow_up_attempt(interview.attempts.latest("number").pk)
        interview.refresh_from_db()
        assert interview.next_attempt_at is not None
        wait = interview.next_attempt_at - timezone.now()
        assert timedelta(minutes=minutes - 1) < wait <= timedelta(minutes=minutes)
