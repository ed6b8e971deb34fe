"""Which rows a viewer sees: those of their jobs, and contact data where the membership allows it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as HttpClient
from django.test.utils import CaptureQueriesContext

from candidates.contact_data import may_see_contact_data
from candidates.importing.creation import start_import, upload_import
from candidates.models import Candidate, Consent, DoNotCall
from interviews.models import Campaign, Interview, InterviewResponse, Recording
from interviews.models.interview import visible_records
from jobs.models import JobDescription, JobMembership, QuestionSet
from screener.api.authentication import Client
from screener.models import RoleKey
from tests.support.admin_client import page_url
from tests.support.factories import make_approved_job, make_candidate, run_tasks
from tests.support.role_accounts import login_client, make_role_user, take_permission
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db
SCOPED: list[Any] = [JobDescription, QuestionSet, Candidate, Consent, Interview, InterviewResponse, Campaign, DoNotCall]


@pytest.fixture
def own() -> Interview:
    return make_interview_with_rows(1)


@pytest.fixture
def foreign() -> Interview:
    return make_interview_with_rows(2)


def make_interview_with_rows(number: int) -> Interview:
    interview = make_completed_interview(job=make_approved_job(), phone=f"+1415555010{number}")
    Campaign.objects.create(name="a test", job=interview.job)
    DoNotCall.objects.add_number(interview.candidate.phone, source="a test", candidate=interview.candidate)
    return interview


def visible_counts(viewer: Any) -> dict[str, int]:
    counts = {model.__name__: model.objects.visible_to(viewer).count() for model in SCOPED}
    return counts | {"Recording": visible_records(Recording.objects.all(), viewer, path="response__interview").count()}


def test_members_see_rows_of_their_jobs(own: Interview, foreign: Interview) -> None:
    manager = make_role_user(RoleKey.HIRING_MANAGER, own.job)
    all_counts = visible_counts(User.objects.create_superuser("root"))
    assert visible_counts(manager) == {name: count // 2 for name, count in all_counts.items()}
    assert list(Interview.objects.visible_to(manager)) == [own]
    assert list(Candidate.objects.visible_to(manager)) == [own.candidate]
    assert set(visible_counts(make_role_user(RoleKey.HIRING_MANAGER)).values()) == {0}
    assert set(visible_counts(AnonymousUser()).values()) == {0}


@pytest.mark.parametrize("key", [RoleKey.ADMINISTRATOR, RoleKey.RECRUITER, RoleKey.AUDITOR])
def test_wide_roles_see_all_rows(own: Interview, foreign: Interview, key: RoleKey) -> None:
    assert visible_counts(make_role_user(key)) == visible_counts(User.objects.create_superuser("root"))


def test_api_clients_see_all_rows(own: Interview, foreign: Interview) -> None:
    client = Client(name="ATS", owner="ATS")
    assert visible_counts(client) == visible_counts(User.objects.create_superuser("root"))
    assert may_see_contact_data(client, own)


def test_practice_interviews_are_visible_to_nobody(own: Interview) -> None:
    Interview.all_objects.update(purpose=Interview.Purpose.PRACTICE)
    for viewer in (make_role_user(RoleKey.RECRUITER), make_role_user(RoleKey.HIRING_MANAGER, own.job)):
        counts = visible_counts(viewer)
        assert (counts["Interview"], counts["InterviewResponse"], counts["Recording"]) == (0, 0, 0)
    assert not Candidate.objects.visible_to(make_role_user(RoleKey.HIRING_MANAGER, own.job)).exists()


def test_creator_sees_new_candidates() -> None:
    candidate = make_candidate()
    restricted = make_role_user(RoleKey.HIRING_MANAGER)
    assert not Candidate.objects.visible_to(restricted).exists()
    restricted.user_permissions.add(Permission.objects.get(codename="add_candidate"))
    assert list(Candidate.objects.visible_to(User.objects.get(pk=restricted.pk))) == [candidate]


def test_contact_data_follows_role_and_membership(own: Interview, foreign: Interview) -> None:
    allowed = make_role_user(RoleKey.HIRING_MANAGER, own.job, may_see_contact_data=True)
    seen = {key: may_see_contact_data(make_role_user(key, own.job), own) for key in RoleKey}
    assert seen == {
        RoleKey.ADMINISTRATOR: True,
        RoleKey.RECRUITER: True,
        RoleKey.HIRING_MANAGER: False,
        RoleKey.AUDITOR: False,
    }
    assert may_see_contact_data(allowed, own)
    assert may_see_contact_data(allowed, own.candidate)
    assert not may_see_contact_data(allowed, foreign)
    assert list(Candidate.objects.contact_visible_to(allowed)) == [own.candidate]


def test_contact_permission_reaches_visible_candidates_only(own: Interview, foreign: Interview) -> None:
    restricted = make_role_user(RoleKey.HIRING_MANAGER, own.job)
    restricted.user_permissions.add(Permission.objects.get(codename="view_contact_data"))
    viewer = User.objects.get(pk=restricted.pk)
    assert (may_see_contact_data(viewer, own), may_see_contact_data(viewer, foreign)) == (True, False)


def test_import_changes_no_candidate_of_other_jobs(own: Interview, foreign: Interview) -> None:
    recruiter = make_role_user(RoleKey.RECRUITER, own.job)
    take_permission(RoleKey.RECRUITER, "view_all_jobs")
    Candidate.objects.filter(pk=own.candidate_id).update(external_id="own")
    Candidate.objects.filter(pk=foreign.candidate_id).update(external_id="foreign")
    lines = [f"New name,+1415555019{number},{name}" for number, name in enumerate(("own", "foreign", "unknown"))]
    file = SimpleUploadedFile("list.csv", "\n".join(["full_name,phone,external_id", *lines]).encode())
    imported = upload_import(file, author=recruiter.username, user_id=recruiter.pk)
    start_import(imported, imported.fields)
    run_tasks()
    renamed = set(Candidate.objects.filter(full_name="New name").values_list("external_id", flat=True))
    assert renamed == {"own", "unknown"}


def test_lists_cost_same_queries_for_members() -> None:
    job = make_approved_job(blind_review=True)
    client = login_client(make_role_user(RoleKey.HIRING_MANAGER, job))
    counts = []
    for number in range(3):
        make_completed_interview(job=job, phone=f"+1415555010{number}", full_name=f"Candidate {number}")
        counts.append([count_queries(client, model) for model in (Interview, Candidate, JobDescription)])
    assert counts[1] == counts[2]


def count_queries(client: HttpClient, model: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page_url(model, "changelist")).status_code == 200
    return len(queries)


def test_membership_is_added_once(own: Interview) -> None:
    manager = make_role_user(RoleKey.HIRING_MANAGER, own.job, may_see_contact_data=True)
    again = own.job.add_member(manager, by="another")
    assert (JobMembership.objects.count(), again.may_see_contact_data, again.added_by) == (1, True, "a test")
