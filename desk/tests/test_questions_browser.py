"""The page of a job's questions in a real browser: the questions appear by themselves."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from jobs.models import JobDescription
from tests.support.accessibility import find_unreached_controls, find_violations
from tests.support.browser import NARROW, in_thread, logged_in_page
from tests.support.factories import QUESTIONS, make_approved_job

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT_TONES = """
    window.tones = 0;
    window.OscillatorNode = class extends OscillatorNode { start(when) { window.tones += 1; super.start(when); } };
"""


@pytest.fixture
def job(transactional_db: None) -> JobDescription:
    """A job whose questions are being written."""
    job = make_approved_job()
    job.request_questions()
    return job


@pytest.fixture
def page(live_server: Any, job: JobDescription) -> Iterator[Page]:
    """Its page of questions, which counts the tones that it plays."""
    user = User.objects.create_superuser("hanna")
    with logged_in_page(live_server.url, user) as page:
        page.add_init_script(COUNT_TONES)
        page.goto(reverse("desk-job-questions", args=[job.pk]))
        yield page


def test_new_questions_appear(page: Page, job: JobDescription) -> None:
    expect(page.locator("#q-approve")).to_have_count(0)
    page.locator("#q-job").focus()
    page.evaluate("document.hasFocus = () => false")
    in_thread(lambda: job.add_draft(QUESTIONS, source="a model"))
    expect(page.locator("#q-approve")).to_be_visible()
    expect(page.locator("#q-job")).to_be_focused()
    assert page.title().startswith("(1) ")
    expect(page.locator("[data-desk-summary]")).to_contain_text("2")
    assert find_violations(page) == {}
    assert find_unreached_controls(page) == []
    assert page.evaluate("window.tones") == 0
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]


def test_sound_is_remembered(page: Page, job: JobDescription) -> None:
    switch = page.locator("[data-sound] button")
    switch.press("Enter")
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("window.tones === 2")
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    assert page.evaluate("window.tones") == 0
    in_thread(lambda: job.add_draft(QUESTIONS, source="a model"))
    page.wait_for_function("window.tones === 2")
    switch.press("Enter")
    expect(switch).to_have_attribute("aria-pressed", "false")
