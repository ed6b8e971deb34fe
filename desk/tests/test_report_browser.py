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
from tests.support.accessibility import find_unreached_controls, find_violations
from tests.support.admin_client import admin_url
from tests.support.browser import NARROW, WIDE, logged_in_page
from tests.support.sample_rows import make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def interview(transactional_db: None) -> Interview:
    return make_completed_interview(full_name="Ada Lovelace")


@pytest.fixture
def page(live_server: Any, interview: Interview) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.set_viewport_size(WIDE)
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_report_has_no_violation(page: Page, interview: Interview, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.goto(reverse("desk-report", args=[interview.pk]))
        assert find_violations(page) == {}
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
