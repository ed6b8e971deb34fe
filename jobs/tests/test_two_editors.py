"""Two users who edit one job at once: the second gets an error, and the first change stays."""

import re
from typing import Any

import pytest
from django.test import Client

from jobs.models import JobDescription
from tests.support.admin_client import admin_url, get_page
from tests.support.factories import make_job

pytestmark = pytest.mark.django_db
FIELD = re.compile(r'<(?:input|textarea)[^>]*name="([a-z_0-9-]+)"')


def open_form(client: Client, address: str) -> Any:
    """The form of the page, with its hidden field `seen`."""
    form = client.get(address).context
    return form["adminform"].form if "adminform" in form else form["form"]


def thresholds() -> list[float]:
    job = JobDescription.objects.get()
    return [float(job.hire_at), float(job.consider_at)]


def test_second_editor_of_job_is_told(admin_client: Client) -> None:
    job = make_job()
    address = f"{admin_url(job, 'edit')}?part=scoring"
    seen = open_form(admin_client, address).seen
    theirs = {"hire_at": "9", "consider_at": "6", "minimum_coverage": "0.6", "seen": seen}
    assert admin_client.post(address, theirs).status_code == 302
    mine = theirs | {"hire_at": "8", "consider_at": "4"}
    refused = admin_client.post(address, mine)
    assert refused.status_code == 200
    assert thresholds() == [9, 6]
    again = mine | {"seen": refused.context["adminform"].form.seen}
    assert admin_client.post(address, again).status_code == 302
    assert thresholds() == [8, 4]


def test_writing_of_questions_is_no_second_editor(admin_client: Client) -> None:
    job = make_job()
    address = f"{admin_url(job, 'edit')}?part=scoring"
    seen = open_form(admin_client, address).seen
    job.set_questions_error("No reply.")
    sent = {"hire_at": "9", "consider_at": "6", "minimum_coverage": "0.6", "seen": seen}
    assert admin_client.post(address, sent).status_code == 302


def test_second_editor_of_rubric_is_told(admin_client: Client) -> None:
    job = make_job()
    address = admin_url(job, "edit_rubric")
    sheet = open_form(admin_client, address)
    rows = {f"{form.prefix}-{name}": entry for form in sheet.initial_forms for name, entry in form.initial.items()}
    orders = {f"{form.prefix}-ORDER": number for number, form in enumerate(sheet.initial_forms, start=1)}
    count = len(sheet.initial_forms)
    sent = rows | orders | {"form-TOTAL_FORMS": count, "form-INITIAL_FORMS": count, "seen": sheet.seen}
    assert admin_client.post(address, sent | {"form-0-name": "Theirs"}).status_code == 302
    assert admin_client.post(address, sent | {"form-0-name": "Mine"}).status_code == 200
    assert JobDescription.objects.get().rubric[0]["name"] == "Theirs"


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"hire_at": 1, "x": [2]}', "null"])
def test_damaged_note_of_what_was_seen_is_harmless(admin_client: Client, seen: str) -> None:
    address = f"{admin_url(make_job(), 'edit')}?part=scoring"
    sent = {"hire_at": "9", "consider_at": "6", "minimum_coverage": "0.6", "seen": seen}
    assert admin_client.post(address, sent).status_code in (200, 302)


def test_part_of_form_leaves_other_fields(admin_client: Client) -> None:
    job = make_job(title="Porter", max_attempts=7)
    address = f"{admin_url(job, 'edit')}?part=description"
    assert set(FIELD.findall(get_page(admin_client, address))) & {"hire_at", "max_attempts"} == set()
    sent = {"title": "Night porter", "description": "Carry bags.", "language": "en", "interview_type": "hr"}
    assert admin_client.post(address, sent | {"is_open": "on"}).status_code == 302
    assert JobDescription.objects.values_list("title", "max_attempts").get() == ("Night porter", 7)
