"""Reports in a real browser: they print on one sheet, and no key and no reader is left out."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from interviews.models import Interview
from tests.support.accessibility import find_unreached_controls, find_violations, find_violations_of_schemes
from tests.support.admin_client import admin_url
from tests.support.browser import NARROW, WIDE, logged_in_page
from tests.support.sample_rows import make_completed_interview

OK, GONE = 200, 410
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def interview(transactional_db: None) -> Interview:
    return make_completed_interview(full_name="Ada Lovelace")


@pytest.fixture
def page(live_server: Any, interview: Interview) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        yield page


def test_report_prints_on_one_sheet(page: Page, interview: Interview) -> None:
    page.goto(admin_url(interview))
    page.get_by_label("More actions").press("Enter")
    page.get_by_role("link", name="Report").press("Enter")
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) == 1
    assert page.get_by_role("button", name="Print").is_visible()
    assert find_unreached_controls(page) == []
    page.get_by_role("link", name="Without names").press("Enter")
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_have_count(0)


def test_report_has_no_violation(page: Page, interview: Interview) -> None:
    page.emulate_media(color_scheme="light")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.goto(reverse("desk-report", args=[interview.pk]))
        assert find_violations_of_schemes(page) == {}
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_link_is_copied_and_revoked_by_keys(page: Page, interview: Interview) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(reverse("desk-share", args=[interview.pk]))
    page.get_by_label("For whom").fill("Grace")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copy").press("Enter")
    expect(page.locator("[data-share-status]")).not_to_be_empty()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.locator("[data-share-address]").input_value()
    assert find_violations(page) == {}
    reader = page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    assert reader.goto(address).status == OK  # type: ignore[union-attr]
    expect(reader.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    assert find_violations(reader) == {}
    page.get_by_role("button", name="Revoke the link for Grace").press("Enter")
    expect(page.get_by_role("button", name="Revoke the link for Grace")).to_have_count(0)
    assert reader.goto(address).status == GONE  # type: ignore[union-attr]
    assert find_violations(reader) == {}


def test_shortlist_and_sharing_fit_phone(page: Page, interview: Interview) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    for name, subject in (("desk-shortlist", interview.job_id), ("desk-share-job", interview.job_id)):
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            page.goto(reverse(name, args=[subject]))
            page.wait_for_load_state("networkidle")
            assert find_violations_of_schemes(page) == {}
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
