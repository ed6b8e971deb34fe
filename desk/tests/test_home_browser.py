"""The home page in a real browser: it updates itself, works by keys alone and has no violation that axe finds."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from desk.home import page as home_page
from interviews.models import Campaign, Interview
from jobs.models import JobDescription
from tests.support.accessibility import find_unreached_controls, find_violations, find_violations_of_schemes
from tests.support.admin_client import admin_url
from tests.support.browser import NARROW, in_thread, logged_in_page
from tests.support.factories import QUESTIONS, make_approved_job, make_interview
from tests.support.sample_rows import complete_interview, make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE_WIDTH = "document.documentElement.scrollWidth"
HOME = "/admin/"


@pytest.fixture
def job(transactional_db: None) -> JobDescription:
    return make_approved_job(title="Support specialist")


@pytest.fixture
def interviews(job: JobDescription) -> dict[str, Interview]:
    ready = make_completed_interview(job=job, full_name="Ada", phone="+14155550101")
    waiting = make_interview(job=job, full_name="Hedy", phone="+14155550102")
    return {"Ada": ready, "Hedy": waiting}


@pytest.fixture
def page(live_server: Any, interviews: dict[str, Interview], monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setattr(home_page, "SECONDS_BETWEEN_UPDATES", 2)
    monkeypatch.setattr(home_page, "SECONDS_WHEN_IDLE", 2)
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(HOME)
        yield page


def test_update_keeps_focus_and_choice(page: Page, interviews: dict[str, Interview]) -> None:
    page.evaluate("window.isSamePage = true; document.hasFocus = () => false")
    link = page.get_by_role("link", name="Ada, Support specialist")
    link.focus()
    page.get_by_label("Invited within").evaluate("select => { select.value = '90'; }")
    in_thread(lambda: complete_interview(interviews["Hedy"]))
    expect(page.locator("#t-to_decide strong")).to_have_text("2")
    expect(page).to_have_title("(1) Home | Screener")
    expect(page.locator("[data-desk-summary]")).to_contain_text("2")
    expect(link).to_be_focused()
    expect(page.get_by_label("Invited within")).to_have_value("90")
    assert page.evaluate("window.isSamePage")


def test_period_is_chosen_without_reload(page: Page, job: JobDescription) -> None:
    page.evaluate("window.isSamePage = true")
    page.get_by_label("Job", exact=True).select_option(str(job.pk))
    page.wait_for_url(f"**job={job.pk}")
    page.get_by_label("Invited within").focus()
    page.get_by_label("Invited within").select_option("7")
    page.wait_for_url("**period=7**")
    expect(page.get_by_label("Invited within")).to_be_focused()
    assert page.evaluate("window.isSamePage")
    page.get_by_role("link", name="Completed: 1").press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)


def test_lost_session_is_shown(page: Page) -> None:
    page.context.clear_cookies()
    expect(page.locator(".d-note[role=status]")).to_be_visible()
    expect(page.get_by_role("link", name="Ada, Support specialist")).to_be_visible()


def test_page_has_no_violation(page: Page) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert find_violations_of_schemes(page) == {}
    assert find_unreached_controls(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate(PAGE_WIDTH) <= NARROW["width"]
    assert find_violations_of_schemes(page) == {}


def test_lists_have_no_violation(page: Page) -> None:
    """With rows, sorted and searched, and without any."""
    for query in ("", "?o=1", "?q=ada", "?decision=hire"):
        page.goto(f"/admin/interviews/interview/{query}")
        page.wait_for_load_state("networkidle")
        assert find_violations(page) == {}, query


def start(campaign: Campaign, interview: Interview) -> None:
    campaign.save()
    interview.update_fields(campaign=campaign)


def test_other_pages_update_themselves(page: Page, job: JobDescription, interviews: dict[str, Interview]) -> None:
    """The page of a job, while its questions are written, and the page of a campaign."""
    in_thread(lambda: job.request_questions())
    page.goto(admin_url(job))
    badge = page.locator("[data-desk-part=head] .d-badge").nth(1)
    before = badge.inner_text()
    in_thread(lambda: job.add_draft(QUESTIONS, source="a test"))
    expect(badge).not_to_have_text(before)
    expect(page.get_by_role("link", name="Approve questions").first).to_be_visible()
    campaign = Campaign(name="Autumn", job=job, created_by="hanna")
    in_thread(lambda: start(campaign, interviews["Hedy"]))
    page.goto(admin_url(campaign))
    assert find_violations(page) == {}
    bar = page.locator("[data-desk-part=progress] rect")
    expect(bar).to_have_attribute("width", "0")
    in_thread(lambda: complete_interview(interviews["Hedy"]))
    expect(bar).to_have_attribute("width", "100", timeout=15_000)
    assert find_unreached_controls(page) == []
