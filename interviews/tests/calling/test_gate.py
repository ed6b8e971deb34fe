"""The dial rules are evaluated when an interview is planned, and again when it is dialled."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from candidates.models import Consent, DoNotCall
from interviews.calling import dialer
from interviews.models import Interview, InterviewResponse, WaitReason, lock_interview
from interviews.planning import NotPossible, plan_interview
from jobs.models import JobDescription
from tests.support.factories import make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db


def plan(job: JobDescription | None = None, **candidate: Any) -> Interview:
    return plan_interview(candidate=make_candidate(**candidate), job=job or make_approved_job(), actor="a test")


def test_permitted_candidate_is_called(twilio: FakeTwilio) -> None:
    plan()
    run_tasks()
    assert [call["to"] for call in twilio.calls] == ["+14155550100"]


class TestPlanning:
    def test_number_off_whitelist_is_refused(self, settings: Any) -> None:
        settings.WHITELISTED_NUMBERS = ["+14155550101"]
        with pytest.raises(NotPossible):
            plan()

    def test_missing_consent_is_refused(self) -> None:
        with pytest.raises(NotPossible):
            plan(consents=False)

    def test_job_can_waive_consent(self) -> None:
        assert plan(make_approved_job(consent_required=False), consents=False)

    def test_do_not_call_covers_other_candidates(self) -> None:
        DoNotCall.objects.add_number("+14155550100", source="letter")
        with pytest.raises(NotPossible):
            plan(full_name="Grace Hopper")

    def test_second_live_interview_is_refused(self) -> None:
        interview = make_interview()
        with pytest.raises(NotPossible):
            plan_interview(candidate=interview.candidate, job=interview.job, actor="a test")

    def test_job_without_approved_questions_is_refused(self) -> None:
        job = make_approved_job()
        job.question_sets.update(status="retired")
        with pytest.raises(NotPossible):
            plan_interview(candidate=make_candidate(), job=job, actor="a test")

    def test_scheduled_interview_waits(self, twilio: FakeTwilio) -> None:
        due = timezone.now() + timedelta(hours=2)
        candidate, job = make_candidate(), make_approved_job()
        interview = plan_interview(candidate=candidate, job=job, actor="a test", scheduled_for=due)
        run_tasks(include_later=True)
        assert not twilio.calls
        assert (interview.next_attempt_at, interview.wait_reason) == (due, WaitReason.SCHEDULED)


class TestDialling:
    def assert_not_permitted(self, interview: Interview, twilio: FakeTwilio) -> None:
        run_tasks()
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.NOT_PERMITTED)
        assert interview.outcome_reason
        assert not twilio.calls

    def test_withdrawn_consent_is_respected(self, twilio: FakeTwilio) -> None:
        interview = make_interview()
        Consent.objects.create(candidate=interview.candidate, kind=Consent.Kind.CALL, given=False, source="e-mail")
        self.assert_not_permitted(interview, twilio)

    def test_closed_job_is_not_called_for(self, twilio: FakeTwilio) -> None:
        interview = make_interview()
        interview.job.update_fields(is_open=False)
        self.assert_not_permitted(interview, twilio)

    def test_closed_job_completes_begun_interview(self, twilio: FakeTwilio) -> None:
        interview = make_interview()
        with lock_interview(interview) as locked:
            locked.begin()
        first, second, third = interview.responses.all()
        interview.responses.filter(pk__in=[first.pk, second.pk]).update(status=InterviewResponse.Status.ASSESSED)
        interview.job.update_fields(is_open=False)
        dialer.dial_interview(interview.pk)
        interview.refresh_from_db()
        third.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.PARTIAL)
        assert third.status == InterviewResponse.Status.SKIPPED
        assert not twilio.calls

    def test_number_in_call_is_called_later(self, twilio: FakeTwilio) -> None:
        make_interview()
        second = make_interview(full_name="Grace Hopper")
        run_tasks()
        assert len(twilio.calls) == 1
        second.refresh_from_db()
        assert second.wait_reason == WaitReason.NUMBER_BUSY


def test_do_not_call_survives_new_secret_key(settings: Any) -> None:
    DoNotCall.objects.add_number("+14155550100", source="letter")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert DoNotCall.objects.covers_number("tel:+1-415-555-0100")
