"""A reviewer scores before they see other scores, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from interviews.models import Interview
from tests.support.accessibility import find_unreached_controls, find_violations, find_violations_of_schemes
from tests.support.admin_client import admin_url
from tests.support.browser import NARROW, logged_in_page
from tests.support.person_scores import QUOTE, score_as_person
from tests.support.sample_rows import make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def interview(transactional_db: None) -> Interview:
    interview = make_completed_interview(transcript=f"In my last project I {QUOTE}, and it went well.")
    score_as_person(interview.responses.all()[0], 6, name="Tom Ruiz")
    return interview


@pytest.fixture
def page(live_server: Any, interview: Interview) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(reverse("admin:jobs_jobdescription_change", args=[interview.job_id]))
        yield page


def test_scores_follow_own_score(page: Page, interview: Interview) -> None:
    page.get_by_role("button", name="Score first").press("Enter")
    expect(page.get_by_role("button", name="Score first")).to_have_attribute("aria-pressed", "true")
    assert find_violations(page) == {}
    page.goto(admin_url(interview))
    expect(page.locator("[data-overall-score]")).to_have_count(0)
    assert find_violations(page) == {}
    page.get_by_role("link", name="Score this myself first").press("Enter")
    expect(page.locator("[data-criterion]").first).to_be_visible()
    for criterion in page.locator("[data-criterion]").all():
        criterion.locator("label:has(input[value='4'])").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Assessments side by side")).to_be_visible()
    page.goto(admin_url(interview))
    expect(page.locator("[data-overall-score]")).to_have_count(0)
    page.get_by_role("button", name="Show the scores").press("Enter")
    expect(page.locator("[data-overall-score]")).to_be_visible()


def test_scores_side_by_side_have_no_violation(page: Page, interview: Interview) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(admin_url(interview))
    expect(page.get_by_role("region", name="Scores side by side")).to_contain_text("Tom Ruiz")
    assert find_violations_of_schemes(page) == {}
    assert find_unreached_controls(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
