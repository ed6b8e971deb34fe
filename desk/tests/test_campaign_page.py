"""The page of a campaign: its numbers, their links, and who sees it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from desk.campaign.page import CampaignPage
from interviews.models import Campaign, Interview, WaitReason, lock_interview
from jobs.models import JobDescription
from screener.models import RoleKey
from tests.support.admin_client import admin_url
from tests.support.factories import make_approved_job, make_interview, make_transcribed_interview
from tests.support.role_accounts import login_client, make_role_user
from tests.support.sample_rows import make_completed_interview

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20
HTMX: Any = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def job(db: None) -> JobDescription:
    return make_approved_job()


@pytest.fixture
def campaign(job: JobDescription) -> Campaign:
    """One interview that waits, one with a result, one being assessed and one that was declined."""
    campaign = Campaign.objects.create(name="Autumn", job=job, created_by="hanna")
    fill_campaign(campaign, 0)
    return campaign


def fill_campaign(campaign: Campaign, number: int) -> None:
    phones = [f"+1415555{100 * number + place:04}" for place in range(4)]
    declined = make_interview(job=campaign.job, phone=phones[0])
    with lock_interview(declined) as locked:
        locked.finish(Interview.Outcome.DECLINED)
    rows = [
        declined,
        make_interview(job=campaign.job, phone=phones[1]),
        make_completed_interview(job=campaign.job, phone=phones[2]),
        make_transcribed_interview(job=campaign.job, phone=phones[3]),
    ]
    Interview.objects.filter(pk__in=[row.pk for row in rows]).update(campaign=campaign)


def get_page(client: Client, campaign: Campaign) -> CampaignPage:
    page: CampaignPage = client.get(admin_url(campaign)).context["page"]
    return page


def test_each_number_links_to_its_rows(admin_client: Client, campaign: Campaign) -> None:
    page = get_page(admin_client, campaign)
    assert (page.over, page.planned) == (3, 4)
    tallies = [*page.now, *page.waiting, *page.outcomes]
    assert {tally.code: tally.count for tally in tallies} == {
        "talking": 0,
        "waiting": 1,
        "assessing": 1,
        "to_decide": 1,
        "attention": 0,
        Interview.Outcome.COMPLETE: 2,
        Interview.Outcome.DECLINED: 1,
    }
    links = {tally.href: tally.count for tally in tallies} | {page.href: page.planned}
    assert {href: admin_client.get(href).context["cl"].result_count for href in links} == links


def test_update_sends_changes_alone(admin_client: Client, campaign: Campaign) -> None:
    page = get_page(admin_client, campaign)
    assert admin_client.get(page.update_address, **HTMX).status_code == HTTPStatus.NO_CONTENT
    with lock_interview(campaign.interviews.get(status=Interview.Status.PENDING)) as locked:
        locked.finish(Interview.Outcome.UNREACHED)
    changed = admin_client.get(page.update_address, **HTMX)
    assert (changed.status_code, changed.context["page"].over) == (200, 4)


def test_page_costs_same_however_large(admin_client: Client, campaign: Campaign) -> None:
    counts = []
    for number in (1, 2):
        fill_campaign(campaign, number)
        get_page(admin_client, campaign)
        with CaptureQueriesContext(connection) as queries:
            get_page(admin_client, campaign)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_form_renames_campaign(admin_client: Client, campaign: Campaign) -> None:
    answer = admin_client.post(reverse("admin:interviews_campaign_edit", args=[campaign.pk]), {"name": "Winter"})
    assert answer["Location"] == admin_url(campaign)
    assert get_page(admin_client, campaign).campaign.name == "Winter"


def test_actions_change_status(admin_client: Client, campaign: Campaign) -> None:
    campaign.interviews.filter(status=Interview.Status.PENDING).update(wait_reason=WaitReason.REQUESTED_TIME)
    assert admin_client.get(reverse("desk-campaign-pause", args=[campaign.pk])).context["promised"] == 1
    offered = {"running": ["pause", "cancel"], "paused": ["resume", "cancel"], "cancelled": []}
    for action, status in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        answer = admin_client.post(reverse(f"desk-campaign-{action}", args=[campaign.pk]))
        assert answer["Location"] == admin_url(campaign)
        page = get_page(admin_client, campaign)
        assert (page.campaign.status, [code for code, _, _ in page.actions]) == (status, offered[status])
    assert [change.actor for change in page.changes] == ["hanna"] * 3
    assert admin_client.post(reverse("desk-campaign-resume", args=[campaign.pk])).status_code == 422


def test_launch_is_scheduled_in_zone_of_reader(admin_client: Client, job: JobDescription) -> None:
    campaign = Campaign.objects.start(actor="hanna", name="Autumn", job=job, launch=False)
    address = reverse("desk-campaign-launch", args=[campaign.pk])
    day = timezone.localdate() + timedelta(days=10)
    form = {"when": "at", "call_at": f"{day}T09:00", "reader_zone": "Asia/Tokyo", "calls_per_hour": "30"}
    assert admin_client.post(address, form | {"calls_per_hour": "0"}).status_code == 422
    assert admin_client.post(address, form | {"call_at": ""}).status_code == 422
    assert admin_client.post(address, form).status_code == 302
    campaign.refresh_from_db()
    assert campaign.starts_at
    assert (campaign.status, campaign.calls_per_hour) == ("scheduled", 30)
    assert campaign.starts_at.isoformat() == f"{day}T00:00:00+00:00"


def test_only_permitted_users_change_status(campaign: Campaign, job: JobDescription) -> None:
    address = reverse("desk-campaign-pause", args=[campaign.pk])
    codes = {key: login_client(make_role_user(key, job)).post(address).status_code for key in RoleKey}
    denied = {RoleKey.HIRING_MANAGER: 403, RoleKey.AUDITOR: 403}
    assert codes == dict.fromkeys(RoleKey, 302) | denied


def test_only_permitted_users_see_page(campaign: Campaign, job: JobDescription) -> None:
    codes = {key: login_client(make_role_user(key, job)).get(admin_url(campaign)).status_code for key in RoleKey}
    denied = {RoleKey.HIRING_MANAGER: 403}
    assert codes == dict.fromkeys(RoleKey, 200) | denied
    foreign = User.objects.create_user("hugo", is_staff=True)
    assert login_client(foreign).get(admin_url(campaign)).status_code == 403


def test_list_tells_finished_from_running(admin_client: Client, campaign: Campaign) -> None:
    running = campaign.status_label
    campaign.update_fields(ended_at=timezone.now())
    assert campaign.status_label != running
    changelist = admin_client.get(reverse("admin:interviews_campaign_changelist")).context["cl"]
    assert [str(row.status_label) for row in changelist.result_list] == [campaign.status_label]
    assert "state" in changelist.list_display
