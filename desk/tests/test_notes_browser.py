"""Notes in a real browser: a mention by keys alone, and the resume beside the answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from interviews.models import Interview, Note
from interviews.notes.writing import write_note
from tests.support.accessibility import find_unreached_controls, find_violations, find_violations_of_schemes
from tests.support.admin_client import admin_url
from tests.support.browser import NARROW, WIDE, in_thread, logged_in_page
from tests.support.sample_rows import HOSTILE, make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RESUME = "Five years of second-level support. " * 40


@pytest.fixture
def interview(transactional_db: None) -> Interview:
    interview = make_completed_interview(full_name="Ada Lovelace")
    interview.candidate.update_fields(resume_text=RESUME)
    for name, last_name in (("carla", "Hansen"), ("karl", "Berg")):
        User.objects.create_superuser(name, last_name=last_name)
    return interview


@pytest.fixture
def page(live_server: Any, interview: Interview) -> Iterator[Page]:
    user = User.objects.create_superuser("hanna")
    write_note(interview, f"{HOSTILE} @karl", author=user, author_name="hanna")
    with logged_in_page(live_server.url, user) as page:
        page.goto(admin_url(interview))
        yield page


def test_mention_is_written_by_keys(page: Page, interview: Interview) -> None:
    page.keyboard.press("m")
    note = page.get_by_label("New note")
    expect(note).to_be_focused()
    page.keyboard.type("Please listen, @han")
    option = page.get_by_role("option")
    expect(option).to_contain_text(["@carla", "@hanna"])
    assert find_violations(page) == {}
    page.keyboard.press("ArrowDown")
    expect(option.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(note).to_have_value("Please listen, @carla ")
    page.keyboard.type("to <b>this</b>.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".n-text").first).to_have_text("Please listen, @carla to <b>this</b>.")
    expect(page.locator("#tab-notes")).to_contain_text("2")
    expect(note).to_have_value("")
    in_thread(lambda: User.objects.get(username="carla").notices.get())


def test_half_written_note_survives_update(page: Page, interview: Interview) -> None:
    page.keyboard.press("m")
    page.get_by_label("New note").fill("Half a sentence")
    page.get_by_text("Edit or delete").click()
    edited = page.get_by_label("Text of the note")
    edited.fill("Another text")
    page.keyboard.press("Escape")
    in_thread(lambda: write_note(interview, "News", author=None, author_name="api key ats"))
    page.evaluate("document.activeElement.blur(); document.dispatchEvent(new Event('review:update'))")
    expect(page.locator("#tab-notes")).to_contain_text("2")
    expect(page.get_by_label("New note")).to_have_value("Half a sentence")
    expect(edited).to_have_value("Another text")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".n-text").nth(1)).to_have_text("Another text")
    page.get_by_text("Edit or delete").click()
    page.get_by_role("button", name="Delete note").click()
    expect(page.locator("[data-deleted]")).to_be_visible()
    in_thread(lambda: Note.objects.get(deleted_at__isnull=False))


def test_resume_place_is_remembered(page: Page) -> None:
    resume, button = page.locator("#resume"), page.locator("[data-resume-place]")
    expect(resume).to_be_visible()
    expect(page.get_by_role("tab", name="Resume")).to_be_hidden()
    for tab in ("Overview", "your last project", "Notes"):
        page.get_by_role("tab", name=tab).click()
        expect(resume).to_be_visible()
        assert page.evaluate("document.documentElement.scrollHeight") <= WIDE["height"]
    assert find_unreached_controls(page) == []
    with page.expect_response("**/desk/review/resume/"):
        button.click()
    expect(page.get_by_role("tab", name="Resume")).to_be_visible()
    page.reload()
    page.get_by_role("tab", name="Overview").click()
    expect(resume).to_be_hidden()
    page.get_by_role("tab", name="Resume").click()
    button.click()
    expect(page.get_by_role("tab", name="Resume")).to_be_hidden()
    page.set_viewport_size({"width": 1200, "height": 900})
    expect(resume).to_be_hidden()
    expect(button).to_be_hidden()


def test_notes_have_no_violation(page: Page) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(f"{page.url}#notes")
    page.reload()
    page.get_by_text("Edit or delete").click()
    assert find_violations_of_schemes(page) == {}
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert find_violations_of_schemes(page) == {}
