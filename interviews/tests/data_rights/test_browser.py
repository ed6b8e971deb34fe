"""Data rights in a real browser: no violation that axe finds, wide and narrow, and a download that is a zip."""

import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page

from candidates.data_rights.erasure import erase_candidate
from candidates.models import Candidate, Erasure
from screener.models import Organisation
from tests.support.accessibility import find_violations
from tests.support.admin_client import admin_url
from tests.support.browser import NARROW, WIDE, logged_in_page
from tests.support.factories import make_candidate
from tests.support.sample_rows import make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE_WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def held(transactional_db: None) -> Candidate:
    candidate = make_candidate(full_name="Maya Lindqvist")
    candidate.set_hold(actor="hanna", reason="A lawsuit.")
    return candidate


@pytest.fixture
def erasure(transactional_db: None) -> Erasure:
    candidate = make_completed_interview(full_name="Ada", phone="+14155550101").candidate
    Organisation.objects.update(keep_recordings_days=90)
    return erase_candidate(candidate, actor="hanna", reason="Asked for it.")


@pytest.fixture
def page(live_server: Any, held: Candidate, erasure: Erasure) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        yield page


def test_pages_have_no_barrier(page: Page, held: Candidate, erasure: Erasure) -> None:
    addresses = [reverse("retention"), admin_url(held, "erase"), admin_url(held, "export_data"), admin_url(erasure)]
    violations = {}
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for address in addresses:
            page.goto(address)
            violations[address, size["width"]] = find_violations(page)
            assert page.evaluate(PAGE_WIDTH) <= size["width"], address
    assert {place: rules for place, rules in violations.items() if rules} == {}


def test_export_is_downloaded(page: Page, held: Candidate) -> None:
    page.goto(admin_url(held, "export_data"))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert "index.html" in archive.namelist()
