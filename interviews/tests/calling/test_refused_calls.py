"""Calls that the carrier does not take: whom that concerns, what it is told to HR as, and when it is tried again."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone

from interviews.models import DialRate, Interview, WaitReason
from screener.services.telephony.twilio_errors import RATE_LIMITED
from screener.tasks import sweep
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("mood", "outcome", "status", "says"),
    [
        ((400, 21211), "invalid_number", "failed", "not a valid phone number"),
        ((400, 21214), "invalid_number", "failed", "can't reach this phone number"),
        ((400, 13224), "invalid_number", "failed", "can't reach this phone number"),
        ((400, 13226), "invalid_number", "failed", "not a valid phone number"),
        ((400, 13225), "carrier_error", "failed", "blocks calls to this number"),
        ((403, 32224), "carrier_error", "failed", "blocks calls to this number"),
        ((400, 21610), "carrier_error", "failed", "opted out"),
        ((400, 21219), "carrier_error", "failed", "trial account can only call verified numbers"),
        ((403, 21216), "carrier_error", "failed", "blocks calls to this number"),
        ((400, 21215), "carrier_error", "failed", "not allowed to call this country"),
        ((403, 32205), "carrier_error", "failed", "not allowed to call this country"),
        ((400, 13227), "carrier_error", "failed", "not allowed to call this country"),
        ((401, 20003), "carrier_error", "pending", "TWILIO_ACCOUNT_SID"),
        ((401, 0), "carrier_error", "pending", "TWILIO_ACCOUNT_SID"),
        ((404, 20404), "carrier_error", "pending", "TWILIO_ACCOUNT_SID"),
        ((301, None), "carrier_error", "pending", "TWILIO_API_URL"),
        ((400, 21210), "carrier_error", "pending", "TWILIO_PHONE_NUMBER"),
        ((400, 21212), "carrier_error", "pending", "TWILIO_PHONE_NUMBER"),
        ((400, 21205), "carrier_error", "pending", "WEBHOOK_BASE_URL"),
        ((400, 21626), "carrier_error", "pending", "WEBHOOK_BASE_URL"),
        ((429, 20429), "carrier_error", "pending", RATE_LIMITED),
        ((400, 10004), "carrier_error", "pending", RATE_LIMITED),
        ((400, 99999), "carrier_error", "pending", "error 99999"),
    ],
)
def test_what_the_carrier_refuses_is_told_in_words(
    twilio: FakeTwilio, mood: tuple[int, int | None], outcome: str, status: str, says: str
) -> None:
    twilio.behaviour = mood
    interview = make_interview()
    run_tasks()
    interview.refresh_from_db()
    attempt = interview.attempts.get()
    assert (attempt.outcome, interview.status) == (outcome, status)
    assert says in attempt.reason
    assert len(twilio.requests) == 1
    told = interview.waiting_for if status == "pending" else interview.outcome_reason
    assert told == attempt.reason, "whoever looks at the interview reads it too"
    assert bool(interview.next_attempt_at) == (status == "pending")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (21211, Interview.Outcome.UNREACHED),
        (21216, Interview.Outcome.NOT_PERMITTED),
        (21215, Interview.Outcome.NOT_PERMITTED),
    ],
)
def test_what_is_wrong_with_one_number_ends_its_interview_and_holds_up_no_other(
    twilio: FakeTwilio, code: int, outcome: str
) -> None:
    twilio.behaviour = (400, code)
    interview = make_interview()
    run_tasks()
    interview.refresh_from_db()
    assert (interview.status, interview.outcome) == (Interview.Status.FAILED, outcome)
    twilio.behaviour = "ok"
    make_interview(full_name="Somebody Else", phone="+14155550101")
    run_tasks()
    assert [call["to"] for call in twilio.calls] == ["+14155550101"]


def until_the_next_try(interview: Interview, time_machine: Any, *, late: timedelta = timedelta(0)) -> timedelta:
    """Moves the clock to when the next try is due, plus `late`, and makes it. Returns how long that was from now."""
    interview.refresh_from_db()
    assert interview.next_attempt_at is not None
    wait = interview.next_attempt_at - timezone.now()
    time_machine.move_to(interview.next_attempt_at + late)
    sweep(0)
    run_tasks()
    return wait


@pytest.mark.parametrize("mood", [(429, 20429), (400, 10004), (400, 99999)])
def test_what_the_carrier_refused_for_now_is_tried_again_later_and_later_and_costs_no_attempt(
    twilio: FakeTwilio, time_machine: Any, mood: tuple[int, int]
) -> None:
    interview = make_interview(job=make_approved_job(max_attempts=1))
    twilio.behaviour = mood
    run_tasks()
    waits = [until_the_next_try(interview, time_machine) for _ in range(3)]
    assert waits == sorted(waits)
    assert timedelta(0) < waits[0] < timedelta(minutes=2)
    twilio.behaviour = "ok"
    until_the_next_try(interview, time_machine)
    assert len(twilio.calls) == 1
    assert len(twilio.requests) == 5


@pytest.mark.parametrize("mood", [(401, 20003), (400, 21210), (400, 21626)])
def test_a_wrong_setting_holds_up_all_calls_with_its_reason_until_it_is_corrected(
    twilio: FakeTwilio, time_machine: Any, mood: tuple[int, int]
) -> None:
    job = make_approved_job(max_attempts=1)
    first = make_interview(job=job)
    twilio.behaviour = mood
    run_tasks()
    second = make_interview(job=job, full_name="Somebody Else", phone="+14155550101")
    run_tasks()
    assert len(twilio.requests) == 1, "one call is enough to find out"
    second.refresh_from_db()
    assert second.waiting_for == first.attempts.get().reason
    waits = [until_the_next_try(second, time_machine) for _ in range(6)]
    assert [round(wait / timedelta(minutes=1)) for wait in waits] == [1, 2, 4, 8, 15, 15]
    time_machine.move_to(timezone.now() + timedelta(days=3))
    sweep(0)
    run_tasks()
    assert {one.status for one in Interview.objects.all()} == {Interview.Status.PENDING}, "however long that takes"
    twilio.behaviour = "ok"
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    for _ in range(2):  # one after the other
        sweep(0)
        run_tasks()
        time_machine.move_to(timezone.now() + timedelta(seconds=10))
    assert {call["to"] for call in twilio.calls} == {"+14155550100", "+14155550101"}


def in_twenty_minutes() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(minutes=20), usegmt=True)


@pytest.mark.parametrize("mood", [(429, 20429), (503, 0)])
@pytest.mark.parametrize(
    ("asked", "minutes"), [("1200", 20), (in_twenty_minutes, 20), ("172800", 60), ("soon", 0), ("-5", 0), ("nan", 0)]
)
def test_the_carrier_is_left_alone_for_as_long_as_it_asks_if_that_makes_sense(
    twilio: FakeTwilio, mood: tuple[int, int], asked: Any, minutes: int
) -> None:
    twilio.behaviour = mood
    twilio.error_headers = {"Retry-After": asked if isinstance(asked, str) else asked()}
    make_interview()
    run_tasks()
    other = make_interview(full_name="Somebody Else", phone="+14155550101")
    run_tasks()
    assert len(twilio.requests) == (1 if minutes or mood[0] == 429 else 2)
    pace = DialRate.objects.get()
    wait = pace.paused_until - timezone.now() if pace.paused_until else timedelta(0)
    assert abs(wait - timedelta(minutes=minutes)) < timedelta(minutes=1)
    if minutes:
        other.refresh_from_db()
        assert other.next_attempt_at == pace.paused_until


@pytest.mark.parametrize("mood", [(400, 99999), (403, None), (429, 20429)])
def test_what_the_carrier_refuses_again_and_again_for_two_days_is_given_up_with_its_reason(
    twilio: FakeTwilio, time_machine: Any, mood: tuple[int, int | None]
) -> None:
    """Pauses of all calls, for the reasons of others, do not count. A late worker keeps the number of tries small."""
    twilio.behaviour = mood
    interview = make_interview()
    began = timezone.now()
    run_tasks()
    while interview.is_live:
        assert timezone.now() < began + timedelta(days=4)
        if interview.attempts.count() % 5 == 0:
            DialRate.pause_calls(timezone.now() + timedelta(seconds=5), reason=RATE_LIMITED)
        until_the_next_try(interview, time_machine, late=timedelta(hours=3))
        interview.refresh_from_db()
    assert timezone.now() > began + timedelta(days=2)
    assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.EXPIRED)
    assert re.match(r"The carrier took none of \d+ calls in two days\. .+", interview.outcome_reason)


def test_a_few_refusals_with_days_between_them_are_no_reason_to_give_up(twilio: FakeTwilio, time_machine: Any) -> None:
    twilio.behaviour = (400, 99999)
    interview = make_interview()
    run_tasks()
    interview.refresh_from_db()
    interview.schedule_next_attempt(timezone.now() + timedelta(days=3), wait_reason=WaitReason.SPEND_LIMIT)
    until_the_next_try(interview, time_machine)
    interview.refresh_from_db()
    assert (interview.status, interview.attempts.count()) == (Interview.Status.PENDING, 2)


def test_one_request_that_something_on_the_way_refuses_holds_up_no_other(twilio: FakeTwilio) -> None:
    twilio.behaviour = (403, None)
    make_interview()
    run_tasks()
    assert DialRate.current_pause() is None
