"""The admin in a real browser: what is cut off, what is read out, and what keys alone can do."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect

from candidates.models import Candidate
from interviews.models import Interview
from tests.support.browser import NARROW, WIDE, logged_in_page
from tests.support.factories import make_approved_job, make_candidate
from tests.support.sample_rows import make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

INTERVIEWS = reverse("admin:interviews_interview_changelist")
CANDIDATES = reverse("admin:candidates_candidate_changelist")
IS_CUT = "element => element.scrollWidth > element.clientWidth"


@pytest.fixture
def interview(transactional_db: None) -> Interview:
    return make_completed_interview(
        job=make_approved_job(title="Customer support specialist"), full_name="Maya Lindqvist"
    )


@pytest.fixture
def page(live_server: Any, interview: Interview) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        yield page


@pytest.mark.parametrize("width", [1280, 1440])
def test_the_head_of_a_page_says_whose_it_is_and_cuts_nothing_short(
    page: Page, interview: Interview, width: int
) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=900))
    page.goto(reverse("admin:interviews_interview_change", args=[interview.pk]))
    heading = page.get_by_role("heading", level=1)
    title = heading.get_by_text("Maya Lindqvist for Customer support specialist")
    expect(title).to_be_visible()
    assert not title.evaluate(IS_CUT)
    assert not heading.evaluate(IS_CUT)


def test_a_narrow_page_names_itself_and_fits(page: Page) -> None:
    page.set_viewport_size(NARROW)
    for address, name in ((INTERVIEWS, "Interviews"), (CANDIDATES, "Candidates")):
        page.goto(address)
        named = page.get_by_role("heading", level=1).get_by_text(name)
        expect(named).to_be_visible()
        assert not named.evaluate(IS_CUT)
        assert not page.locator("html").evaluate(IS_CUT)
        cell, table = page.locator("#result_list td").first, page.locator("#result_list")
        assert cell.evaluate("cell => cell.clientWidth") > table.evaluate("table => table.clientWidth * 0.95")


def test_a_list_on_a_usual_screen_shows_all_its_columns(page: Page) -> None:
    page.set_viewport_size(WIDE)
    for address in (INTERVIEWS, CANDIDATES):
        page.goto(address)
        last = page.locator("#result_list th").last.bounding_box()
        assert last
        assert last["x"] + last["width"] <= WIDE["width"]


def test_a_search_says_what_it_looks_through(page: Page) -> None:
    page.goto(CANDIDATES)
    expect(page.get_by_role("textbox", name="Name, phone, e-mail or your own id", exact=True)).to_be_visible()


def test_icons_are_not_read_out(page: Page, interview: Interview) -> None:
    page.set_viewport_size(WIDE)
    page.goto(reverse("admin:interviews_interview_change", args=[interview.pk]))
    for name in ("Decide", "Score again", "Add interview", "Go back"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()


@pytest.fixture
def newcomer(transactional_db: None) -> Candidate:
    return make_candidate(full_name="Grace Hopper", phone="+14155550177")


def test_chosen_candidates_are_called_after_their_names_were_shown(
    interview: Interview, newcomer: Candidate, page: Page
) -> None:
    page.set_viewport_size(WIDE)
    page.goto(CANDIDATES)
    page.locator("#action-toggle").check()
    page.get_by_role("combobox").select_option("Call for a job")
    page.get_by_role("button", name="Run").click()
    page.locator(".select2-selection").click()
    page.get_by_role("option", name="Customer support specialist").click()
    page.get_by_label("Name").fill("Autumn")
    page.get_by_role("button", name="See who will be called").click()
    expect(page.get_by_role("listitem").get_by_text("Grace Hopper")).to_be_visible()
    expect(page.get_by_role("cell", name="Maya Lindqvist")).to_be_visible()
    page.get_by_role("button", name="Call 1 candidate").click()
    expect(page.get_by_text("1 candidate is called for Customer support specialist")).to_be_visible()
    page.get_by_role("link", name="0 of 1 are over").click()
    expect(page.locator("#result_list").get_by_text("Pending")).to_be_visible()


def test_pages_work_under_the_policy_that_runs_no_script_written_into_one(page: Page, interview: Interview) -> None:
    """What it refuses is an error in the console, and so one of this test."""
    for address in (
        reverse("admin:index"),
        reverse("admin:interviews_interview_change", args=[interview.pk]),
        reverse("admin:interviews_interview_add"),
        reverse("admin:candidates_candidate_change", args=[interview.candidate_id]),
        reverse("admin:jobs_jobdescription_change", args=[interview.job_id]),
        reverse("may-call"),
        reverse("docs"),
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Call a candidate, at once or later")).to_be_visible()
