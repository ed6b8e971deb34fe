"""Starting a campaign: selection, preview and calls."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.admin.candidate import CHOSEN
from candidates.models import Candidate, DoNotCall
from interviews.calling.person.rules import HAS_INTERVIEW, NO_CONSENT
from interviews.models import Campaign, EventKind, Interview, lock_interview
from interviews.planning import NO_QUESTIONS
from jobs.models import JobDescription
from screener.models import RoleKey
from tests.support.admin_client import get_page, make_staff_client, page_text
from tests.support.factories import make_approved_job, make_candidate, make_interview, make_job
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import make_completed_interview

CANDIDATES = reverse("admin:candidates_candidate_changelist")
START = reverse("admin:interviews_campaign_add")
FORM = {"name": "Autumn"}


def select(admin_client: Client, *candidates: Candidate) -> str:
    data = {"action": "call_chosen", "_selected_action": [candidate.pk for candidate in candidates]}
    return page_text(admin_client.post(CANDIDATES, data, follow=True))


def preview(admin_client: Client, job: JobDescription, **data: Any) -> tuple[str, str]:
    """Return the parts of the page with candidates that will be called, and with those that will not."""
    page = page_text(admin_client.get(START, FORM | {"job": job.pk} | data))
    called, _, left_out = page.partition("Will not be called")
    return called.partition("Will be called")[2], left_out


def call(admin_client: Client, job: JobDescription, *candidates: Candidate, **data: Any) -> str:
    ids = " ".join(str(candidate.pk) for candidate in candidates)
    return page_text(admin_client.post(START, FORM | {"job": job.pk, "candidates": ids} | data, follow=True))


class TestPreview:
    def test_job_that_led_to_list_is_kept(self, admin_client: Client) -> None:
        job, candidate = make_approved_job(), make_candidate()
        response = admin_client.get(reverse("desk-job-call-many", args=[job.pk]))
        assert response["Location"] == CANDIDATES
        page = select(admin_client, candidate)
        assert f'name="candidates" value="{candidate.pk} "' in page
        assert f'<option value="{job.pk}" selected' in page
        assert f'<option value="{job.pk}" selected' not in select(admin_client, candidate)

    def test_job_page_needs_permission_to_call(self, db: None) -> None:
        job = make_approved_job()
        client = login_client(make_role_user(RoleKey.HIRING_MANAGER, job))
        assert client.get(reverse("desk-job-call-many", args=[job.pk])).status_code == 403

    def test_estimate_is_shown_and_settings_are_kept(self, admin_client: Client) -> None:
        job, candidate = make_approved_job(), make_candidate()
        select(admin_client, candidate)
        page = admin_client.get(START, FORM | {"job": str(job.pk), "calls_per_hour": "7"})
        assert (page.context["estimate"].people, Campaign.objects.count()) == (1, 0)
        call(admin_client, job, candidate, calls_per_hour="7", draft="1")
        assert Campaign.objects.get().calls_per_hour == 7

    def test_selection_is_counted(self, admin_client: Client) -> None:
        page = select(admin_client, make_candidate(), make_candidate(full_name="Grace Hopper", phone="+14155550102"))
        assert "2 candidates" in page
        assert not Campaign.objects.exists()

    def test_left_out_candidates_have_reasons(self, admin_client: Client) -> None:
        job = make_approved_job()
        listed = make_candidate(full_name="On The List", phone="+14155550102")
        DoNotCall.objects.add_number(listed.phone, source="e-mail")
        left_out_reasons = {
            "On The List": (listed, "This number is on the do-not-call list"),
            "No Consent": (
                make_candidate(full_name="No Consent", phone="+14155550103", consents=False),
                NO_CONSENT,
            ),
            "Is Waiting": (
                make_interview(job=job, full_name="Is Waiting", phone="+14155550104").candidate,
                HAS_INTERVIEW,
            ),
            "Was Asked": (
                make_completed_interview(job=job, full_name="Was Asked", phone="+14155550105").candidate,
                "has completed or called off an interview for this job",
            ),
        }
        select(admin_client, make_candidate(), *(candidate for candidate, _ in left_out_reasons.values()))
        called, left_out = preview(admin_client, job)
        assert "Ada Lovelace" in called
        for name, (_, reason) in left_out_reasons.items():
            assert name not in called
            assert f"<bdi>{name}</bdi></a></td>" in left_out
            assert reason in left_out
        assert "1 candidate <" in called

    def test_empty_selection_links_to_candidates(self, admin_client: Client) -> None:
        assert f'href="{CANDIDATES}"' in page_text(admin_client.get(START))

    def test_job_needs_approved_questions(self, admin_client: Client) -> None:
        select(admin_client, make_candidate())
        page = page_text(admin_client.get(START, FORM | {"job": str(make_job().pk)}))
        assert NO_QUESTIONS in page
        assert "Will be called" not in page

    @pytest.mark.parametrize("hostile", ["no id", "\x00", "<script>", ""])
    def test_hostile_values_start_nothing(self, admin_client: Client, hostile: str) -> None:
        select(admin_client, make_candidate())
        page_text(admin_client.get(START, {"job": hostile, "name": hostile, "candidates": hostile}))
        page_text(admin_client.post(START, {"job": make_approved_job().pk, "name": "x", "candidates": hostile}))
        assert not Campaign.objects.exists()

    def test_query_count_is_constant(self, admin_client: Client) -> None:
        job, counts = make_approved_job(), []
        people = [make_candidate(full_name=f"Person {n}", phone=f"+1415555{1000 + n}") for n in range(12)]
        for candidates in (people[:2], people[:2], people):
            select(admin_client, *candidates)
            with CaptureQueriesContext(connection) as queries:
                preview(admin_client, job)
            counts.append(len(queries))
        assert counts[1] == counts[2]

    def test_selection_is_limited(self, admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("candidates.admin.candidate.MOST_CHOSEN", 1)
        select(admin_client, make_candidate(), make_candidate(full_name="Grace Hopper", phone="+14155550102"))
        assert CHOSEN not in admin_client.session

    def test_campaign_needs_both_permissions(self, db: None) -> None:
        make_candidate()
        for lacking in ("add_campaign", "add_interview"):
            clerk = make_staff_client("view_candidate", *{"add_campaign", "add_interview"} - {lacking})
            assert 'value="call_chosen"' not in get_page(clerk, CANDIDATES)
            assert clerk.get(START).status_code == 403
        clerk = make_staff_client("view_candidate", "add_campaign", "add_interview")
        assert 'value="call_chosen"' in get_page(clerk, CANDIDATES)
        assert clerk.get(START).status_code == 200


class TestStart:
    def test_refused_selection_is_kept(self, admin_client: Client) -> None:
        job, ada = make_approved_job(), make_candidate()
        job.update_fields(is_open=False)
        refused = admin_client.post(START, FORM | {"job": job.pk, "candidates": str(ada.pk)})
        assert (refused.context["chosen"], list(refused.context["form"].errors)) == (1, ["job"])
        assert admin_client.session[CHOSEN] == [str(ada.pk)]

    def test_interviews_are_planned(self, admin_client: Client) -> None:
        job, ada, grace = make_approved_job(), make_candidate(), make_candidate(full_name="Grace", phone="+14155550102")
        select(admin_client, ada, grace)
        call(admin_client, job, ada, grace)
        campaign = Campaign.objects.get()
        assert (campaign.name, campaign.created_by) == ("Autumn", "hanna")
        interviews = campaign.interviews.all()
        assert {interview.candidate for interview in interviews} == {ada, grace}
        actors = {interview.events.get(kind=EventKind.INTERVIEW_PLANNED).actor for interview in interviews}
        assert actors == {"hanna"}

    def test_only_previewed_candidates_are_called(self, admin_client: Client) -> None:
        job, ada, grace = make_approved_job(), make_candidate(), make_candidate(full_name="Grace", phone="+14155550102")
        select(admin_client, ada, grace)
        call(admin_client, job, ada)
        assert [interview.candidate for interview in Interview.objects.all()] == [ada]

    def test_get_starts_nothing(self, admin_client: Client) -> None:
        ada = make_candidate()
        select(admin_client, ada)
        preview(admin_client, make_approved_job(), candidates=str(ada.pk))
        assert not Campaign.objects.exists()

    def test_blocked_candidate_is_reported(self, admin_client: Client) -> None:
        job, ada, grace = make_approved_job(), make_candidate(), make_candidate(full_name="Grace", phone="+14155550102")
        select(admin_client, ada, grace)
        DoNotCall.objects.add_number(grace.phone, source="e-mail")
        page = call(admin_client, job, ada, grace)
        assert Interview.objects.get().candidate == ada
        assert "do-not-call list" in page

    def test_no_callable_candidate_starts_nothing(self, admin_client: Client) -> None:
        ada = make_candidate(consents=False)
        select(admin_client, ada)
        assert NO_CONSENT in call(admin_client, make_approved_job(), ada)
        assert not Campaign.objects.exists()


class TestCampaign:
    def test_progress_links_to_interviews(self, admin_client: Client) -> None:
        job, ada, grace = make_approved_job(), make_candidate(), make_candidate(full_name="Grace", phone="+14155550102")
        call(admin_client, job, ada, grace)
        with lock_interview(Interview.objects.get(candidate=ada)) as locked:
            locked.cancel(Interview.Outcome.BY_HR, actor="hanna", reason="Hired.")
        make_interview(job=job, full_name="Of No Campaign", phone="+14155550103")
        campaign = Campaign.objects.get()
        address = f"{reverse('admin:interviews_interview_changelist')}?campaign__id__exact={campaign.pk}"
        for page in (
            reverse("admin:interviews_campaign_changelist"),
            reverse("admin:interviews_campaign_change", args=[campaign.pk]),
        ):
            assert f'href="{address}">1 of 2' in page_text(admin_client.get(page))
        listed = page_text(admin_client.get(address))
        assert "Ada Lovelace" in listed
        assert "Of No Campaign" not in listed

    def test_job_never_changes(self, admin_client: Client) -> None:
        job = make_approved_job()
        call(admin_client, job, make_candidate())
        campaign = Campaign.objects.get()
        page = reverse("admin:interviews_campaign_change", args=[campaign.pk])
        admin_client.post(page, {"name": "Winter", "job": make_approved_job(title="Another").pk})
        campaign.refresh_from_db()
        assert (campaign.name, campaign.job) == ("Winter", job)
