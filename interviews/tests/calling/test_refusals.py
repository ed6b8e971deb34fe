"""A candidate who declined, opted out or has finished, and a wrong number, are not called again in any way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from candidates.models import Candidate, Consent
from interviews.calling.verdicts import DialRule
from interviews.models import EventKind, Interview, InterviewEvent, lock_interview
from interviews.planning import plan_interview
from jobs.models import JobDescription
from screener.tasks import sweep
from tests.support.factories import lose_tasks, make_approved_job, make_candidate, make_interview, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.twilio_driver import Phone, give_consent

pytestmark = pytest.mark.django_db
NUMBER, NAME = "+14155550100", "Ada Lovelace"
OTHER_NUMBER = "+14155550177"
INTERVIEWS, CAMPAIGNS, CANDIDATES = "/api/v1/interviews/", "/api/v1/campaigns/", "/api/v1/candidates/"
Outcome = Interview.Outcome
REASON = "The line was bad."


@dataclass
class Scene:
    """The doors that the staff and the clients of a deployment use, and the job of the call that was refused."""

    api: APIClient
    admin: Client
    carrier: FakeTwilio
    job: JobDescription
    clock: Any

    def person(self) -> Candidate:
        return Candidate.objects.get(full_name=NAME, phone=NUMBER)

    def plan(self, candidate: Any, job: JobDescription | None = None, **fields: Any) -> Any:
        return self.api.post(INTERVIEWS, {"candidate": str(candidate), "job": str((job or self.job).pk), **fields})

    def add_candidate(self, **fields: Any) -> str:
        consent = {"consent_to_call": True, "consent_source": "application form"}
        return str(self.api.post(CANDIDATES, {"full_name": NAME, **consent, **fields}).json()["id"])

    def let_days_pass(self) -> None:
        self.clock.move_to(timezone.now() + timedelta(days=3))
        sweep(0)
        run_tasks(include_later=True)


@pytest.fixture
def scene(api: APIClient, admin_client: Client, twilio: FakeTwilio, time_machine: Any) -> Scene:
    return Scene(api, admin_client, twilio, make_approved_job(), time_machine)


def begin_call(interview: Interview) -> Phone:
    """Let the worker place the call of this interview; the carrier's side of it."""
    run_tasks(only="interviews.dial")
    attempt = interview.attempts.get()
    return Phone(attempt, Client(), sid=attempt.call.twilio_sid)


def decline(phone: Phone) -> None:
    phone.pick_up()
    phone.press_key("1")
    phone.press_key("2")


def opt_out(phone: Phone) -> None:
    phone.pick_up()
    phone.press_key("9")


def deny_identity(phone: Phone) -> None:
    phone.pick_up()
    phone.press_key("2")


def complete(phone: Phone) -> None:
    give_consent(phone)
    for _ in range(3):
        phone.record_answer()


ENDINGS: dict[Outcome, Callable[[Phone], None]] = {
    Outcome.DECLINED: decline,
    Outcome.OPTED_OUT: opt_out,
    Outcome.WRONG_PERSON: deny_identity,
    Outcome.COMPLETE: complete,
}
REFUSALS = (Outcome.DECLINED, Outcome.OPTED_OUT, Outcome.WRONG_PERSON)


def hold_call(scene: Scene, outcome: Outcome) -> Phone:
    """Hold a real call that ends so."""
    interview = make_interview(job=scene.job, full_name=NAME, phone=NUMBER)
    phone = begin_call(interview)
    ENDINGS[outcome](phone)
    phone.report_status("completed", 10)
    interview.refresh_from_db()
    assert interview.outcome == outcome
    return phone


# --- Ways to call again -------------------------------------------------------------------------------


def interview_by_api(scene: Scene) -> None:
    response = scene.plan(scene.person().pk)
    assert response.status_code == 409


def interview_by_admin(scene: Scene) -> None:
    form = {"candidate": scene.person().pk, "job": scene.job.pk}
    page = scene.admin.post(reverse("admin:interviews_interview_add"), form)
    assert page.context["form"].errors


def interview_scheduled(scene: Scene) -> None:
    later = timezone.now() + timedelta(days=1)
    assert scene.plan(scene.person().pk, scheduled_for=later.isoformat()).status_code == 409


def campaign_by_api(scene: Scene) -> None:
    """Added twice, as a client does that lost the first answer."""
    campaign = scene.api.post(CAMPAIGNS, {"name": "Autumn", "job": str(scene.job.pk)}).json()["id"]
    for _ in range(2):
        body = {"candidates": [str(scene.person().pk)]}
        (result,) = scene.api.post(f"{CAMPAIGNS}{campaign}/add/", body).json()["results"]
        assert result["interview"] is None
        assert result["reason"]


def campaign_by_admin(scene: Scene) -> None:
    chosen = [candidate.pk for candidate in Candidate.objects.all()]
    scene.admin.post(
        reverse("admin:candidates_candidate_changelist"), {"action": "call_chosen", "_selected_action": chosen}
    )
    form = {"name": "Autumn", "job": str(scene.job.pk)}
    page = scene.admin.get(reverse("admin:interviews_campaign_add"), form)
    assert page.context["called"] == []
    assert {prospect.candidate.pk for prospect in page.context["left_out"]} == set(chosen)
    ids = " ".join(map(str, chosen))
    scene.admin.post(reverse("admin:interviews_campaign_add"), form | {"candidates": ids})


def second_record(scene: Scene) -> None:
    assert scene.plan(scene.add_candidate(phone="+1 (415) 555-0100")).status_code == 409
    campaign_by_admin(scene)


def second_record_with_another_name(scene: Scene) -> None:
    assert scene.plan(scene.add_candidate(phone="tel:+1-415-555-0100", full_name="A. King")).status_code == 409
    campaign_by_admin(scene)


def import_again(scene: Scene) -> None:
    rows = ["full_name,phone,consent_to_call,consent_source", f"{NAME},+1 415 555 0100,yes,application form"]
    file = SimpleUploadedFile("list.csv", "\n".join(rows).encode())
    assert scene.api.post(f"{CANDIDATES}import/", {"file": file}, format="multipart").status_code == 200
    campaign_by_admin(scene)


def new_job(scene: Scene) -> None:
    assert scene.plan(scene.person().pk, make_approved_job(title="Another job")).status_code == 409


def repeat_webhooks(phone: Phone, outcome: Outcome) -> None:
    """After a hang-up the carrier repeats its reports, that of the end too."""
    ENDINGS[outcome](phone)
    phone.report_status("completed", 11)
    phone.report_status("failed", 12)


SAME_JOB_WAYS = (
    interview_by_api,
    interview_by_admin,
    interview_scheduled,
    campaign_by_api,
    campaign_by_admin,
    second_record,
    second_record_with_another_name,
    import_again,
)


def assert_not_rung_again(scene: Scene) -> None:
    scene.let_days_pass()
    assert len(scene.carrier.calls) == 1


@pytest.mark.parametrize("outcome", ENDINGS)
def test_ended_conversation_is_not_repeated(scene: Scene, outcome: Outcome) -> None:
    hold_call(scene, outcome)
    for way in SAME_JOB_WAYS:
        way(scene)
    assert_not_rung_again(scene)


@pytest.mark.parametrize("outcome", REFUSALS)
def test_refusal_holds_everywhere(scene: Scene, settings: Any, outcome: Outcome) -> None:
    """For other jobs and after repeated webhooks, and also under a secret key without the one before."""
    phone = hold_call(scene, outcome)
    repeat_webhooks(phone, outcome)
    new_job(scene)
    settings.SECRET_KEY = "another key, without the one before"
    assert scene.plan(scene.add_candidate(phone=NUMBER, full_name="A. King")).status_code == 409
    assert_not_rung_again(scene)


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.OPTED_OUT, Outcome.COMPLETE])
def test_persons_answer_holds_for_new_number(scene: Scene, outcome: Outcome) -> None:
    """The person is the same, so the new number is not called either."""
    hold_call(scene, outcome)
    candidate = scene.person()
    scene.api.patch(f"{CANDIDATES}{candidate.pk}/", {"phone": OTHER_NUMBER})
    assert scene.plan(candidate.pk).status_code == 409
    assert_not_rung_again(scene)


def test_corrected_number_of_wrong_person_is_called(scene: Scene) -> None:
    hold_call(scene, Outcome.WRONG_PERSON)
    candidate = scene.person()
    scene.api.patch(f"{CANDIDATES}{candidate.pk}/", {"phone": OTHER_NUMBER})
    assert scene.plan(candidate.pk).status_code == 201
    scene.let_days_pass()
    assert [call["to"] for call in scene.carrier.calls] == [NUMBER, OTHER_NUMBER]


def test_completed_interview_leaves_other_jobs_open(scene: Scene) -> None:
    hold_call(scene, Outcome.COMPLETE)
    assert scene.plan(scene.person().pk, make_approved_job(title="Another job")).status_code == 201


@pytest.mark.parametrize("outcome", REFUSALS)
def test_refusal_stops_calls_planned_before(scene: Scene, outcome: Outcome) -> None:
    """For another job, by the same record and by a second one, due later."""
    interview = make_interview(job=scene.job, full_name=NAME, phone=NUMBER)
    phone = begin_call(interview)
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    second = make_candidate(full_name="A. King", phone=NUMBER)
    for candidate in (interview.candidate, second):
        assert scene.plan(candidate.pk, make_approved_job(title="Later"), scheduled_for=later).status_code == 201
    ENDINGS[outcome](phone)
    phone.report_status("completed", 10)
    assert_not_rung_again(scene)
    stopped = Interview.objects.exclude(pk=interview.pk)
    assert set(stopped.values_list("outcome", flat=True)) == {Outcome.NOT_PERMITTED}


@pytest.mark.parametrize("outcome", ENDINGS)
def test_lost_tasks_ring_nobody(scene: Scene, outcome: Outcome) -> None:
    """A crash after the reply: the webhook was answered, and its queued tasks are gone."""
    hold_call(scene, outcome)
    lose_tasks()
    assert_not_rung_again(scene)


class TestRepeat:
    """Who has completed an interview is interviewed again by name, with a reason."""

    def test_reason_lets_one_person_be_called_again(self, scene: Scene) -> None:
        hold_call(scene, Outcome.COMPLETE)
        assert scene.plan(scene.person().pk).json()["code"] == DialRule.INTERVIEWED
        again = scene.plan(scene.person().pk, repeat_reason=REASON)
        assert (again.status_code, again.json()["repeat_reason"]) == (201, REASON)
        scene.let_days_pass()
        assert len(scene.carrier.calls) == 2
        planned = InterviewEvent.objects.get(interview=again.json()["id"], kind=EventKind.INTERVIEW_PLANNED)
        assert planned.reason

    def test_admin_takes_reason(self, scene: Scene) -> None:
        hold_call(scene, Outcome.COMPLETE)
        form = {"candidate": scene.person().pk, "job": scene.job.pk, "repeat_reason": REASON}
        assert scene.admin.post(reverse("admin:interviews_interview_add"), form).status_code == 302

    @pytest.mark.parametrize("outcome", REFUSALS)
    def test_reason_overrides_no_refusal(self, scene: Scene, outcome: Outcome) -> None:
        hold_call(scene, outcome)
        assert scene.plan(scene.person().pk, repeat_reason=REASON).status_code == 409

    def test_declined_candidate_is_asked_by_name(self, scene: Scene) -> None:
        with lock_interview(make_interview(job=scene.job)) as interview:
            interview.cancel(Outcome.BY_CANDIDATE, actor="hanna")
        assert scene.plan(scene.person().pk).json()["code"] == DialRule.INTERVIEWED

    @pytest.mark.parametrize("outcome", [Outcome.UNREACHED, Outcome.TOO_LITTLE, Outcome.EXPIRED])
    def test_unheard_candidate_is_called_again(self, scene: Scene, outcome: Outcome) -> None:
        with lock_interview(make_interview(job=scene.job)) as interview:
            interview.finish(outcome)
        assert scene.plan(scene.person().pk).status_code == 201


class TestOnePerson:
    """Records with one number are one person."""

    @pytest.mark.parametrize("begun", ["", "earlier", "later"])
    def test_one_of_two_interviews_is_held(self, scene: Scene, begun: str) -> None:
        """Both were planned at the same moment: neither saw the other. A begun one goes on, else the earlier one."""
        first = make_interview(job=scene.job)
        later = make_candidate(full_name="A. King", phone=OTHER_NUMBER)
        second = plan_interview(candidate=later, job=scene.job, actor="a test")
        later.update_fields(phone=NUMBER)
        kept, stopped = (second, first) if begun == "later" else (first, second)
        if begun:
            with lock_interview(kept) as interview:
                interview.begin()
        scene.let_days_pass()
        stopped.refresh_from_db()
        assert stopped.outcome == Outcome.NOT_PERMITTED
        assert kept.attempts.count() == 1

    def test_other_jobs_are_called_for(self, scene: Scene) -> None:
        make_interview(job=scene.job)
        other_job = make_approved_job(title="Another job")
        assert scene.plan(scene.add_candidate(phone=NUMBER, full_name="A. King"), other_job).status_code == 201

    @pytest.mark.parametrize("consent_required", [True, False])
    def test_withdrawn_consent_holds_for_number(self, scene: Scene, consent_required: bool) -> None:
        """A second record does not give it again, and a job that needs no consent does not override it."""
        job = make_approved_job(consent_required=consent_required)
        make_candidate().add_call_consent(False, given_by=Consent.GivenBy.STAFF, source="by phone")
        second = scene.add_candidate(phone=NUMBER, full_name="A. King")
        assert scene.plan(second, job).json()["code"] == DialRule.CONSENT
