"""The form for a new interview in a real browser: by keys alone, and without losing typed texts or the chosen file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Dialog, Page, expect

from candidates.models import Candidate
from interviews.models import Interview
from jobs.models import JobDescription
from tests.support.accessibility import find_unreached_controls, find_violations_of_schemes
from tests.support.browser import NARROW, in_thread, logged_in_page
from tests.support.factories import make_approved_job, make_candidate, make_job

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADD = reverse("desk-new-interview")
PAGE_WIDTH = "document.documentElement.scrollWidth"
PRESS_WHILE_LOADING_ENDS = """button => {
    button.click();
    window.dispatchEvent(new PageTransitionEvent("pageshow"));
    button.click();
}"""


@pytest.fixture
def job(transactional_db: None) -> JobDescription:
    make_job(title="Warehouse clerk")
    return make_approved_job(title="Support specialist")


@pytest.fixture
def user(transactional_db: None) -> User:
    return User.objects.create_superuser("hanna")


@pytest.fixture
def other_user(transactional_db: None) -> User:
    return User.objects.create_superuser("grace")


@pytest.fixture
def page(live_server: Any, user: User, job: JobDescription) -> Iterator[Page]:
    make_candidate(full_name="Grace Hopper", phone="+4930901820", email="grace@example.com")
    with logged_in_page(live_server.url, user) as page:
        page.goto(ADD)
        page.wait_for_load_state("networkidle")
        yield page


@pytest.fixture
def resume(tmp_path: Path) -> Path:
    path = tmp_path / "cv.txt"
    path.write_text("Ten years of Linux.")
    return path


def fill_form(page: Page, *, phone: str = "+1 415 555 0100") -> None:
    page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    page.get_by_label("Phone number").fill(phone)
    page.get_by_label("Given to whom").fill("application no. 512")
    page.get_by_label("Job", exact=True).select_option("Support specialist")


def press_plan(page: Page) -> None:
    page.get_by_role("button", name="Plan the interview").press("Enter")


def lose_session(page: Page) -> None:
    """After the check of the typed number, which would be refused."""
    page.get_by_role("button", name="Plan the interview").focus()
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()


def log_in_again(page: Page, user: User) -> None:
    """As in another tab: a new session, and a new token."""
    client = Client()
    in_thread(lambda: client.force_login(user))
    address = page.evaluate("location.origin")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])


def test_check_follows_what_is_typed(page: Page) -> None:
    check = page.locator("#intake-check")
    page.get_by_label("Country of the number").select_option("DE")
    page.get_by_label("Phone number").fill("030 901821")
    page.get_by_label("Phone number").press("Tab")
    expect(check).to_contain_text("+4930901821")
    expect(check).to_contain_text("Germany")
    expect(check).to_contain_text("Europe/Berlin")
    page.get_by_label("Job", exact=True).select_option("Support specialist")
    expect(check.locator(".d-good")).to_be_visible()


def test_known_number_is_offered(page: Page) -> None:
    fill_form(page, phone="+49 30 901820")
    page.get_by_label("Phone number").press("Tab")
    page.get_by_role("radio", name="Grace Hopper").check()
    expect(page.locator("#intake-check [data-consent=given]")).to_be_visible()
    press_plan(page)
    page.wait_for_url("**/change/")
    in_thread(lambda: check_rows(candidates=1, interviews=1))


def check_rows(*, candidates: int, interviews: int) -> None:
    assert (Candidate.objects.count(), Interview.objects.count()) == (candidates, interviews)


def test_error_keeps_file(page: Page, resume: Path) -> None:
    fill_form(page, phone="12")
    page.get_by_label("Resume file").set_input_files(resume)
    press_plan(page)
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[data-kept-file]")).to_contain_text("cv.txt")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ada Lovelace")
    page.get_by_label("Phone number").fill("+14155550100")
    press_plan(page)
    page.wait_for_url("**/change/")
    in_thread(check_resume)


def check_resume() -> None:
    with Candidate.objects.get(full_name="Ada Lovelace").resume.open("rb") as file:
        assert file.read() == b"Ten years of Linux."


def test_lost_session_loses_nothing(page: Page, user: User, resume: Path) -> None:
    fill_form(page)
    page.get_by_label("Resume file").set_input_files(resume)
    lose_session(page)
    press_plan(page)
    note = page.locator(".s-form-problem")
    expect(note).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ada Lovelace")
    log_in_again(page, user)
    press_plan(page)
    page.wait_for_url("**/change/")
    in_thread(check_resume)


def test_silent_server_loses_nothing(page: Page) -> None:
    """It takes the question for the session and never replies. The form can be sent again."""
    page.clock.install()
    fill_form(page)
    page.get_by_label("Resume file").focus()
    page.wait_for_load_state("networkidle")
    session = "**" + reverse("desk-session")
    page.route(session, lambda route: None)
    with page.expect_request(session):
        press_plan(page)
    page.clock.fast_forward(60_000)
    expect(page.locator(".s-form-problem")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ada Lovelace")
    page.unroute(session)
    press_plan(page)
    page.wait_for_url("**/change/")
    in_thread(lambda: check_rows(candidates=2, interviews=1))


def test_other_user_sends_nothing(other_user: User, page: Page) -> None:
    fill_form(page)
    lose_session(page)
    log_in_again(page, other_user)
    press_plan(page)
    expect(page.locator(".s-form-problem")).to_be_visible()
    in_thread(lambda: check_rows(candidates=1, interviews=0))


def test_double_click_sends_once(page: Page) -> None:
    fill_form(page)
    page.get_by_role("button", name="Plan the interview").dblclick()
    page.wait_for_url("**/change/")
    in_thread(lambda: check_rows(candidates=2, interviews=1))


def test_end_of_loading_lets_nothing_be_sent_twice(page: Page) -> None:
    fill_form(page)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.get_by_role("button", name="Plan the interview").evaluate(PRESS_WHILE_LOADING_ENDS)
    page.wait_for_url("**/change/")
    assert [url.endswith(reverse("desk-session")) for url in requested].count(True) == 1


def test_leaving_warns_of_unsaved_text(page: Page) -> None:
    dialogs: list[str] = []

    def stay(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(ADD)
    page.wait_for_load_state("networkidle")
    assert dialogs == []
    page.get_by_label("Name", exact=True).press_sequentially("Ada")
    page.get_by_role("link", name="Candidates", exact=True).first.click()
    page.wait_for_timeout(300)
    assert dialogs == ["beforeunload"]
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ada")


def test_form_of_admin_warns_too(page: Page, job: JobDescription) -> None:
    dialogs: list[str] = []

    def leave(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto(reverse("admin:jobs_jobdescription_edit", args=[job.pk]))
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)
    page.goto(ADD)
    assert dialogs == []
    page.goto(reverse("admin:jobs_jobdescription_edit", args=[job.pk]))
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(100)
    page.locator("#id_title").press_sequentially("x")
    page.goto(ADD)
    assert dialogs == ["beforeunload"]


def test_page_has_no_violation(page: Page) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert find_violations_of_schemes(page) == {}
    fill_form(page, phone="+49 30 901820")
    press_plan(page)
    expect(page.locator("[data-error-summary]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-matches]")).to_be_visible()
    assert find_violations_of_schemes(page) == {}
    page.set_viewport_size(NARROW)
    assert page.evaluate(PAGE_WIDTH) <= NARROW["width"]
    assert find_violations_of_schemes(page) == {}


def test_keys_reach_every_control(page: Page) -> None:
    assert find_unreached_controls(page) == []
