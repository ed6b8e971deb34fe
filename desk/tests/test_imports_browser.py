"""The pages of an import in a real browser: by keys, on a phone, and while it runs."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Error, FilePayload, Page, Route, expect

from candidates.models import Import, ResumeArchive
from desk.imports.forms import AT_ONCE
from tests.support.accessibility import check_page
from tests.support.browser import in_thread, logged_in_page
from tests.support.candidate_files import ADA, GRACE, HEADS, WRONG, csv_text, zip_of
from tests.support.factories import make_approved_job, run_tasks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


RESUMES = {"Ada Lovelace.txt": b"Barista in Vienna, ada@engines.example.com", "nobody.txt": b"x"}


@pytest.fixture
def page(live_server: Any, transactional_db: None) -> Iterator[Page]:
    make_approved_job(title="Support specialist")
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        yield page


def test_button_that_the_page_replaced_sends_nothing(page: Page) -> None:
    page.goto(reverse("desk-new-import"))
    content = csv_text([HEADS, ADA]).encode()
    page.locator("input[name=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": content})
    with page.expect_navigation():
        page.get_by_role("button", name="Upload", exact=True).press("Enter")
    errors: list[Error] = []
    page.on("pageerror", lambda error: errors.append(error))
    session = reverse("desk-session")
    held: list[Route] = []
    statuses: list[str] = []
    page.route(f"**{session}", lambda route: held.append(route))
    with page.expect_request(f"**{session}"):
        page.get_by_role("button", name="Import only").press("Enter")
    page.get_by_label("Call them for").select_option(label="Support specialist")
    expect(page.get_by_role("button", name="Import and plan")).to_be_visible()
    held[0].continue_()
    expect(page.locator("#import-columns")).to_have_attribute("aria-busy", "false")
    page.evaluate("() => new Promise((resolve) => setTimeout(resolve))")
    in_thread(lambda: statuses.extend(Import.objects.values_list("status", flat=True)))
    assert (errors, statuses) == ([], [Import.Status.UPLOADED])


def test_file_is_imported_by_keys(page: Page) -> None:
    content = csv_text([HEADS, ADA, WRONG, GRACE]).encode()
    file: FilePayload = {"name": "applicants.csv", "mimeType": "text/csv", "buffer": content}
    page.goto(reverse("desk-new-import"))
    check_page(page)
    page.locator("input[name=file]").set_input_files(file)
    page.get_by_role("button", name="Upload", exact=True).press("Enter")
    expect(page.locator("table tbody tr")).to_have_count(1)
    check_page(page)
    page.get_by_label("Call them for").select_option(label="Support specialist")
    expect(page.get_by_role("button", name="Import and plan")).to_be_visible()
    page.locator("#id_launch").select_option(AT_ONCE)
    page.get_by_role("button", name="Import and call").press("Enter")
    expect(page.get_by_text(str(Import.Status.READING.label), exact=True)).to_be_visible()
    in_thread(run_tasks)
    expect(page.locator("#i-refused")).to_be_visible()
    check_page(page)
    archive: FilePayload = {"name": "cv.zip", "mimeType": "application/zip", "buffer": zip_of(RESUMES)}
    page.locator("input[name=resumes]").set_input_files(archive)
    page.get_by_role("button", name="Add resumes", exact=True).press("Enter")
    expect(page.get_by_text(str(ResumeArchive.Status.READING.label))).to_be_visible()
    in_thread(run_tasks)
    expect(page.get_by_text("nobody.txt")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Undo the import").press("Enter")
    check_page(page)
    page.get_by_role("button", name="Undo the import").press("Enter")
    expect(page.get_by_text(str(Import.Status.UNDOING.label), exact=True)).to_be_visible()
    in_thread(run_tasks)
    expect(page.get_by_text(str(Import.Status.UNDONE.label), exact=True)).to_be_visible()
    check_page(page)
