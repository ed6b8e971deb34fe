"""The page of a job's questions: it shows what is written, by itself, and who may see it."""

from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from desk.questions.page import SECONDS_WHEN_IDLE, SECONDS_WHILE_WRITING, QuestionsPage
from jobs.models import JobDescription
from screener.models import RoleKey
from tests.support.admin_client import admin_url
from tests.support.factories import QUESTIONS, make_approved_job, make_job
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
HTMX: Any = {"HTTP_HX_REQUEST": "true"}


def address_of(job: JobDescription) -> str:
    return reverse("desk-job-questions", args=[job.pk])


def get_page(client: Client, address: str) -> QuestionsPage:
    page: QuestionsPage = client.get(address).context["page"]
    return page


def test_draft_appears_without_reload(admin_client: Client) -> None:
    job = make_job()
    job.request_questions()
    page = get_page(admin_client, address_of(job))
    assert (page.is_writing, page.shown, page.update_interval) == (True, None, SECONDS_WHILE_WRITING)
    assert admin_client.get(page.update_address, **HTMX).status_code == HTTPStatus.NO_CONTENT
    draft = job.add_draft(QUESTIONS, source="a model")
    update = admin_client.get(page.update_address, **HTMX)
    fresh = update.context["page"]
    assert (fresh.shown, fresh.finished, fresh.update_interval) == (draft, 1, SECONDS_WHEN_IDLE)
    assert QUESTIONS[0].text in update.content.decode()
    assert page.finished == 0


def test_failure_is_shown(admin_client: Client) -> None:
    job = make_job()
    job.request_questions()
    before = get_page(admin_client, address_of(job))
    job.set_questions_error("Declined.")
    update = admin_client.get(before.update_address, **HTMX)
    assert "Declined." in update.content.decode()


def test_version_names_newer_one(admin_client: Client) -> None:
    job = make_approved_job()
    approved = job.approved_questions
    assert approved is not None
    page = get_page(admin_client, admin_url(approved))
    assert (page.shown, page.newer) == (approved, None)
    draft = job.add_draft(QUESTIONS, source="hanna")
    update = admin_client.get(page.update_address, **HTMX)
    assert (update.context["page"].shown, update.context["page"].newer) == (approved, draft)
    assert get_page(admin_client, address_of(job)).shown == draft


def test_queries_do_not_grow(admin_client: Client) -> None:
    counts = []
    job = make_approved_job()
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            admin_client.get(address_of(job))
        counts.append(len(queries))
        for _ in range(4):
            job.add_draft(QUESTIONS, source="hanna")
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_only_members_see_questions(admin_client: Client) -> None:
    job = make_approved_job()
    manager = make_role_user(RoleKey.HIRING_MANAGER)
    client = login_client(manager)
    draft = job.add_draft(QUESTIONS, source="hanna")
    approve = reverse("admin:jobs_questionset_approve", args=[draft.pk])
    addresses = [address_of(job), admin_url(draft)]
    assert [client.get(address).status_code for address in addresses] == [HTTPStatus.NOT_FOUND, HTTPStatus.FOUND]
    job.add_member(manager, by="hanna")
    for address in addresses:
        assert approve not in client.get(address).content.decode()
        assert approve in admin_client.get(address).content.decode()
