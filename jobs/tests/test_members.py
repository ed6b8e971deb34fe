"""The members of a job: who adds whom, and who lets whom see contact data."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.models import JobDescription, JobMembership
from screener.models import RoleKey
from tests.support.admin_client import admin_url
from tests.support.factories import make_job
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> JobDescription:
    return make_job()


@pytest.fixture
def recruiter() -> Client:
    return login_client(make_role_user(RoleKey.RECRUITER))


def post_members(client: Client, job: JobDescription, **fields: Any) -> int:
    return client.post(admin_url(job, "members"), fields).status_code


def test_member_is_added_changed_and_removed(recruiter: Client, job: JobDescription) -> None:
    manager = make_role_user(RoleKey.HIRING_MANAGER)
    assert post_members(recruiter, job, user=manager.pk, may_see_contact_data="on") == 302
    membership = JobMembership.objects.get(job=job, user=manager)
    assert membership.may_see_contact_data
    assert membership.added_by == User.objects.get(groups__role__key=RoleKey.RECRUITER).username
    for command, is_allowed in (("forbid", False), ("allow", True)):
        assert post_members(recruiter, job, command=command, membership=membership.pk) == 302
        membership.refresh_from_db()
        assert membership.may_see_contact_data is is_allowed
    assert post_members(recruiter, job, command="remove", membership=membership.pk) == 302
    assert not job.memberships.exists()


def test_unusable_input_changes_nothing(recruiter: Client, job: JobDescription) -> None:
    foreign = make_job().add_member(make_role_user(RoleKey.HIRING_MANAGER), by="a test")
    inactive = User.objects.create_user("gone", is_staff=True, is_active=False)
    for fields in (
        {"user": "abc"},
        {"user": "9" * 30},
        {"user": inactive.pk},
        {"command": "remove", "membership": foreign.pk},
        {"command": "remove", "membership": "abc"},
        {"command": "promote", "membership": foreign.pk},
    ):
        assert post_members(recruiter, job, **fields) == 200
    assert list(JobMembership.objects.all()) == [foreign]


def test_only_recruiters_and_administrators_change_members(job: JobDescription) -> None:
    manager = make_role_user(RoleKey.HIRING_MANAGER, job)
    membership = job.memberships.get()
    for client in (login_client(manager), login_client(make_role_user(RoleKey.AUDITOR))):
        assert client.get(admin_url(job, "members")).status_code == 200
        assert post_members(client, job, user=manager.pk) == 403
        assert post_members(client, job, command="allow", membership=membership.pk) == 403
        assert post_members(client, job, command="remove", membership=membership.pk) == 403


def test_contact_data_is_granted_by_those_who_see_it(job: JobDescription) -> None:
    sourcer = make_role_user(RoleKey.HIRING_MANAGER, job)
    sourcer.user_permissions.add(*Permission.objects.filter(content_type__model="jobmembership"))
    client, membership = login_client(sourcer), job.memberships.get()
    assert post_members(client, job, command="allow", membership=membership.pk) == 403
    other = make_role_user(RoleKey.HIRING_MANAGER)
    assert post_members(client, job, user=other.pk, may_see_contact_data="on") == 302
    assert not JobMembership.objects.filter(may_see_contact_data=True).exists()
    membership.update_fields(may_see_contact_data=True)
    assert post_members(client, job, command="allow", membership=job.memberships.get(user=other).pk) == 302


def test_users_are_found_by_name_alone(recruiter: Client) -> None:
    User.objects.create_user("grace", "grace@example.com", first_name="Grace", last_name="Hopper", is_staff=True)
    User.objects.create_user("visitor")
    address = reverse("admin:jobs_jobdescription_user_search")

    def search(term: str) -> list[str]:
        return [row["text"] for row in json.loads(recruiter.get(address, {"term": term}).content)["results"]]

    assert search("hop gra") == search("grace") == ["Grace Hopper (grace)"]
    assert search("example.com") == search("visitor") == search("\0nobody") == []
    assert recruiter.get(address, {"page": "x"}).status_code == 200
    assert login_client(make_role_user(RoleKey.HIRING_MANAGER)).get(address).status_code == 403


def test_members_page_costs_same_queries(recruiter: Client, job: JobDescription) -> None:
    def count_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert recruiter.get(admin_url(job, "members")).status_code == 200
        return len(queries)

    make_role_user(RoleKey.HIRING_MANAGER, job)
    count_queries()
    at_one = count_queries()
    for _ in range(5):
        make_role_user(RoleKey.HIRING_MANAGER, job)
    assert count_queries() == at_one


def test_author_becomes_member_with_own_view(job: JobDescription) -> None:
    author = make_role_user(RoleKey.HIRING_MANAGER)
    author.user_permissions.add(Permission.objects.get(codename="add_jobdescription"))
    fields = {"title": "Driver", "description": "Drive.", "language": "en", "hire_at": "7", "consider_at": "5"}
    limits = {
        "interview_type": "mixed",
        "minimum_coverage": "0.6",
        "max_attempts": "3",
        "answer_pause_seconds": "8",
        "is_open": "on",
    }
    limits |= {"takes_allowed": "2", "preparation_seconds": "0"}
    limits["channels"] = "phone"
    assert login_client(author).post("/admin/jobs/jobdescription/add/", fields | limits).status_code == 302
    membership = JobMembership.objects.get(user=author)
    assert (membership.job.title, membership.may_see_contact_data) == ("Driver", False)
    assert list(JobDescription.objects.visible_to(User.objects.get(pk=author.pk))) == [membership.job]
