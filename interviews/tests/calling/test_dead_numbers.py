"""A number that is not in service is dialled once, and not again until it is corrected."""

from typing import Any

import pytest
from django.test import Client

from candidates.models import DoNotCall
from interviews.calling.verdicts import DialRule
from interviews.models import Attempt, Interview
from interviews.planning import NotPossible, plan_interview
from tests.support.factories import make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.twilio_driver import Phone

pytestmark = pytest.mark.django_db
CORRECTED_NUMBER = "+14155550101"


def report_failure(interview: Interview, **params: Any) -> None:
    run_tasks(only="interviews.dial")
    attempt = interview.attempts.get()
    Phone(attempt, Client(), sid=attempt.call.twilio_sid).report_status("failed", 3, **params)
    run_tasks(include_later=True)
    interview.refresh_from_db()


@pytest.mark.parametrize(
    "report", [{"SipResponseCode": 404}, {"SipResponseCode": 604}, {"ErrorCode": 13224}, {"ErrorCode": 21217}]
)
def test_dead_number_is_dialled_once(twilio: FakeTwilio, report: dict[str, int]) -> None:
    interview = make_interview()
    report_failure(interview, **report)
    assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.UNREACHED)
    assert interview.attempts.get().outcome == Attempt.Outcome.INVALID_NUMBER
    assert len(twilio.calls) == 1


@pytest.mark.parametrize("report", [{"SipResponseCode": 503}, {"SipResponseCode": 486}, {"ErrorCode": 31005}, {}])
def test_other_failure_is_dialled_again(twilio: FakeTwilio, report: dict[str, int]) -> None:
    interview = make_interview()
    report_failure(interview, **report)
    assert (interview.status, interview.attempts.get().outcome) == (
        Interview.Status.PENDING,
        Attempt.Outcome.CARRIER_ERROR,
    )
    assert not DoNotCall.objects.exists()


@pytest.mark.parametrize("refused_at_once", [True, False])
def test_dead_number_is_refused_until_corrected(twilio: FakeTwilio, refused_at_once: bool) -> None:
    if refused_at_once:
        twilio.behaviour = (400, 21211)
    interview = make_interview()
    report_failure(interview, SipResponseCode=404) if not refused_at_once else run_tasks()
    namesake = make_candidate(full_name="A. King")
    for candidate in (interview.candidate, namesake):
        with pytest.raises(NotPossible) as refusal:
            plan_interview(candidate=candidate, job=make_approved_job(), actor="a test")
        assert refusal.value.code == DialRule.OUT_OF_SERVICE
    interview.candidate.update_fields(phone=CORRECTED_NUMBER)
    assert plan_interview(candidate=interview.candidate, job=make_approved_job(), actor="a test")
    DoNotCall.objects.get().lift(by="hanna", reason="The carrier has repaired it.")
    assert plan_interview(candidate=namesake, job=make_approved_job(), actor="a test")


def test_reachable_candidate_is_told_apart(twilio: FakeTwilio) -> None:
    """An answered call proves that the number is in service, even if an error ended it."""
    interview = make_interview()
    run_tasks(only="interviews.dial")
    attempt = interview.attempts.get()
    Phone(attempt, Client(), sid=attempt.call.twilio_sid).report_status("completed", 3, SipResponseCode=404)
    assert interview.attempts.get().outcome == Attempt.Outcome.HUNG_UP
    assert not DoNotCall.objects.exists()


def test_opt_out_at_carrier_is_kept(twilio: FakeTwilio) -> None:
    """The owner of the number told Twilio, in reply to another message of the account."""
    twilio.behaviour = (400, 21610)
    interview = make_interview()
    run_tasks()
    with pytest.raises(NotPossible) as refusal:
        plan_interview(candidate=interview.candidate, job=make_approved_job(), actor="a test")
    assert refusal.value.code == DialRule.DO_NOT_CALL
