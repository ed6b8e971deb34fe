"""An interview in writing in a browser: from the invitation to the result, on two devices, by keyboard alone."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from interviews.invitations import inviting
from interviews.models import Interview
from portal.tests.test_browser import check_page
from tests.support.browser import NARROW, candidate_page
from tests.support.factories import make_interview, run_tasks
from tests.support.written_interview import ANSWER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BEGUN = "I have begun to write on the phone."
FIELD, CONSENT = "textarea[name=text]", "button[value=agree]"
SEND, LEAVE, CONTINUE = "[data-answer] .c-primary", "button[value=leave]", "a.c-primary"


def press(page: Page, selector: str) -> None:
    """Use a control by the keyboard."""
    page.locator(selector).focus()
    page.keyboard.press("Enter")


def begin(page: Page, address: str) -> None:
    page.goto(address)
    page.click("a[href*='/text/']")
    page.wait_for_selector(CONSENT)
    check_page(page)
    page.click(CONSENT)
    page.wait_for_selector(FIELD)


def test_begun_on_phone_and_finished_on_laptop(live_server: Any) -> None:
    interview = make_interview()
    address = reverse("portal", args=[inviting.invite(interview, actor="hanna").token])
    with candidate_page(live_server.url) as phone:
        phone.set_viewport_size(NARROW)
        begin(phone, address)
        check_page(phone)
        phone.fill(FIELD, BEGUN)
        expect(phone.locator("[data-draft-status]")).not_to_be_empty()
    with candidate_page(live_server.url) as laptop:
        laptop.goto(f"{address}text/")
        expect(laptop.locator(FIELD)).to_have_value(BEGUN)
        for _ in range(3):
            laptop.fill(FIELD, ANSWER)
            press(laptop, SEND)
            laptop.wait_for_load_state()
        expect(laptop).to_have_url(f"{live_server.url}{address}")
    run_tasks(only="interviews.assess")
    run_tasks(only="interviews.conclude")
    interview.refresh_from_db()
    assert interview.result_status == Interview.ResultStatus.READY
    assert interview.attempts.count() == 1


def test_text_is_kept_without_script(live_server: Any) -> None:
    interview = make_interview()
    address = reverse("portal", args=[inviting.invite(interview, actor="hanna").token])
    with candidate_page(live_server.url) as page:
        page.route("**/written_answer*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        begin(page, address)
        page.fill(FIELD, BEGUN)
        page.click(LEAVE)
        page.wait_for_selector(CONTINUE)
        check_page(page)
        page.click(CONTINUE)
        expect(page.locator(FIELD)).to_have_value(BEGUN)
