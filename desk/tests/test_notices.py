"""The pages of notices: their readers, marking as read, settings, and watching."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from interviews.models import JobWatch, MailPace, Notice, NoticeKind, NoticeSettings
from interviews.notes.writing import write_note
from interviews.notices.creation import add_event_notices
from interviews.notices.readers import is_watching
from jobs.models import JobDescription, JobMembership
from screener.models import RoleKey
from tests.support.admin_client import admin_url, get_page
from tests.support.factories import make_approved_job
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import HOSTILE, make_completed_interview

pytestmark = pytest.mark.django_db
NOTICES, COUNT, SETTINGS = (reverse(f"desk-notice{name}") for name in ("s", "-count", "-settings"))
MOST_QUERIES = 10


@pytest.fixture
def job() -> JobDescription:
    return make_approved_job()


@pytest.fixture
def manager(job: JobDescription) -> User:
    return make_role_user(RoleKey.HIRING_MANAGER, job)


@pytest.fixture
def client(manager: User) -> Client:
    return login_client(manager)


def add_notices(job: JobDescription, count: int) -> None:
    for number in range(count):
        make_completed_interview(job=job, full_name=f"{HOSTILE} {number}", phone=f"+1415555{number:04}")
    add_event_notices()


class TestPage:
    def test_shows_own_notices_alone(self, client: Client, job: JobDescription, manager: User) -> None:
        add_notices(job, 2)
        other = make_role_user(RoleKey.HIRING_MANAGER, make_approved_job())
        page = get_page(client, NOTICES)
        assert page.count("data-notice-link") == 2
        assert HOSTILE not in page
        assert get_page(login_client(other), NOTICES).count("data-notice-link") == 0
        foreign = login_client(other).post(reverse("desk-notice-read", args=[manager.notices.all()[0].pk]))
        assert foreign.status_code == 404

    def test_lost_access_hides_notices(self, client: Client, job: JobDescription) -> None:
        add_notices(job, 1)
        assert client.get(COUNT).json()["count"] == "1"
        JobMembership.objects.all().delete()
        assert client.get(COUNT).json()["count"] == ""
        assert get_page(client, NOTICES, show="all").count("data-notice ") == 0

    def test_reading_is_a_post(self, client: Client, job: JobDescription, manager: User) -> None:
        add_notices(job, 2)
        latest, earlier = manager.notices.all()
        address = reverse("desk-notice-read", args=[latest.pk])
        assert client.get(address).status_code == 405
        client.post(address)
        assert list(manager.notices.unread()) == [earlier]

    def test_later_notices_stay_unread(self, client: Client, job: JobDescription, manager: User) -> None:
        add_notices(job, 2)
        latest, earlier = manager.notices.all()
        for body in ({"latest": "x"}, {"latest": str(uuid4())}, {}):
            client.post(reverse("desk-notices-read"), body)
        assert manager.notices.unread().count() == 2
        client.post(reverse("desk-notices-read"), {"latest": str(earlier.pk)})
        assert list(manager.notices.unread()) == [latest]

    def test_queries_do_not_grow(self, client: Client, job: JobDescription) -> None:
        add_notices(job, 1)
        get_page(client, NOTICES)
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                get_page(client, NOTICES)
            counts.append(len(queries))
            add_notices(make_approved_job(), 0)
            Notice.objects.update(read_at=None)
            for number in range(3):
                make_completed_interview(job=job, phone=f"+1415556{len(counts)}{number:03}")
            add_event_notices()
        assert counts[0] == counts[1] <= MOST_QUERIES

    @pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "²"])
    def test_odd_page_numbers_are_no_error(self, client: Client, number: str) -> None:
        assert client.get(NOTICES, {"page": number}).status_code == 200


class TestSettings:
    def test_choice_is_stored(self, client: Client, manager: User) -> None:
        chosen: dict[str, Any] = dict.fromkeys(NoticeKind.values, MailPace.WEEKLY.value)
        client.post(SETTINGS, chosen | {"morning_hour": "6", "time_zone": "Europe/Berlin"})
        own = NoticeSettings.objects.get(user=manager)
        assert ({own.pace_of(kind) for kind in NoticeKind}, own.morning_hour) == ({MailPace.WEEKLY}, 6)

    @pytest.mark.parametrize("wrong", [{"mention": "x"}, {"morning_hour": "24"}, {"time_zone": "Mars/Base"}, {}])
    def test_wrong_choice_stores_nothing(self, client: Client, wrong: dict[str, str]) -> None:
        valid: dict[str, Any] = dict.fromkeys(NoticeKind.values, MailPace.OFF.value)
        body = valid | {"morning_hour": "6", "time_zone": ""} | wrong if wrong else {"time_zone": ""}
        assert client.post(SETTINGS, body).status_code == 200
        assert not NoticeSettings.objects.exists()


class TestWatching:
    def test_watch_is_switched(self, client: Client, job: JobDescription, manager: User) -> None:
        address = reverse("desk-job-watch", args=[job.pk])
        client.post(address, {"watch": "no"})
        assert not is_watching(manager, job)
        client.post(address, {"watch": "yes", "back": "settings"})
        assert is_watching(manager, job)
        assert job.title in get_page(client, SETTINGS)

    def test_update_shows_watch_state(self, admin_client: Client, job: JobDescription) -> None:
        for watch, other in (("yes", "no"), ("no", "yes")):
            admin_client.post(reverse("desk-job-watch", args=[job.pk]), {"watch": watch})
            update = admin_client.get(admin_url(job), {"v": ""}, headers={"HX-Request": "true"})
            assert re.findall(r'name="watch" value="(\w+)"', update.content.decode()) == [other]

    def test_foreign_job_is_not_found(self, client: Client) -> None:
        address = reverse("desk-job-watch", args=[make_approved_job().pk])
        assert client.post(address, {"watch": "yes"}).status_code == 404
        assert not JobWatch.objects.exists()


class TestNotes:
    def test_text_survives_refusal(self, client: Client, job: JobDescription) -> None:
        interview = make_completed_interview(job=job)
        response = client.post(reverse("desk-note-add", args=[interview.pk]), {"text": "typed " * 1000})
        assert response.status_code == 409
        assert "typed typed" in response.content.decode()

    def test_foreign_notes_are_not_found(self, client: Client, job: JobDescription) -> None:
        foreign = make_completed_interview(phone="+14155550199")
        author = User.objects.create_superuser("hanna")
        note = write_note(foreign, "Secret", author=author, author_name="hanna").note
        addresses = [
            reverse("desk-note-add", args=[foreign.pk]),
            reverse("desk-note-change", args=[note.pk]),
            reverse("desk-note-remove", args=[note.pk]),
        ]
        assert {client.post(address, {"text": "x"}).status_code for address in addresses} == {404}
        assert client.get(reverse("desk-note-mentions", args=[foreign.pk])).status_code == 404

    def test_auditor_reads_and_does_not_write(self, job: JobDescription) -> None:
        interview = make_completed_interview(job=job)
        write_note(interview, "Very clear", author=None, author_name="api key ats")
        auditor = login_client(make_role_user(RoleKey.AUDITOR))
        page = get_page(auditor, admin_url(interview))
        assert "Very clear" in page
        assert "data-note-form" not in page
        assert auditor.post(reverse("desk-note-add", args=[interview.pk]), {"text": "x"}).status_code == 403

    def test_desk_counts_visible_notes(self, client: Client, job: JobDescription) -> None:
        interview = make_completed_interview(job=job)
        write_note(interview, "Very clear", author=None, author_name="api key ats")
        row = f'id="m-{interview.pk}"'
        assert row in get_page(client, admin_url(job))
        JobDescription.objects.update(blind_review=True)
        assert row not in get_page(client, admin_url(job))
        assert "Very clear" not in get_page(client, admin_url(interview))
