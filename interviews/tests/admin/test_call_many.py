"""Calling many candidates at once: who was chosen, who will be called, who will not and why."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.models import Candidate, DoNotCall
from interviews.models import Campaign, EventKind, Interview
from jobs.models import JobDescription
from tests.support.admin_client import get_page, make_staff_client, page_text
from tests.support.factories import make_approved_job, make_candidate, make_interview, make_job
from tests.support.sample_rows import make_completed_interview

CANDIDATES = reverse("admin:candidates_candidate_changelist")
START = reverse("admin:interviews_campaign_add")
ASK = {"name": "Autumn"}


def choose(admin_client: Client, *chosen: Candidate) -> str:
    said = {"action": "call_chosen", "_selected_action": [one.pk for one in chosen]}
    return page_text(admin_client.post(CANDIDATES, said, follow=True))


def preview(admin_client: Client, job: JobDescription, **said: Any) -> tuple[str, str]:
    """What the page says of those who will be called, and of those who will not."""
    page = page_text(admin_client.get(START, ASK | {"job": job.pk} | said))
    called, _, left_out = page.partition("Will not be called")
    return called.partition("Will be called")[2], left_out


def call(admin_client: Client, job: JobDescription, *called: Candidate, **said: Any) -> str:
    ids = " ".join(str(one.pk) for one in called)
    return page_text(admin_client.post(START, ASK | {"job": job.pk, "candidates": ids} | said, follow=True))


class TestThePage:
    def test_asks_what_the_chosen_are_to_be_called_for(self, admin_client: Client) -> None:
        page = choose(admin_client, make_candidate(), make_candidate(full_name="Grace Hopper", phone="+14155550102"))
        assert "2 candidates are chosen." in page
        assert not Campaign.objects.exists()

    def test_says_who_will_be_called_and_who_will_not_and_why(self, admin_client: Client) -> None:
        job = make_approved_job()
        listed = make_candidate(full_name="On The List", phone="+14155550102")
        DoNotCall.objects.add_number(listed.phone, source="e-mail")
        chosen = {
            "On The List": (listed, "This number is on the do-not-call list"),
            "No Consent": (
                make_candidate(full_name="No Consent", phone="+14155550103", consents=False),
                "There is no consent to be called on record.",
            ),
            "Is Waiting": (
                make_interview(job=job, full_name="Is Waiting", phone="+14155550104").candidate,
                "There is an interview for this job already that is not over.",
            ),
            "Was Asked": (
                make_completed_interview(job=job, full_name="Was Asked", phone="+14155550105").candidate,
                "Has been interviewed for this job.",
            ),
        }
        choose(admin_client, make_candidate(), *(one for one, _ in chosen.values()))
        called, left_out = preview(admin_client, job)
        assert "Ada Lovelace" in called
        for name, (_, why) in chosen.items():
            assert name not in called
            assert f"<bdi>{name}</bdi></a></td>" in left_out
            assert why in left_out
        assert "Call 1 candidate <" in called

    def test_says_that_nobody_was_chosen(self, admin_client: Client) -> None:
        assert "Choose whom to call first" in page_text(admin_client.get(START))

    def test_asks_for_a_job_with_approved_questions(self, admin_client: Client) -> None:
        choose(admin_client, make_candidate())
        page = page_text(admin_client.get(START, ASK | {"job": str(make_job().pk)}))
        assert "This job has no approved questions." in page
        assert "Will be called" not in page

    @pytest.mark.parametrize("hostile", ["no id", "\x00", "<script>", ""])
    def test_takes_no_harm_from_a_bad_link_or_form(self, admin_client: Client, hostile: str) -> None:
        choose(admin_client, make_candidate())
        page_text(admin_client.get(START, {"job": hostile, "name": hostile, "candidates": hostile}))
        page_text(admin_client.post(START, {"job": make_approved_job().pk, "name": "x", "candidates": hostile}))
        assert not Campaign.objects.exists()

    def test_costs_the_same_however_many_are_chosen(self, admin_client: Client) -> None:
        job, counts = make_approved_job(), []
        people = [make_candidate(full_name=f"Person {n}", phone=f"+1415555{1000 + n}") for n in range(12)]
        for chosen in (people[:2], people[:2], people):
            choose(admin_client, *chosen)
            with CaptureQueriesContext(connection) as queries:
                preview(admin_client, job)
            counts.append(len(queries))
        assert counts[1] == counts[2]

    def test_refuses_more_than_it_can_call_at_once(self, admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("candidates.admin.candidate.MOST_CHOSEN", 1)
        page = choose(admin_client, make_candidate(), make_candidate(full_name="Grace Hopper", phone="+14155550102"))
        assert "Choose 1 candidates at most at once." in page

    def test_is_for_those_who_may_start_a_campaign_and_call(self, db: None) -> None:
        make_candidate()
        for lacking in ("add_campaign", "add_interview"):
            clerk = make_staff_client("view_candidate", *{"add_campaign", "add_interview"} - {lacking})
            assert "Call for a job" not in get_page(clerk, CANDIDATES)
            assert clerk.get(START).status_code == 403
        clerk = make_staff_client("view_candidate", "add_campaign", "add_interview")
        assert "Call for a job" in get_page(clerk, CANDIDATES)
        assert clerk.get(START).status_code == 200


class TestCalling:
    def test_plans_an_interview_for_each_in_the_users_name(self, admin_client: Client) -> None:
        job, ada, grace = make_approved_job(), make_candidate(), make_candidate(full_name="Grace", phone="+14155550102")
        choose(admin_client, ada, grace)
        assert "2 candidates are called for Support engineer as soon as allowed." in call(admin_client, job, ada, grace)
        campaign = Campaign.objects.get()
        assert (campaign.name, campaign.created_by) == ("Autumn", "hanna")
        planned = campaign.interviews.all()
        assert {one.candidate for one in planned} == {ada, grace}
        assert {one.events.get(kind=EventKind.INTERVIEW_PLANNED).actor for one in planned} == {"hanna"}

    def test_calls_those_whom_the_page_named_and_nobody_else(self, admin_client: Client) -> None:
        job, ada, grace = make_approved_job(), make_candidate(), make_candidate(full_name="Grace", phone="+14155550102")
        choose(admin_client, ada, grace)
        call(admin_client, job, ada)
        assert [one.candidate for one in Interview.objects.all()] == [ada]

    def test_by_a_link_calls_nobody(self, admin_client: Client) -> None:
        ada = make_candidate()
        choose(admin_client, ada)
        preview(admin_client, make_approved_job(), candidates=str(ada.pk))
        assert not Campaign.objects.exists()

    def test_says_who_can_no_longer_be_called(self, admin_client: Client) -> None:
        job, ada, grace = make_approved_job(), make_candidate(), make_candidate(full_name="Grace", phone="+14155550102")
        choose(admin_client, ada, grace)
        DoNotCall.objects.add_number(grace.phone, source="e-mail")
        page = call(admin_client, job, ada, grace)
        assert "1 candidate is called for Support engineer" in page
        assert "1 of those chosen can&#x27;t be called any more: This number is on the do-not-call list" in page

    def test_leaves_no_campaign_behind_where_nobody_can_be_called(self, admin_client: Client) -> None:
        ada = make_candidate(consents=False)
        choose(admin_client, ada)
        assert "There is no consent to be called on record." in call(admin_client, make_approved_job(), ada)
        assert not Campaign.objects.exists()

    def test_again_is_asked_for_by_itself(self, admin_client: Client) -> None:
        job = make_approved_job()
        ada = make_completed_interview(job=job).candidate
        choose(admin_client, ada)
        assert "Ada Lovelace" in preview(admin_client, job)[1]
        assert "Ada Lovelace" in preview(admin_client, job, again="on")[0]

    @pytest.mark.parametrize(("again", "campaigns"), [("True", 1), ("False", 0)])
    def test_obeys_again_of_sent_form(self, admin_client: Client, again: str, campaigns: int) -> None:
        """The page sends its checkbox on as the text of a hidden field."""
        job = make_approved_job()
        ada = make_completed_interview(job=job).candidate
        choose(admin_client, ada)
        hidden = f'name="again" value="{again}"'
        assert (hidden in page_text(admin_client.get(START, ASK | {"job": str(job.pk), "again": again}))) == bool(
            campaigns
        )
        call(admin_client, job, ada, again=again)
        assert Campaign.objects.count() == campaigns


class TestACampaign:
    def test_leads_to_its_interviews_and_says_how_many_are_over(self, admin_client: Client) -> None:
        job, ada, grace = make_approved_job(), make_candidate(), make_candidate(full_name="Grace", phone="+14155550102")
        call(admin_client, job, ada, grace)
        Interview.objects.get(candidate=ada).cancel(Interview.Outcome.BY_HR, actor="hanna", reason="Hired.")
        make_interview(job=job, full_name="Of No Campaign", phone="+14155550103")
        campaign = Campaign.objects.get()
        address = f"{reverse('admin:interviews_interview_changelist')}?campaign__id__exact={campaign.pk}"
        for page in (
            reverse("admin:interviews_campaign_changelist"),
            reverse("admin:interviews_campaign_change", args=[campaign.pk]),
        ):
            assert f'href="{address}">1 of 2 are over</a>' in page_text(admin_client.get(page))
        listed = page_text(admin_client.get(address))
        assert "Ada Lovelace" in listed
        assert "Of No Campaign" not in listed

    def test_can_be_renamed_and_keeps_its_job(self, admin_client: Client) -> None:
        job = make_approved_job()
        call(admin_client, job, make_candidate())
        campaign = Campaign.objects.get()
        page = reverse("admin:interviews_campaign_change", args=[campaign.pk])
        admin_client.post(page, {"name": "Winter", "job": make_approved_job(title="Another").pk})
        campaign.refresh_from_db()
        assert (campaign.name, campaign.job) == ("Winter", job)
