"""No call without the employer's name."""

from typing import Any

import pytest
from django.utils import timezone

from interviews.calling import dialer
from interviews.calling.rules import EMPLOYER_RECHECK, evaluate_rules, may_call_now
from interviews.calling.verdicts import Allowed, DialRule, Later, Passed
from interviews.models import Attempt, Interview, WaitReason
from interviews.reception.employer import employer_of
from screener.models import Organisation
from tests.support.factories import make_approved_job, make_interview, make_organisation, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db


@pytest.fixture
def interview() -> Interview:
    """An interview that was planned before the employer was entered."""
    interview = make_interview()
    Organisation.objects.all().delete()
    return interview


def test_call_waits_for_employer(twilio: FakeTwilio, interview: Interview, time_machine: Any) -> None:
    run_tasks()
    interview.refresh_from_db()
    assert (interview.is_live, interview.wait_reason) == (True, WaitReason.NO_EMPLOYER)
    assert not Attempt.objects.exists()

    make_organisation()
    time_machine.move_to(timezone.now() + EMPLOYER_RECHECK)
    dialer.dial_interview(interview.pk)
    assert [call["to"] for call in twilio.calls] == [interview.candidate.phone]


def test_rule_names_reason_and_employer(interview: Interview) -> None:
    verdict = may_call_now(interview.candidate, interview.job, now=timezone.now(), interview=interview)
    assert isinstance(verdict, Later)
    assert verdict.wait_reason == WaitReason.NO_EMPLOYER

    make_organisation()
    assert isinstance(
        may_call_now(interview.candidate, interview.job, now=timezone.now(), interview=interview), Allowed
    )
    lines = evaluate_rules(interview.candidate.phone, now=timezone.now(), job=interview.job).verdicts
    (rule,) = (line.verdict for line in lines if line.rule == DialRule.EMPLOYER)
    assert isinstance(rule, Passed)


class TestEmployerOfJob:
    def test_is_organisation(self) -> None:
        employer = employer_of(make_approved_job())
        assert (employer.name, employer.callback_number) == ("Northwind Logistics", "+1 415-555-0123")
        assert employer.privacy_notice == "northwind.example/privacy"

    def test_is_own_name_and_number(self) -> None:
        job = make_approved_job(employer_name="Contoso Inc.", callback_number="+442079460000")
        employer = employer_of(job)
        assert (employer.name, employer.callback_number) == ("Contoso Inc.", "+44 20 7946 0000")

    def test_is_empty_without_organisation(self, interview: Interview) -> None:
        assert employer_of(interview.job).name == ""
