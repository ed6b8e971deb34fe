"""Requirements in a browser: edited by keys, answered in the room and in writing, and read on the review page."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from interviews.invitations import inviting
from interviews.models import EligibilityAnswer, Interview
from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.eligibility.question import EligibilityEffect, EligibilityQuestion
from jobs.models import JobDescription
from portal.tests.test_room_browser import open_room, pass_check, press
from portal.tests.test_text_browser import CONSENT
from tests.support.accessibility import check_page
from tests.support.admin_client import admin_url
from tests.support.browser import NARROW, WIDE, candidate_page, logged_in_page
from tests.support.candidate_browser import browser_with_microphone
from tests.support.factories import make_approved_job, make_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NIGHTS = example_question(EligibilityExample.NIGHTS, "en").model_copy(update={"effect": EligibilityEffect.KNOCK_OUT})
NOTICE = example_question(EligibilityExample.NOTICE_PERIOD, "en")
IN_THREE_WEEKS = "about three weeks"
SHIFT = EligibilityQuestion.from_json(
    {"text": "Which shift suits you?", "kind": "choice", "options": ["Early", "Late", "Night"], "accepted": ["Night"]}
)


def shoot(page: Page, name: str) -> None:
    folder = os.environ.get("EL_SHOTS")
    if folder:
        for size, suffix in ((WIDE, "w"), (NARROW, "n")):
            page.set_viewport_size(size)
            page.screenshot(path=str(Path(folder) / f"{name}-{suffix}.png"), full_page=True)
        page.set_viewport_size(WIDE)


@pytest.fixture
def interview(transactional_db: None) -> Interview:
    return make_interview(job=make_approved_job(eligibility=[NIGHTS, NOTICE, SHIFT]))


def values(interview: Interview) -> list[tuple[str, str]]:
    return list(interview.eligibility_answers.order_by("position").values_list("value", "words"))


def test_requirements_are_edited_by_keys(live_server: Any, admin_user: User) -> None:
    job = make_approved_job()
    with logged_in_page(live_server.url, admin_user) as page:
        page.goto(admin_url(job, "edit_eligibility"))
        press(page, "Night shifts")
        page.locator("#row-0").wait_for()
        press(page, "Choice")
        page.locator("#row-1").wait_for()
        check_page(page)
        shoot(page, "editor")
        page.get_by_label("Question", exact=True).nth(1).fill("Which shift suits you?")
        page.get_by_label("Options, one in each line", exact=True).fill("Early\nLate")
        press(page, "Save as next version")
        expect(page.get_by_role("alert").first).to_be_visible()
        page.get_by_label("Accepted options, one in each line", exact=True).fill("Late")
        press(page, "Save as next version")
        page.wait_for_url(f"**{reverse('admin:jobs_jobdescription_change', args=[job.pk])}")
    draft = JobDescription.objects.get(pk=job.pk).draft_questions
    assert draft is not None
    assert [question.kind for question in draft.eligibility] == ["yes_no", "choice"]


def test_requirements_are_answered_in_writing(live_server: Any, interview: Interview) -> None:
    address = reverse("portal-text", args=[inviting.invite(interview, actor="hanna").token])
    with candidate_page(live_server.url) as page:
        page.goto(address)
        page.click(CONSENT)
        page.get_by_role("button", name="no", exact=True).press("Enter")
        expect(page.get_by_role("button", name="Yes, that is right")).to_be_visible()
        check_page(page)
        shoot(page, "text-read-back")
        press(page, "No, answer again")
        shoot(page, "text")
        check_page(page)
        press(page, "yes")
        page.get_by_label(NOTICE.text).fill(IN_THREE_WEEKS)
        press(page, "Send the answer")
        press(page, "Late")
        expect(page.locator("textarea[name=text]")).to_be_visible()
    assert values(interview) == [("yes", "yes"), ("3", IN_THREE_WEEKS), ("Late", "Late")]


def test_requirements_are_answered_in_room(live_server: Any, sound: Path, interview: Interview) -> None:
    invitation = inviting.invite(interview, actor="hanna")
    with browser_with_microphone(live_server.url, sound) as candidate:
        page = open_room(candidate, invitation)
        pass_check(page)
        press(page, "I agree, begin")
        expect(page.get_by_role("heading", name=NIGHTS.text)).to_be_visible()
        shoot(page, "room")
        check_page(page)
        press(page, "yes")
        page.get_by_label("Your answer", exact=True).fill("4")
        press(page, "Send the answer")
        expect(page.get_by_role("heading", name=SHIFT.text)).to_be_visible()
        press(page, "I do not want to answer this")
        expect(page.locator("[data-progress]")).to_be_visible()
    assert values(interview) == [("yes", "yes"), ("4", "4"), ("", "")]
    assert interview.eligibility_answers.get(position=2).status == EligibilityAnswer.Status.DECLINED


def test_review_page_shows_requirements(live_server: Any, admin_user: User, interview: Interview) -> None:
    statuses = EligibilityAnswer.Status
    answered = {"status": statuses.ANSWERED, "words": "not at the moment", "value": "no", "is_met": False}
    interview.eligibility_answers.filter(position=0).update(**answered)
    interview.eligibility_answers.filter(position=1).update(status=statuses.DECLINED, words="I'd rather not say")
    with logged_in_page(live_server.url, admin_user) as page:
        page.goto(reverse("admin:interviews_interview_change", args=[interview.pk]))
        requirement = page.locator('[data-requirement="0"]')
        requirement.get_by_text("Correct", exact=True).press("Enter")
        check_page(page)
        shoot(page, "review")
        page.goto(reverse("admin:jobs_jobdescription_change", args=[interview.job_id]))
        check_page(page)
        shoot(page, "job")
        page.goto(reverse("desk-report", args=[interview.pk]))
        shoot(page, "report")
