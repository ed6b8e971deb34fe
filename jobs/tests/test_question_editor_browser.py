"""Questions are edited by keyboard alone, also on a phone."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from jobs.bank.loading import load_starter_bank
from jobs.models import QuestionSet
from tests.support.accessibility import find_unreached_controls, find_violations
from tests.support.admin_client import admin_url
from tests.support.browser import NARROW, in_thread, logged_in_page
from tests.support.factories import QUESTIONS, make_approved_job

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press_button(page: Page, selector: str) -> None:
    """Press the button by the keyboard, and wait for the page that comes of it."""
    with page.expect_navigation():
        page.locator(selector).press("Enter")


def test_questions_are_edited_by_keyboard(live_server: Any, transactional_db: None) -> None:
    load_starter_bank()
    job = make_approved_job(title="Truck driver", description="Drive a truck, secure loads.")
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.set_viewport_size({"width": 1280, "height": 2000})  # for the whole way of the mouse
        page.goto(admin_url(job, "edit_questions"))
        press_button(page, "#down-0")
        expect(page.locator("#down-1")).to_be_focused()
        expect(page.locator("#id_question-1-text")).to_have_value(QUESTIONS[0].text)
        with page.expect_navigation():
            page.locator("#row-2 .q-handle").drag_to(page.locator("#row-0"))
        expect(page.locator("#id_question-0-text")).to_have_value(QUESTIONS[2].text)
        press_button(page, "#down-0")
        press_button(page, "#down-1")
        page.locator("#id_words").fill("load")
        page.keyboard.press("Enter")
        expect(page.locator("#q-found [name=words]")).to_have_value("load")
        press_button(page, "#q-found li:first-child button")
        expect(page.locator("#q-found button").first).to_be_focused()
        expect(page.locator("#id_words")).to_have_value("load")
        expect(page.locator("#row-3 .d-badge")).to_be_visible()
        press_button(page, "#another-3")
        expect(page.locator("#another-3")).to_be_focused()
        press_button(page, "#write")
        expect(page.locator("#id_question-4-text")).to_be_focused()
        page.keyboard.type("Why this job?")
        assert find_violations(page) == {}
        assert find_unreached_controls(page) == []
        page.set_viewport_size(NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
        in_thread(lambda: job.add_draft(QUESTIONS, source="a colleague"))
        press_button(page, "#q-save")
        expect(page.locator("#q-problem")).to_be_focused()
        expect(page.locator("#id_question-4-text")).to_have_value("Why this job?")
        press_button(page, "#q-save")
    assert [question.text for question in QuestionSet.objects.get(version=3).questions][-1] == "Why this job?"
