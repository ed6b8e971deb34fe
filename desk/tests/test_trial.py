"""Staff try a job before it is approved: they hear the prompts, and take a practice interview under the same rules."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from candidates.models import Candidate, Consent, DoNotCall
from desk.trial.page import TrialPage
from interviews.models import Attempt, CandidateMessage, Interview
from jobs.models import JobDescription
from screener.models import Organisation, RoleKey, SpokenLine
from tests.support.admin_client import get_page, page_url
from tests.support.factories import QUESTIONS, make_approved_job, make_candidate, make_job, run_tasks
from tests.support.fake_twilio import FakeTwilio
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
PHONE = "+14155550142"


@pytest.fixture
def job() -> JobDescription:
    """Its questions are a draft."""
    job = make_job(channels=["phone", "text"])
    job.add_draft(QUESTIONS, source="hanna")
    return job


def trial(job: JobDescription) -> str:
    return reverse("desk-job-trial", args=[job.pk])


def practise(client: Client, job: JobDescription, **fields: str) -> Any:
    return client.post(trial(job), {"phone": PHONE, "is_own": "on", "channel": "phone"} | fields)


def test_page_shows_what_is_heard(admin_client: Client, job: JobDescription) -> None:
    page: TrialPage = admin_client.get(trial(job)).context["page"]
    heard = [text for text, _path in page.lines]
    places = [heard.index(question.text) for question in QUESTIONS]
    assert 0 < places[0] < places[1] < places[2] < len(heard) - 1
    assert not page.has_voice
    Organisation.objects.all().delete()
    assert admin_client.get(trial(job)).context["page"].problem
    assert admin_client.get(trial(make_job())).context["page"].problem


def test_words_are_spoken_on_request(admin_client: Client, job: JobDescription, settings: Any) -> None:
    settings.VOICE_MODEL, settings.VOICE_API_KEY, settings.VOICE_NAME = "tts-1", "sk-a-key", "alloy"
    page: TrialPage = admin_client.get(trial(job)).context["page"]
    assert page.has_voice
    assert page.lacks_sound
    assert not SpokenLine.objects.exists()
    admin_client.post(trial(job), {"do": "sound"})
    assert set(SpokenLine.objects.values_list("text", flat=True)) == {text for text, _path in page.lines}


def test_practice_call_is_placed_and_seen_by_nobody(
    admin_client: Client, job: JobDescription, twilio: FakeTwilio
) -> None:
    assert practise(admin_client, job).status_code == 302
    practice = Interview.all_objects.get()
    assert (practice.purpose, practice.channel, practice.question_set.status) == ("practice", "phone", "draft")
    run_tasks()
    assert Attempt.objects.get().call.number == PHONE
    assert Interview.objects.count() == 0
    assert str(practice.pk) not in get_page(admin_client, page_url(Interview, "changelist"))
    assert 'data-practice="pending"' in get_page(admin_client, trial(job))
    consent = Consent.objects.get(kind=Consent.Kind.CALL)
    assert (consent.given, consent.given_by, consent.candidate.phone) == (True, "form", PHONE)


def test_practice_rings_confirmed_number_only(admin_client: Client, job: JobDescription, twilio: FakeTwilio) -> None:
    practise(admin_client, job)
    Candidate.objects.update(phone="+14155550143")
    run_tasks()
    practice = Interview.all_objects.get()
    assert (practice.status, practice.outcome, twilio.calls) == ("cancelled", "by_hr", [])
    assert PHONE not in practice.confirmed_number_hash


def test_second_practice_takes_place_of_first(admin_client: Client, job: JobDescription) -> None:
    for phone in (PHONE, "+14155550143"):
        practise(admin_client, job, phone=phone)
    statuses = Interview.all_objects.order_by("created_at").values_list("status", flat=True)
    assert list(statuses) == ["cancelled", "pending"]
    assert Candidate.objects.get().phone == "+14155550143"


def test_practice_in_writing_begins_at_once(admin_client: Client, job: JobDescription) -> None:
    answer = practise(admin_client, job, channel="text")
    practice = Interview.all_objects.get()
    assert answer.headers["Location"].endswith(reverse("portal", args=[practice.invitations.get().token]))
    portal = Client().get(reverse("portal", args=[practice.invitations.get().token]))
    assert portal.status_code == 200
    assert CandidateMessage.objects.count() == 0


def test_candidate_with_id_of_other_system_stays(admin_client: Client, job: JobDescription) -> None:
    """A candidate whose id looks like that of a member of staff keeps the record."""
    candidate = make_candidate(phone="+14155550100", external_id=f"staff-{User.objects.get().pk}")
    assert practise(admin_client, job).status_code == 302
    candidate.refresh_from_db()
    assert candidate.phone == "+14155550100"
    assert Interview.all_objects.get().candidate != candidate


@pytest.mark.parametrize(
    "fields", [{"is_own": ""}, {"phone": "555"}, {"channel": "room"}, {"channel": ""}, {"phone": "+14155550100"}]
)
def test_practice_is_refused(admin_client: Client, job: JobDescription, fields: dict[str, str]) -> None:
    """Not confirmed, no number, a channel that the job does not allow, or the number of a candidate."""
    make_candidate(phone="+14155550100")
    assert practise(admin_client, job, **fields).status_code == 422
    assert (Interview.all_objects.count(), Candidate.objects.count()) == (0, 1)


def test_dial_rules_apply_to_practice(admin_client: Client, job: JobDescription) -> None:
    DoNotCall.objects.add_number(PHONE, kind=DoNotCall.Kind.OPTED_OUT, source="a test")
    assert practise(admin_client, job).status_code == 422
    assert (Interview.all_objects.count(), Consent.objects.count(), Candidate.objects.count()) == (0, 0, 0)


def test_practice_needs_permission_and_job() -> None:
    job = make_approved_job()
    outsider, auditor = make_role_user(RoleKey.HIRING_MANAGER), make_role_user(RoleKey.AUDITOR)
    assert [login_client(user).get(trial(job)).status_code for user in (outsider, auditor)] == [403, 403]
    assert User.objects.count() == 2
