"""While a key of the do-not-call list is missing no one is called, and the deployment is told why."""

from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client

from candidates.models import DoNotCall, DoNotCallKey
from interviews.calling.rules import evaluate_rules, may_call_now
from interviews.calling.verdicts import DialRule, Later
from interviews.models import Call, Interview, WaitReason, lock_interview
from interviews.planning import NotPossible, plan_interview
from screener.tasks import sweep
from tests.support.factories import make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio

pytestmark = pytest.mark.django_db
NUMBER, OTHER_NUMBER = "+14155550100", "+14155550101"


@pytest.fixture
def lost_key(settings: Any) -> str:
    """The key of the entries, which a new SECRET_KEY has replaced in a deployment without a DO_NOT_CALL_KEY."""
    key: str = settings.DO_NOT_CALL_KEY
    DoNotCall.objects.add_number(OTHER_NUMBER, source="letter")
    settings.SECRET_KEY = settings.DO_NOT_CALL_KEY = "another key"
    return key


def test_no_interview_is_planned(lost_key: str) -> None:
    with pytest.raises(NotPossible) as refusal:
        plan_interview(candidate=make_candidate(), job=make_approved_job(), actor="a test")
    assert refusal.value.code == DialRule.DO_NOT_CALL_KEY


def test_planned_interview_waits(twilio: FakeTwilio, settings: Any, time_machine: Any) -> None:
    """It is not ended: it is called once the key is configured again."""
    interview = make_interview()
    key = settings.DO_NOT_CALL_KEY
    DoNotCall.objects.add_number(OTHER_NUMBER, source="letter")
    settings.SECRET_KEY = settings.DO_NOT_CALL_KEY = "another key"
    run_tasks()
    interview.refresh_from_db()
    assert (interview.status, interview.wait_reason) == (Interview.Status.PENDING, WaitReason.DO_NOT_CALL_KEY)
    assert not twilio.calls
    settings.DO_NOT_CALL_KEY_FALLBACKS = [key]
    time_machine.move_to(interview.next_attempt_at)
    sweep(0)
    run_tasks()
    assert len(twilio.calls) == 1


@pytest.mark.parametrize("setting", ["DO_NOT_CALL_KEY_FALLBACKS", "SECRET_KEY_FALLBACKS"])
def test_former_key_is_read(lost_key: str, settings: Any, setting: str) -> None:
    setattr(settings, setting, [lost_key])
    assert evaluate_rules(OTHER_NUMBER, now=make_candidate().created_at).refused_by == DialRule.DO_NOT_CALL
    assert evaluate_rules(NUMBER, now=make_candidate().created_at).refused_by is None


def test_opt_out_is_kept_under_wrong_key(lost_key: str, settings: Any) -> None:
    """Both keys are needed from then on."""
    DoNotCall.objects.add_number(NUMBER, source="in a call")
    wrong_key, settings.DO_NOT_CALL_KEY = settings.DO_NOT_CALL_KEY, lost_key
    settings.SECRET_KEY = "a third key"
    candidate = make_candidate(phone="+14155550102")
    verdict = may_call_now(candidate, make_approved_job(), now=candidate.created_at)
    assert isinstance(verdict, Later)
    settings.DO_NOT_CALL_KEY_FALLBACKS = [wrong_key]
    assert DoNotCall.objects.covers_number(NUMBER)
    assert DoNotCall.objects.covers_number(OTHER_NUMBER)


def test_empty_list_needs_no_key(settings: Any) -> None:
    settings.SECRET_KEY = settings.DO_NOT_CALL_KEY = "another key"
    assert make_interview()


def test_readiness_names_list(lost_key: str, client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["do_not_call_list"] != "ok"


def test_check_reports_lost_key(lost_key: str) -> None:
    assert "screener.W016" in {message.id for message in run_checks(tags=["do_not_call"])}


def test_check_asks_for_key_of_its_own(settings: Any) -> None:
    settings.DO_NOT_CALL_KEY = settings.SECRET_KEY
    warnings = run_checks(tags=["screener"], include_deployment_checks=True)
    assert "screener.W017" in {message.id for message in warnings}


class TestRekeying:
    def rekey(self, *options: str) -> None:
        call_command("rekey_do_not_call", *options, verbosity=0, stdout=StringIO())

    def test_former_key_is_needed_no_more(self, lost_key: str, settings: Any) -> None:
        settings.DO_NOT_CALL_KEY_FALLBACKS = [lost_key]
        make_candidate(phone=OTHER_NUMBER)
        self.rekey()
        settings.DO_NOT_CALL_KEY_FALLBACKS = []
        assert not DoNotCallKey.objects.not_configured().exists()
        assert DoNotCall.objects.covers_number(OTHER_NUMBER)

    def test_entry_of_earlier_version_is_rekeyed(self, lost_key: str, settings: Any) -> None:
        """It does not say which key it has."""
        DoNotCall.objects.update(key=None)
        settings.DO_NOT_CALL_KEY_FALLBACKS = [lost_key]
        make_candidate(phone=OTHER_NUMBER)
        self.rekey()
        settings.DO_NOT_CALL_KEY_FALLBACKS = []
        assert DoNotCall.objects.covers_number(OTHER_NUMBER)
        assert not DoNotCallKey.objects.not_configured().exists()

    def test_unknown_number_keeps_its_key(self, lost_key: str, settings: Any) -> None:
        settings.DO_NOT_CALL_KEY_FALLBACKS = [lost_key]
        self.rekey()
        assert DoNotCall.objects.covers_number(OTHER_NUMBER)
        settings.DO_NOT_CALL_KEY_FALLBACKS = []
        assert DoNotCallKey.objects.not_configured().exists()

    def test_lost_key_is_given_up_on_demand(self, settings: Any) -> None:
        """Entries are kept whose numbers an interview or a candidate still has."""
        interview = make_interview()
        attempt = interview.attempts.create(number=1, send_before=interview.created_at)
        Call.objects.create(attempt=attempt, number=NUMBER, ended_at=interview.created_at)
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.WRONG_PERSON)
        DoNotCall.objects.add_number(OTHER_NUMBER, source="letter")
        settings.SECRET_KEY = settings.DO_NOT_CALL_KEY = "another key"
        self.rekey()
        assert DoNotCallKey.objects.not_configured().exists()
        assert DoNotCall.objects.active().count() == 2
        self.rekey("--give-up")
        assert not DoNotCallKey.objects.not_configured().exists()
        assert DoNotCall.objects.covers_number(NUMBER)
        assert [entry.kind for entry in DoNotCall.objects.active()] == [DoNotCall.Kind.WRONG_PERSON]

    def test_readable_entry_is_not_given_up(self, lost_key: str, settings: Any) -> None:
        DoNotCall.objects.add_number(NUMBER, source="letter")
        settings.DO_NOT_CALL_KEY_FALLBACKS, settings.DO_NOT_CALL_KEY = [settings.DO_NOT_CALL_KEY], "a third key"
        settings.SECRET_KEY = "a third key"
        self.rekey("--give-up")
        assert DoNotCall.objects.covers_number(NUMBER)
        assert not DoNotCall.objects.covers_number(OTHER_NUMBER)

    def test_personal_refusal_outlives_lost_key(self, settings: Any) -> None:
        candidate = make_candidate()
        DoNotCall.objects.add_number(candidate.phone, kind="declined", candidate=candidate, source="e-mail")
        settings.SECRET_KEY = settings.DO_NOT_CALL_KEY = "another key"
        self.rekey("--give-up")
        with pytest.raises(NotPossible) as refusal:
            plan_interview(candidate=candidate, job=make_approved_job(), actor="a test")
        assert refusal.value.code == DialRule.DECLINED
