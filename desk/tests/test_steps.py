"""The setup steps of a job: their states, and the way from one to the next."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from desk.steps.steps import JobSteps, StepKey, StepState, address_of
from jobs.models import JobDescription
from screener.models import Organisation, RoleKey
from tests.support.admin_client import admin_url
from tests.support.factories import QUESTIONS, make_approved_job, make_job
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
DONE, MISSING = StepState.DONE, StepState.MISSING


@pytest.fixture
def user() -> User:
    return User.objects.create_superuser("hanna")


def states(job: JobDescription, user: User) -> dict[StepKey, StepState]:
    fresh = JobDescription.objects.get(pk=job.pk)
    return {step.key: step.state for step in JobSteps.of(fresh, user).steps}


def test_states_follow_job(user: User) -> None:
    job = make_job(description="Porter")
    questions = (StepKey.QUESTIONS, StepKey.APPROVAL)
    state_of = states(job, user)
    assert [state_of[key] for key in (StepKey.DESCRIPTION, *questions)] == [MISSING] * 3
    assert [state_of[key] for key in (StepKey.RUBRIC, StepKey.THRESHOLDS, StepKey.CALLING)] == [DONE] * 3
    job.request_questions()
    assert states(job, user)[StepKey.QUESTIONS] == StepState.UNDER_WAY
    draft = job.add_draft(QUESTIONS, source="hanna")
    assert [states(job, user)[key] for key in questions] == [DONE, MISSING]
    draft.approve(by="hanna")
    assert [states(job, user)[key] for key in questions] == [DONE, DONE]
    Organisation.objects.all().delete()
    assert states(job, user)[StepKey.CALLING] == MISSING
    job.update_fields(channels=["text"])
    assert states(job, user)[StepKey.CALLING] == DONE


def test_each_step_leads_to_next(admin_client: Client) -> None:
    """Every page of a step shows the strip, with itself as the current step."""
    job = make_job()
    job.add_draft(QUESTIONS, source="hanna")
    following = [*list(StepKey)[1:], None]
    for key, next_key in zip(StepKey, following, strict=True):
        shown = admin_client.get(address_of(job, key)).content.decode()
        assert f'data-step="{key}" data-state' in shown
        assert shown.count('aria-current="step"') == 1
        after = admin_client.get(reverse("desk-job-after-step", args=[job.pk, key.value]))
        assert after.headers["Location"] == (address_of(job, next_key) if next_key else admin_url(job)), key


def test_saved_step_continues_where_address_says(admin_client: Client) -> None:
    job = make_job()
    address = address_of(job, StepKey.THRESHOLDS)
    saved = admin_client.post(address, {"hire_at": "9", "consider_at": "6", "minimum_coverage": "0.6"})
    assert saved.headers["Location"] == reverse("desk-job-after-step", args=[job.pk, "thresholds"])
    foreign = f"{admin_url(job, 'edit')}?part=scoring&next=https://example.com/"
    saved = admin_client.post(foreign, {"hire_at": "8", "consider_at": "6", "minimum_coverage": "0.6"})
    assert saved.headers["Location"] == admin_url(job)


def test_steps_need_permission() -> None:
    job = make_approved_job()
    auditor = login_client(make_role_user(RoleKey.AUDITOR))
    assert "data-step=" not in auditor.get(reverse("desk-job-questions", args=[job.pk])).content.decode()
    stranger = login_client(make_role_user(RoleKey.HIRING_MANAGER))
    assert stranger.get(reverse("desk-job-after-step", args=[job.pk, "rubric"])).status_code == 404
    assert auditor.get(reverse("desk-job-after-step", args=[job.pk, "no-step"])).status_code == 404
