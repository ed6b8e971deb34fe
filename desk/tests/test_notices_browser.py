"""The bell and the page of notices in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from interviews.models import Interview
from interviews.notes.writing import write_note
from interviews.notices.unsubscribing import unsubscribe_address
from tests.support.accessibility import find_unreached_controls, find_violations, find_violations_of_schemes
from tests.support.browser import NARROW, in_thread, logged_in_page
from tests.support.sample_rows import make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def interview(transactional_db: None) -> Interview:
    return make_completed_interview(full_name="Ada Lovelace")


@pytest.fixture
def page(live_server: Any, interview: Interview) -> Iterator[Page]:
    user = User.objects.create_superuser("hanna", email="hanna@northwind.example")
    for text in ("@hanna first", "@hanna second"):
        write_note(interview, text, author=None, author_name="api key ats")
    with logged_in_page(live_server.url, user) as page:
        page.goto(reverse("desk-notices"))
        yield page


def test_followed_link_is_read(page: Page, interview: Interview) -> None:
    bell = page.locator("[data-bell-count]")
    expect(bell).to_have_text("2")
    page.locator("[data-notice-link]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#notes")).to_be_visible()
    expect(bell).to_have_text("1")
    in_thread(lambda: write_note(interview, "@hanna third", author=None, author_name="api key ats"))
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(bell).to_have_text("2")
    expect(page.locator("[data-bell-status]")).not_to_be_empty()
    page.locator("[data-bell]").press("Enter")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator("[data-bell-count]")).to_be_hidden()
    expect(page.locator("[data-notice]")).to_have_count(0)


@pytest.mark.parametrize("name", ["desk-notices", "desk-notice-settings"])
def test_pages_have_no_violation(page: Page, name: str) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(reverse(name))
    assert find_violations_of_schemes(page) == {}
    assert find_unreached_controls(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert find_violations_of_schemes(page) == {}


def test_end_of_mails_needs_no_login(page: Page) -> None:
    page.context.clear_cookies()
    addresses: list[str] = []
    in_thread(lambda: addresses.append(unsubscribe_path("hanna")))
    page.goto(addresses[0])
    assert find_violations(page) == {}
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_be_visible()
    in_thread(lambda: User.objects.get(username="hanna", notice_settings__mention="off"))


def unsubscribe_path(username: str) -> str:
    address = unsubscribe_address(User.objects.get(username=username))
    return address[address.index("/notices/") :]
