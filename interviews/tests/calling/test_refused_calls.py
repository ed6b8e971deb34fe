"""Calls that the carrier does not take: which interviews that delays or ends, and when they are retried."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone

from interviews.models import Attempt, DialRate, Interview, WaitReason, lock_interview
from screener.tasks import sweep
from tests.support.factories import make_approved_job, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db
Refusal = tuple[int, int | None]
"""HTTP status and error code of Twilio."""

RATE_LIMITED, WRONG_LOGIN, UNKNOWN_ERROR = (429, 20429), (401, 20003), (400, 99999)
OTHER_NUMBER = "+14155550101"
OTHER_CANDIDATE: dict[str, Any] = {"full_name": "Grace Hopper", "phone": OTHER_NUMBER}


@pytest.mark.parametrize(
    ("code", "attempt_outcome", "outcome"),
    [
        (21211, Attempt.Outcome.INVALID_NUMBER, Interview.Outcome.UNREACHED),
        (21216, Attempt.Outcome.CARRIER_ERROR, Interview.Outcome.NOT_PERMITTED),
        (21215, Attempt.Outcome.CARRIER_ERROR, Interview.Outcome.NOT_PERMITTED),
    ],
)
def test_refused_number_ends_its_interview_alone(
    twilio: FakeTwilio, code: int, attempt_outcome: str, outcome: str
) -> None:
    twilio.behaviour = (400, code)
    interview = make_interview()
    run_tasks()
    interview.refresh_from_db()
    assert (interview.status, interview.outcome) == (Interview.Status.FAILED, outcome)
    assert interview.attempts.get().outcome == attempt_outcome
    twilio.behaviour = "ok"
    make_interview(**OTHER_CANDIDATE)
    run_tasks()
    assert [call["to"] for call in twilio.calls] == [OTHER_NUMBER]


@pytest.mark.parametrize("refusal", [RATE_LIMITED, WRONG_LOGIN, UNKNOWN_ERROR, (403, None)])
def test_other_refusal_delays_interview(twilio: FakeTwilio, refusal: Refusal) -> None:
    twilio.behaviour = refusal
    interview = make_interview()
    run_tasks()
    interview.refresh_from_db()
    assert (interview.status, interview.wait_reason) == (Interview.Status.PENDING, WaitReason.CARRIER_ERROR)
    assert interview.attempts.get().outcome == Attempt.Outcome.CARRIER_ERROR
    assert interview.next_attempt_at is not None
    assert len(twilio.requests) == 1


def pass_to_next_try(interview: Interview, time_machine: Any, *, late: timedelta = timedelta(0)) -> timedelta:
    """Move the clock to the next try, plus `late`, and run it. Returns the wait until the try was due."""
    interview.refresh_from_db()
    assert interview.next_attempt_at is not None
    wait = interview.next_attempt_at - timezone.now()
    time_machine.move_to(interview.next_attempt_at + late)
    sweep(0)
    run_tasks()
    return wait


@pytest.mark.parametrize("refusal", [RATE_LIMITED, (400, 10004)])
def test_retries_become_rarer_and_cost_no_attempt(twilio: FakeTwilio, time_machine: Any, refusal: Refusal) -> None:
    interview = make_interview(job=make_approved_job(max_attempts=1))
    twilio.behaviour = refusal
    run_tasks()
    waits = [pass_to_next_try(interview, time_machine) for _ in range(3)]
    assert waits == sorted(waits)
    assert timedelta(0) < waits[0] < timedelta(minutes=2)
    twilio.behaviour = "ok"
    pass_to_next_try(interview, time_machine)
    assert len(twilio.calls) == 1
    assert len(twilio.requests) == 5


def make_paused_interview(twilio: FakeTwilio, refusal: Refusal) -> Interview:
    """An interview that waits because the carrier has refused the call of another one."""
    job = make_approved_job(max_attempts=1)
    make_interview(job=job)
    twilio.behaviour = refusal
    run_tasks()
    second = make_interview(job=job, **OTHER_CANDIDATE)
    run_tasks()
    assert len(twilio.requests) == 1
    second.refresh_from_db()
    return second


@pytest.mark.parametrize("refusal", [(400, 21210), (400, 21626)])
def test_wrong_setting_pauses_all_calls(twilio: FakeTwilio, refusal: Refusal) -> None:
    assert make_paused_interview(twilio, refusal).wait_reason == WaitReason.CARRIER_PAUSED


def test_pause_lasts_until_setting_is_corrected(twilio: FakeTwilio, time_machine: Any) -> None:
    second = make_paused_interview(twilio, WRONG_LOGIN)
    assert second.wait_reason == WaitReason.CARRIER_PAUSED
    waits = [pass_to_next_try(second, time_machine) for _ in range(6)]
    assert [round(wait / timedelta(minutes=1)) for wait in waits] == [1, 2, 4, 8, 15, 15]
    time_machine.move_to(timezone.now() + timedelta(days=3))
    sweep(0)
    run_tasks()
    assert set(Interview.objects.values_list("status", flat=True)) == {Interview.Status.PENDING}
    twilio.behaviour = "ok"
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    for _ in range(2):
        sweep(0)
        run_tasks()
        time_machine.move_to(timezone.now() + timedelta(seconds=10))
    assert {call["to"] for call in twilio.calls} == {"+14155550100", OTHER_NUMBER}


def date_in_20_minutes() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(minutes=20), usegmt=True)


@pytest.mark.parametrize("refusal", [RATE_LIMITED, (503, 0)])
@pytest.mark.parametrize(
    ("retry_after", "minutes"),
    [(lambda: "1200", 20), (date_in_20_minutes, 20), (lambda: "172800", 60)],
    ids=["seconds", "date", "too long"],
)
def test_valid_retry_after_pauses_all_calls(
    twilio: FakeTwilio, refusal: Refusal, retry_after: Callable[[], str], minutes: int
) -> None:
    twilio.behaviour = refusal
    twilio.error_headers = {"Retry-After": retry_after()}
    make_interview()
    run_tasks()
    other = make_interview(**OTHER_CANDIDATE)
    run_tasks()
    assert len(twilio.requests) == 1
    pause = DialRate.current_pause()
    assert pause
    assert pause.paused_until
    assert abs(pause.paused_until - timezone.now() - timedelta(minutes=minutes)) < timedelta(minutes=1)
    other.refresh_from_db()
    assert other.next_attempt_at == pause.paused_until


@pytest.mark.parametrize(("refusal", "requests"), [(RATE_LIMITED, 1), ((503, 0), 2)])
@pytest.mark.parametrize("retry_after", ["soon", "-5", "nan"])
def test_invalid_retry_after_is_ignored(twilio: FakeTwilio, refusal: Refusal, requests: int, retry_after: str) -> None:
    """A rate limit without a valid header pauses calls for seconds."""
    twilio.behaviour = refusal
    twilio.error_headers = {"Retry-After": retry_after}
    make_interview()
    run_tasks()
    make_interview(**OTHER_CANDIDATE)
    run_tasks()
    assert len(twilio.requests) == requests
    paused_until = DialRate.objects.get().paused_until
    assert paused_until is None or paused_until < timezone.now() + timedelta(minutes=1)


@pytest.mark.parametrize("refusal", [UNKNOWN_ERROR, RATE_LIMITED])
def test_refusals_for_two_days_expire_interview(twilio: FakeTwilio, time_machine: Any, refusal: Refusal) -> None:
    """Pauses of all calls do not count as tries. The clock moves in large steps, so that they are few."""
    twilio.behaviour = refusal
    interview = make_interview()
    began = timezone.now()
    run_tasks()
    while interview.is_live:
        assert timezone.now() < began + timedelta(days=4)
        if interview.attempts.count() % 2 == 0:
            DialRate.pause_calls(timezone.now() + timedelta(seconds=5), reason="another interview")
        pass_to_next_try(interview, time_machine, late=timedelta(hours=9))
        interview.refresh_from_db()
    assert timezone.now() > began + timedelta(days=2)
    assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.EXPIRED)


def test_few_refusals_in_days_are_retried(twilio: FakeTwilio, time_machine: Any) -> None:
    twilio.behaviour = UNKNOWN_ERROR
    interview = make_interview()
    run_tasks()
    interview.refresh_from_db()
    with lock_interview(interview) as locked:
        locked.schedule_next_attempt(timezone.now() + timedelta(days=3), wait_reason=WaitReason.SPEND_LIMIT)
    pass_to_next_try(interview, time_machine)
    interview.refresh_from_db()
    assert (interview.status, interview.attempts.count()) == (Interview.Status.PENDING, 2)


def test_refusal_by_proxy_pauses_no_other_call(twilio: FakeTwilio) -> None:
    """An HTTP 403 without a Twilio error code comes from another server."""
    twilio.behaviour = (403, None)
    make_interview()
    run_tasks()
    assert DialRate.current_pause() is None
