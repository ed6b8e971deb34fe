"""A new job from a document in a real browser: filled in, read, changed, saved; a bad file loses nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from jobs.models import JobDescription
from screener.documents.upload import MAX_BYTES
from screener.tests.documents.test_documents import pdf
from tests.support.accessibility import find_unreached_controls, find_violations
from tests.support.browser import NARROW, WIDE, in_thread, logged_in_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTENT = (
    b"BT /F1 24 Tf 72 700 Td (Barista) Tj ET BT /F1 10 Tf 72 650 Td (You make coffee in our shops in Berlin.) Tj ET"
)


@pytest.fixture
def page(live_server: Any, transactional_db: None) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(reverse("admin:jobs_jobdescription_add"))
        page.wait_for_load_state("networkidle")
        yield page


def choose_file(page: Page, folder: Path, content: bytes) -> None:
    path = folder / "advert.pdf"
    path.write_bytes(content)
    page.locator("input[type=file]").set_input_files(path)


def check_job() -> None:
    job = JobDescription.objects.get()
    assert (job.title, job.description) == ("Barista", "You make coffee in our shops in Berlin. And tea.")


def test_document_becomes_job(page: Page, tmp_path: Path) -> None:
    page.locator("#id_description").fill("Typed before.")
    choose_file(page, tmp_path, pdf(content=CONTENT))
    page.locator("[data-fill]").press("Enter")
    expect(page.locator("[data-filled]")).to_be_focused()
    expect(page.locator("#id_title")).to_have_value("Barista")
    assert find_violations(page) == {}
    assert find_unreached_controls(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    page.set_viewport_size(WIDE)
    page.locator("summary", has=page.locator("+ textarea")).click()
    page.locator("[data-swap]").click()
    expect(page.locator("#id_description")).to_have_value("Typed before.")
    page.locator("[data-swap]").click()
    page.locator("#id_description").press("End")
    page.keyboard.type(" And tea.")
    page.locator("#id_title").press("Enter")
    page.wait_for_url("**/change/")
    in_thread(check_job)


def test_large_file_is_not_sent(page: Page, tmp_path: Path) -> None:
    page.locator("#id_title").fill("Barista")
    choose_file(page, tmp_path, b"a" * (MAX_BYTES + 1))
    page.locator("[data-fill]").click()
    expect(page.locator(".s-form-problem")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("Barista")
