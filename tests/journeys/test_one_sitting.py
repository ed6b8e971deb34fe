"""A job in one sitting: from its description to approved questions, with a practice call on the way."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from devtools.demo.data import JOB_DESCRIPTION, JOB_TITLE
from devtools.harness.deployment import Deployment, open_deployment
from tests.journeys.desk_user import DeskUser, add_users, log_in, open_browser
from tests.journeys.material import CANDIDATES
from tests.support.accessibility import check_page
from tests.support.browser import NARROW, WIDE

pytestmark = [pytest.mark.browser]
RECRUITER = "rita"
OWN_NUMBER = next(iter(CANDIDATES.values()))
CALL_SECONDS = 90
PRACTICE = "SELECT purpose, status FROM interviews_interview"


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with open_deployment(speed=0, judges_all=False, settings={"DEBUG": "1", "WEB_WORKERS": "1"}) as deployment:
        add_users(deployment, {RECRUITER: ("Rita Vance", "recruiter")})
        deployment.start_web()
        deployment.start_worker()
        yield deployment


def test_job_in_one_sitting(deployment: Deployment) -> None:
    with open_browser(deployment) as page:
        recruiter = DeskUser(page)
        log_in(page, RECRUITER)
        recruiter.click_link("Add a job")
        page.locator("#id_title").fill(JOB_TITLE)
        page.locator("#id_description").fill(JOB_DESCRIPTION)
        page.get_by_label("In writing").check()
        recruiter.click_button("Save")
        page.locator("[data-step=questions][data-state=done]").wait_for()  # without a reload
        go_to(page, "questions")
        recruiter.click_button("Save as next version")
        expect_step(page, "eligibility")
        check_page(page)
        page.locator("[data-step-next]").click()
        for step in ("rubric", "thresholds", "calling"):
            expect_step(page, step)
            check_page(page)
            recruiter.click_button("Save")
        expect_step(page, "trial")
        check_page(page)
        practise(page, deployment)
        page.locator("[data-step-next]").click()
        expect_step(page, "approval")
        recruiter.click_button("Approve questions")
        expect(page.get_by_role("link", name="Call many", exact=True)).to_be_visible()
        assert page.locator("[data-desk-rows] tr").count() == 0
    assert deployment.query_rows(PRACTICE) == [("practice", "completed")]


def go_to(page: Page, step: str) -> None:
    page.locator(f"[data-step={step}]").click()
    expect_step(page, step)


def expect_step(page: Page, step: str) -> None:
    """Expect the page of the step, also at the width of a phone."""
    expect(page.locator(f"[data-step={step}]")).to_have_attribute("aria-current", "step")
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    page.set_viewport_size(WIDE)


def practise(page: Page, deployment: Deployment) -> None:
    """Take a practice call on the user's own number, and answer as a candidate does."""
    page.locator("#id_phone").fill(OWN_NUMBER)
    page.locator("#id_is_own").press("Space")
    page.get_by_role("button", name="Call me", exact=True).click()
    expect(page.locator("[data-practice]")).to_be_visible()
    for _second in range(CALL_SECONDS):
        if page.locator("[data-practice=completed]").count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    pytest.fail(f"the practice call did not end: {deployment.query_rows(PRACTICE)}")
