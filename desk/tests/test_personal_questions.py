"""The page of personal questions: what HR may do there, and what it warns of."""

from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from interviews.models import Interview, PersonalQuestions
from interviews.models.personal.questions import PersonalQuestion
from interviews.personal.verbs import approve_personal_questions
from interviews.personal.writing import hash_of_resume
from interviews.planning import plan_interview
from jobs.models import JobDescription
from jobs.question_sets import approve_question_set
from screener.access.blind_mode import turn_on
from screener.models import RoleKey
from tests.support.admin_client import admin_url, get_page
from tests.support.factories import QUESTIONS, make_approved_job, make_candidate
from tests.support.fake_openai import fake_language_model
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db

Status = PersonalQuestions.Status
PERSONAL_WORDS = "Tell me about your last project at Contoso."


def make_set(*, status: str = Status.READY, **fields: Any) -> PersonalQuestions:
    candidate = make_candidate(resume_text="Projects at Contoso", resume_status="read")
    question_set = make_approved_job().approved_questions
    assert question_set
    row = PersonalQuestions.objects.create(
        candidate=candidate,
        question_set=question_set,
        questions=[PersonalQuestion(position=0, text=PERSONAL_WORDS)],
        resume_hash=hash_of_resume(candidate),
        created_by="hanna",
        **fields,
    )
    row.update_fields(status=status)
    return row


def address_of(row: PersonalQuestions) -> str:
    return reverse("desk-personal-questions", args=[row.question_set.job_id, row.candidate_id])


def send(client: Client, row: PersonalQuestions, do: str) -> Any:
    return client.post(address_of(row), {"do": do, "set": str(row.pk)}).status_code


def plan(row: PersonalQuestions) -> Interview:
    job = JobDescription.objects.get(pk=row.question_set.job_id)
    return plan_interview(candidate=row.candidate, job=job, actor="hanna")


def test_user_requests_reads_and_approves(admin_client: Client) -> None:
    job, candidate = make_approved_job(), make_candidate(resume_text="Projects at Contoso", resume_status="read")
    address = reverse("desk-personal-questions", args=[job.pk, candidate.pk])
    with fake_language_model():
        assert admin_client.get(address).context["page"].can_be_requested
        for _ in range(2):  # a double press
            assert admin_client.post(address, {"do": "write"}).status_code == HTTPStatus.FOUND
    row = PersonalQuestions.objects.get()
    row.set_written(questions=[PersonalQuestion(position=0, text=PERSONAL_WORDS)])
    html = admin_client.get(address).content.decode()
    assert PERSONAL_WORDS in html
    assert QUESTIONS[0].text in html
    send(admin_client, row, "approve")
    row.refresh_from_db()
    assert (row.status, row.approved_by) == (Status.APPROVED, "hanna")


@pytest.mark.parametrize(
    ("key", "seen", "changed"),
    [
        (RoleKey.ADMINISTRATOR, HTTPStatus.OK, HTTPStatus.FOUND),
        (RoleKey.RECRUITER, HTTPStatus.OK, HTTPStatus.FOUND),
        (RoleKey.HIRING_MANAGER, HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
        (RoleKey.AUDITOR, HTTPStatus.OK, HTTPStatus.FORBIDDEN),
    ],
)
def test_recruiters_act_and_auditors_read(key: RoleKey, seen: int, changed: int) -> None:
    row = make_set()
    client = login_client(make_role_user(key, row.question_set.job))
    assert client.get(address_of(row)).status_code == seen
    assert [send(client, row, do) for do in ("write", "approve", "withdraw")] == [changed] * 3
    row.refresh_from_db()
    assert row.status == (Status.WITHDRAWN if changed == HTTPStatus.FOUND else Status.READY)


def test_page_warns_of_changes_since(admin_client: Client) -> None:
    row = make_set()
    interview = plan(row)
    approve_personal_questions(row, by="hanna")
    page = admin_client.get(address_of(row)).context["page"]
    assert (page.planned_without, page.planned, page.resume_has_changed, page.is_replaced) == (
        True,
        interview,
        False,
        False,
    )
    row.candidate.set_resume_text("Projects at Fabrikam")
    approve_question_set(row.question_set.job.add_draft(QUESTIONS, source="hanna"), by="hanna")
    with fake_language_model():
        page = admin_client.get(address_of(row)).context["page"]
    assert (page.resume_has_changed, page.is_replaced, page.can_be_requested) == (True, True, True)


def test_unknown_set_or_action_is_missing(admin_client: Client) -> None:
    row = make_set()
    for form in ({"do": "approve"}, {"do": "approve", "set": "x"}, {"do": "dance"}, {}):
        assert admin_client.post(address_of(row), form).status_code == HTTPStatus.NOT_FOUND


def test_blind_reader_sees_the_questions_of_the_job() -> None:
    row = make_set()
    approve_personal_questions(row, by="hanna")
    interview = plan(row)
    user = make_role_user(RoleKey.RECRUITER)
    client = login_client(user)
    page = admin_url(interview)
    assert PERSONAL_WORDS in get_page(client, page)
    turn_on(user.pk, on=True)
    blind = client.get(page).content.decode()
    assert PERSONAL_WORDS not in blind
    assert "data-personal" in blind
    assert client.get(address_of(row)).status_code == HTTPStatus.FORBIDDEN
