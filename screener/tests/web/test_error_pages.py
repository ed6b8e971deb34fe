"""Pages that do not exist, that the user may not open, or that can't do what was asked: they say where to go."""

import pytest
from django.test import Client
from django.urls import reverse

from jobs.models import JobDescription
from screener.models import RoleKey
from screener.web.error_pages import DENIED, MISSING
from tests.support.admin_client import get_page
from tests.support.factories import make_interview
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
JOBS = "admin:jobs_jobdescription"
HOME_LINK = 'class="text-link" href="/admin/"'


@pytest.mark.parametrize(("path", "code"), [("/admin/no-such-page/", MISSING), (reverse("spending"), DENIED)])
def test_dead_ends_lead_home(path: str, code: int) -> None:
    answer = login_client(make_role_user(RoleKey.HIRING_MANAGER)).get(path)
    assert answer.status_code == code
    assert HOME_LINK in answer.content.decode()
    assert HOME_LINK not in Client().get("/no-such-page").content.decode()


def test_refused_deletion_names_alternative(admin_client: Client) -> None:
    job = make_interview().job
    delete = reverse(f"{JOBS}_delete", args=[job.pk])
    edit = reverse(f"{JOBS}_edit", args=[job.pk])
    assert admin_client.get(delete).context["instead"].href == edit
    assert f'href="{edit}"' in get_page(admin_client, delete)
    job.update_fields(is_open=False)
    assert admin_client.get(delete).context["instead"] is None
    assert admin_client.post(delete, {"post": "yes"}).context["protected"]
    assert JobDescription.objects.exists()


def test_empty_list_says_first_step(admin_client: Client) -> None:
    jobs = reverse(f"{JOBS}_changelist")
    assert f'class="text-link" href="{reverse(f"{JOBS}_add")}"' in get_page(admin_client, jobs)
    assert 'class="text-link" href="?"' in get_page(admin_client, jobs, q="nurse")
