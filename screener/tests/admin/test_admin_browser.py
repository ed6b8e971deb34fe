"""The admin in a real browser: clipped content, accessible names, and use by keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Locator, Page, ViewportSize, expect

from candidates.models import Candidate, DoNotCall
from interviews.models import Campaign, Interview
from jobs.models import JobDescription
from screener.records import QuestionSpec
from tests.support.browser import NARROW, WIDE, logged_in_page, press_key
from tests.support.factories import make_approved_job, make_candidate, make_interview, make_job
from tests.support.person_scores import make_waiting_interview
from tests.support.sample_rows import add_result, make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

INTERVIEWS = reverse("admin:interviews_interview_changelist")
CANDIDATES = reverse("admin:candidates_candidate_changelist")
LONG_NAME = "Maximiliane Charlotte Wolfeschlegelsteinhausenbergerdorff"
LONG_EMAIL = "maximiliane.charlotte.wolfeschlegelsteinhausenbergerdorff@northwind.example"
IS_CUT = "element => element.scrollWidth > element.clientWidth"
IS_CUT_BELOW = "element => element.scrollHeight > element.clientHeight"
MAX_TABS = 20
PAGE_WIDTH = "document.documentElement.scrollWidth"
HAS_OUTLINE = "getComputedStyle(document.activeElement).outlineStyle !== 'none'"


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
def test_head_of_page_is_not_clipped(page: Page, interview: Interview, width: int) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=900))
    page.goto(reverse("admin:interviews_interview_change", args=[interview.pk]))
    heading = page.get_by_role("heading", level=1)
    title = heading.get_by_text("Maya Lindqvist for Customer support specialist")
    expect(title).to_be_visible()
    assert not title.evaluate(IS_CUT)
    assert not heading.evaluate(IS_CUT)


def test_narrow_page_names_itself_and_fits(page: Page) -> None:
    page.set_viewport_size(NARROW)
    for address, name in ((INTERVIEWS, "Interviews"), (CANDIDATES, "Candidates")):
        page.goto(address)
        named = page.get_by_role("heading", level=1).get_by_text(name)
        expect(named).to_be_visible()
        assert not named.evaluate(IS_CUT)
        assert not page.locator("html").evaluate(IS_CUT)
        cell, table = page.locator("#result_list td").first, page.locator("#result_list")
        assert cell.evaluate("cell => cell.clientWidth") > table.evaluate("table => table.clientWidth * 0.95")


@pytest.fixture
def working_pages(interview: Interview) -> list[str]:
    """The addresses of the pages of a reviewer's work, each with rows to show."""
    job = interview.job
    waiting = make_waiting_interview(job=job, full_name=LONG_NAME, email=LONG_EMAIL, phone="+14155550178")
    entry, _ = DoNotCall.objects.add_number(
        waiting.candidate.phone, candidate=waiting.candidate, source="The candidate"
    )
    campaign = Campaign.objects.create(name="May, first round", job=job, created_by="hanna")
    objects = [
        ("interviews_interview_change", interview.pk),
        ("interviews_interview_change", waiting.pk),
        ("interviews_interview_decide", interview.pk),
        ("interviews_interviewresponse_score", waiting.responses.earliest("position").pk),
        ("candidates_candidate_change", interview.candidate_id),
        ("candidates_candidate_change", waiting.candidate_id),
        ("candidates_candidate_edit", waiting.candidate_id),
        ("candidates_donotcall_change", entry.pk),
        ("candidates_donotcall_lift", entry.pk),
        ("jobs_jobdescription_change", job.pk),
        ("jobs_jobdescription_edit", job.pk),
        ("jobs_jobdescription_edit_questions", job.pk),
        ("jobs_jobdescription_edit_rubric", job.pk),
        ("interviews_campaign_change", campaign.pk),
    ]
    lists = [
        INTERVIEWS,
        CANDIDATES,
        reverse("admin:index"),
        reverse("admin:candidates_donotcall_changelist"),
        reverse("desk-new-import"),
        reverse("admin:screener_organisation_changelist"),
    ]
    return lists + [reverse(f"admin:{name}", args=[pk]) for name, pk in objects]


def test_working_pages_fit_phone(working_pages: list[str], page: Page) -> None:
    page.set_viewport_size(NARROW)
    widths = {}
    for address in working_pages:
        page.goto(address)
        expect(page.locator("#header-inner")).to_be_visible()  # pages are hidden until their scripts run
        widths[address] = page.evaluate(PAGE_WIDTH)
    assert {address: width for address, width in widths.items() if width > NARROW["width"]} == {}


def test_campaign_preview_fits_phone(interview: Interview, newcomer: Candidate, page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto(CANDIDATES)
    for box in page.locator("input.action-select").all():
        box.check()
    page.get_by_role("combobox").select_option("Call for a job")
    page.get_by_role("button", name="Run").click()
    page.goto(f"{page.url}?job={interview.job_id}&name=Autumn")
    expect(page.get_by_role("button", name="Call 1 candidate")).to_be_visible()
    assert page.evaluate(PAGE_WIDTH) <= NARROW["width"]


def focus_by_tab(page: Page, control: Locator) -> None:
    """Press Tab until the control has the focus, and expect the focus to be visible."""
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        if control.evaluate("element => element === document.activeElement"):
            break
    expect(control).to_be_focused()
    assert page.evaluate(HAS_OUTLINE)


def test_keys_reach_menu_and_actions_on_phone(page: Page, interview: Interview) -> None:
    page.set_viewport_size(NARROW)
    page.goto(reverse("admin:interviews_interview_change", args=[interview.pk]))
    focus_by_tab(page, page.get_by_role("button", name="Menu", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Do-not-call list")).to_be_visible()
    page.keyboard.press("Enter")
    focus_by_tab(page, page.get_by_role("link", name="Decide", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(reverse("admin:candidates_candidate_edit", args=[interview.candidate_id]))
    focus_by_tab(page, page.get_by_role("button", name="Actions", exact=True))
    page.keyboard.press("Enter")
    focus_by_tab(page, page.get_by_role("link", name="Call for a job", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url("**/interview/add/**")


def test_keys_open_menus(page: Page, interview: Interview) -> None:
    page.set_viewport_size(WIDE)
    page.goto(reverse("admin:jobs_jobdescription_edit", args=[interview.job_id]))
    for name in ("Edit", "hanna"):
        button = page.get_by_role("button", name=name).first
        press_key(button, "Enter")
        expect(page.locator("nav :is(a, button):focus")).to_be_visible()
        page.keyboard.press("Escape")
        expect(button).to_be_focused()
    page.get_by_role("button", name="Access & technical").press("Enter")
    expect(page.get_by_role("link", name="API keys")).to_be_visible()
    page.get_by_role("button", name="Edit").first.press("Enter")
    page.locator("nav :is(a, button):focus").press("Enter")
    page.wait_for_url("**/edit_questions/")


@pytest.fixture
def long_rows(interview: Interview) -> None:
    """Rows of the list with the longest texts: an outcome, and a reason for attention."""
    add_result(interview, score=None, reason="No words were made out. " * 9)
    refused = make_interview(job=interview.job, phone="+14155550179")
    Interview.objects.filter(pk=refused.pk).update(status=Interview.Status.FAILED, outcome=Interview.Outcome.OPTED_OUT)


@pytest.mark.usefixtures("long_rows")
def test_list_on_usual_screen_shows_all_columns(page: Page) -> None:
    page.set_viewport_size(WIDE)
    for address in (INTERVIEWS, CANDIDATES):
        page.goto(address)
        last = page.locator("#result_list th").last.bounding_box()
        assert last
        assert last["x"] + last["width"] <= WIDE["width"]


@pytest.mark.usefixtures("long_rows")
def test_narrow_list_shows_whole_reasons(page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto(INTERVIEWS)
    for cell in page.locator(".field-attention_reason").all():
        assert not cell.evaluate(IS_CUT_BELOW)


@pytest.fixture
def long_list(transactional_db: None) -> None:
    for number in range(20):
        make_candidate(phone=f"+141555501{number:02}", consents=False)


@pytest.mark.usefixtures("long_list")
def test_actions_leave_last_row_free(page: Page) -> None:
    page.set_viewport_size(WIDE)
    page.goto(CANDIDATES)
    for box in (page.locator("input.action-select").first, page.locator("input.action-select").last):
        box.check()


@pytest.fixture
def warned_job(transactional_db: None) -> JobDescription:
    job = make_job(questions_status=JobDescription.QuestionsStatus.READY)
    question = QuestionSpec(text="How old are you, and do you have children?", competency="", weight=1, max_seconds=60)
    job.add_draft([question], source="a test")
    return job


def test_warning_of_question_fits_phone(warned_job: JobDescription, page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto(reverse("admin:jobs_jobdescription_edit", args=[warned_job.pk]))
    expect(page.locator(".s-numbers .s-bad")).to_be_visible()
    assert not page.locator(".readonly", has=page.locator(".s-numbers")).evaluate(IS_CUT)


def test_search_says_what_it_looks_through(page: Page) -> None:
    page.goto(CANDIDATES)
    expect(page.get_by_role("textbox", name="Name, phone, e-mail or your own id", exact=True)).to_be_visible()


def test_icons_are_not_read_out(page: Page, interview: Interview) -> None:
    page.set_viewport_size(WIDE)
    page.goto(reverse("admin:candidates_candidate_edit", args=[interview.candidate_id]))
    for name in ("Call for a job", "Go back"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    page.goto(CANDIDATES)
    expect(page.get_by_role("link", name="Add candidate", exact=True)).to_be_visible()


@pytest.fixture
def newcomer(transactional_db: None) -> Candidate:
    return make_candidate(full_name="Grace Hopper", phone="+14155550177")


def test_chosen_candidates_are_confirmed_and_called(interview: Interview, newcomer: Candidate, page: Page) -> None:
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
    page.locator("#c-over").click()
    expect(page.locator("#result_list").get_by_text(str(Interview.Status.PENDING.label))).to_be_visible()


def test_pages_run_no_inline_script(page: Page, interview: Interview) -> None:
    """A refused resource is an error in the console, and so fails this test."""
    for address in (
        reverse("admin:index"),
        reverse("admin:interviews_interview_change", args=[interview.pk]),
        reverse("admin:interviews_interview_add"),
        reverse("admin:candidates_candidate_change", args=[interview.candidate_id]),
        reverse("admin:candidates_candidate_edit", args=[interview.candidate_id]),
        reverse("admin:jobs_jobdescription_change", args=[interview.job_id]),
        reverse("admin:jobs_jobdescription_edit", args=[interview.job_id]),
        reverse("may-call"),
        reverse("docs"),
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Call a candidate, at once or later")).to_be_visible()
