"""A job's page in a real browser: it updates itself, works by keys alone and has no violation that axe finds."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from interviews.models import Assessment, Interview, InterviewResult
from jobs.models import JobDescription
from screener.records import QuestionSpec
from tests.support.accessibility import find_unreached_controls, find_violations, find_violations_of_schemes
from tests.support.browser import NARROW, in_thread, logged_in_page, press_key
from tests.support.factories import make_approved_job, make_interview
from tests.support.sample_rows import complete_interview, make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUESTIONS = [
    QuestionSpec(text=f"Tell me of {name}.", competency=name, weight=1, max_seconds=60)
    for name in ("Troubleshooting", "Empathy")
]
PAGE_WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def job(transactional_db: None) -> JobDescription:
    return make_approved_job(title="Support specialist", questions=QUESTIONS)


@pytest.fixture
def interviews(job: JobDescription) -> dict[str, Interview]:
    """By name: two with a result, of whom Ada is first by the questions' weights, and two who are to be called."""
    ada = make_completed_interview(job=job, full_name="Ada", phone="+14155550101")
    grace = make_completed_interview(job=job, full_name="Grace", phone="+14155550102")
    for interview, scores, overall in ((ada, (9, 5), 7), (grace, (4, 8), 6)):
        for response, score in zip(interview.responses.all(), scores, strict=True):
            Assessment.objects.filter(response=response).update(score=score)
        InterviewResult.objects.filter(interview=interview).update(overall_score=overall)
    waiting = {name: make_interview(job=job, full_name=name, phone=phone) for name, phone in WAITING.items()}
    return {"Ada": ada, "Grace": grace} | waiting


WAITING = {"Hedy": "+14155550103", "Radia": "+14155550104"}


@pytest.fixture
def page(live_server: Any, interviews: dict[str, Interview], job: JobDescription) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(reverse("admin:jobs_jobdescription_change", args=[job.pk]))
        yield page


def names_on(page: Page) -> list[str]:
    return page.locator("[data-desk-rows] .d-name bdi").all_inner_texts()


def test_update_keeps_focus_and_selection(page: Page, interviews: dict[str, Interview]) -> None:
    page.evaluate("window.isSamePage = true; document.hasFocus = () => false")
    page.get_by_label("Select Hedy").check()
    page.get_by_label("Select Radia").focus()
    row = page.locator(f"#r-{interviews['Hedy'].pk}")
    before = row.get_attribute("data-v")
    now = timezone.now()
    in_thread(lambda: interviews["Hedy"].attempts.create(number=1, send_before=now, answered_at=now))
    expect(row).not_to_have_attribute("data-v", str(before))
    expect(page.get_by_label("Select Hedy")).to_be_checked()
    expect(page.get_by_label("Select Radia")).to_be_focused()
    in_thread(lambda: complete_interview(interviews["Radia"]))
    expect(page).to_have_title("(1) Support specialist | Screener")
    assert names_on(page) == ["Radia", "Ada", "Grace", "Hedy"]
    expect(page.get_by_label("Select Radia")).to_be_focused()
    assert page.evaluate("window.isSamePage")


def test_weights_rank_without_reload(page: Page) -> None:
    page.evaluate("window.isSamePage = true")
    assert names_on(page)[:2] == ["Ada", "Grace"]
    page.locator("summary", has_text="Weights").press("Enter")
    slider = page.get_by_label("Empathy")
    slider.press("End")
    expect(page.locator("[data-desk-rows] .d-name bdi").first).to_have_text("Grace")
    expect(slider).to_be_focused()
    page.wait_for_url("**w-empathy=10")
    page.get_by_role("button", name="As the questions say").press("Enter")
    expect(page.locator("[data-desk-rows] .d-name bdi").first).to_have_text("Ada")
    assert page.evaluate("window.isSamePage")
    assert "w-" not in page.url


def test_search_filters_and_stays(page: Page) -> None:
    page.get_by_role("searchbox").press_sequentially("rad")
    page.wait_for_url("**q=rad")
    assert names_on(page) == ["Radia"]
    page.locator("summary", has_text="Columns").press("Enter")
    page.get_by_label("Competencies").uncheck()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator(".d-competency")).to_have_count(0)
    assert names_on(page) == ["Radia"]
    page.get_by_role("link", name="Clear filters").press("Enter")
    expect(page.locator("[data-desk-rows] tr")).to_have_count(4)


def test_lost_session_is_shown(page: Page, interviews: dict[str, Interview]) -> None:
    page.get_by_label("Select Hedy").check()
    page.context.clear_cookies()
    expect(page.locator(".d-note[role=status]")).to_be_visible()
    expect(page.get_by_label("Select Hedy")).to_be_checked()


def test_two_are_decided_by_keys(page: Page, interviews: dict[str, Interview]) -> None:
    for name in ("Ada", "Grace"):
        page.get_by_label(f"Select {name}").press("Space")
    page.get_by_role("button", name="Decide…").press("Enter")
    press_key(page.get_by_label("Hire"), "Space")
    page.get_by_role("button", name="Decide", exact=True).press("Enter")
    expect(page.locator(".d-decision .d-badge")).to_have_count(2)


def test_page_has_no_violation(page: Page) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert find_violations_of_schemes(page) == {}
    page.locator("summary", has_text="Weights").press("Enter")
    page.get_by_label("Select Ada").check()
    assert find_violations_of_schemes(page) == {}
    page.get_by_role("button", name="Decide…").press("Enter")
    page.wait_for_load_state("networkidle")
    assert find_violations_of_schemes(page) == {}


def test_keys_reach_every_control(page: Page) -> None:
    assert find_unreached_controls(page) == []
    page.locator("summary", has_text="Columns").press("Enter")
    assert find_unreached_controls(page) == []
    page.keyboard.press("Escape")


def test_page_fits_phone(page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.evaluate(PAGE_WIDTH) <= NARROW["width"]
    page.locator("summary", has_text="Weights").click()
    expect(page.get_by_label("Empathy")).to_be_in_viewport()
    assert find_violations(page) == {}
