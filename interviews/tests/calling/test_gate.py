"""Who may be called is asked when an interview is planned, and again when it is dialled."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from candidates.models import Consent, DoNotCall
from interviews.calling import dialer
from interviews.models import Interview, InterviewResponse, WaitReason
from interviews.planning import NotPossible, plan_interview
from tests.support.factories import make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db


class TestTheGate:
    def test_lets_a_consenting_whitelisted_candidate_pass(self, twilio: FakeTwilio) -> None:
        make_interview()
        run_tasks()
        assert [call["to"] for call in twilio.calls] == ["+14155550100"]

    @pytest.mark.parametrize(
        ("whitelist", "allowed"),
        [
            ([], False),
            (["+14155550100"], True),
            (["+1 (415) 555-0100"], True),
            (["+14155550101"], False),
            (["*"], True),
        ],
    )
    def test_keeps_to_the_whitelist(self, settings: Any, whitelist: list[str], allowed: bool) -> None:
        settings.WHITELISTED_NUMBERS = whitelist
        if allowed:
            assert make_interview()
        else:
            with pytest.raises(NotPossible, match="whitelist"):
                make_interview()

    def test_asks_for_consent_on_record(self) -> None:
        with pytest.raises(NotPossible, match="no consent"):
            make_interview(consents=False)

    def test_calls_without_consent_where_the_job_says_so(self) -> None:
        assert make_interview(job=make_approved_job(consent_required=False), consents=False)

    def test_asks_again_at_dial_time(self, twilio: FakeTwilio) -> None:
        interview = make_interview()
        Consent.objects.create(candidate=interview.candidate, kind=Consent.Kind.CALL, given=False, source="e-mail")
        run_tasks()
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.NOT_PERMITTED)
        assert "consent" in interview.outcome_reason
        assert not twilio.calls

    def test_calls_nobody_for_a_job_that_was_closed_meanwhile(self, twilio: FakeTwilio) -> None:
        interview = make_interview()
        interview.job.update_fields(is_open=False)
        run_tasks()
        interview.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.FAILED, Interview.Outcome.NOT_PERMITTED)
        assert interview.outcome_reason == "This job is closed. Open it again to interview for it."
        assert not twilio.calls

    def test_closes_a_conversation_of_a_closed_job_with_what_was_said(self, twilio: FakeTwilio) -> None:
        interview = make_interview()
        interview.begin()
        first, second, third = interview.responses.all()
        interview.responses.filter(pk__in=[first.pk, second.pk]).update(status=InterviewResponse.Status.ASSESSED)
        interview.job.update_fields(is_open=False)
        dialer.dial_interview(interview.pk)
        interview.refresh_from_db()
        third.refresh_from_db()
        assert (interview.status, interview.outcome) == (Interview.Status.COMPLETED, Interview.Outcome.PARTIAL)
        assert interview.outcome_reason.startswith("This job is closed.")
        assert third.status == InterviewResponse.Status.SKIPPED
        assert not twilio.calls

    def test_never_calls_a_number_that_asked_not_to_be_called_whoever_has_it_now(self) -> None:
        DoNotCall.objects.add_number("+14155550100", source="letter")
        with pytest.raises(NotPossible, match="do-not-call"):
            make_interview(full_name="Somebody Else")

    def test_remembers_such_a_number_when_the_secret_key_is_replaced(self, settings: Any) -> None:
        DoNotCall.objects.add_number("+14155550100", source="letter")
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        assert DoNotCall.objects.covers_number("tel:+1-415-555-0100")

    def test_makes_one_call_at_a_time_to_a_number(self, twilio: FakeTwilio) -> None:
        make_interview()
        second = make_interview(full_name="Her Flatmate")
        run_tasks()
        assert len(twilio.calls) == 1
        second.refresh_from_db()
        assert second.wait_reason == WaitReason.NUMBER_BUSY

    def test_plans_one_live_interview_for_a_candidate_and_a_job(self) -> None:
        interview = make_interview()
        with pytest.raises(NotPossible, match="already has"):
            plan_interview(candidate=interview.candidate, job=interview.job, actor="a test")

    def test_calls_nobody_without_approved_questions(self) -> None:
        job = make_approved_job()
        job.question_sets.update(status="retired")
        with pytest.raises(NotPossible, match="no approved questions"):
            plan_interview(candidate=make_candidate(), job=job, actor="a test")

    def test_waits_for_the_time_that_is_asked_for(self, twilio: FakeTwilio) -> None:
        plan_interview(
            candidate=make_candidate(),
            job=make_approved_job(),
            actor="a test",
            scheduled_for=timezone.now() + timedelta(hours=2),
        )
        run_tasks(include_later=True)
        assert not twilio.calls
