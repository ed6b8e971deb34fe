"""The portal in a browser: on a phone and on a desk, by keyboard alone, without barriers."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect

from interviews.invitations import inviting
from interviews.models import Feedback, Interview, WaitReason, lock_interview
from tests.support.accessibility import find_unreached_controls, find_violations
from tests.support.browser import NARROW, WIDE, candidate_page, in_thread
from tests.support.factories import make_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALLEST = ViewportSize(width=320, height=640)
FITS = "document.documentElement.scrollWidth <= innerWidth"
ASKING_PAGES = (
    "portal",
    "portal-adjustment",
    "portal-cancel-call",
    "portal-schedule",
    "portal-decline",
    "portal-never",
    "portal-not-me",
    "portal-person",
)


def check_page(page: Page) -> None:
    """No barrier for screen readers, keyboards or narrow phones."""
    page.wait_for_load_state("load")  # a page that was clicked for may not have its style yet
    for size in (SMALLEST, WIDE, NARROW):
        page.set_viewport_size(size)
        assert page.evaluate(FITS), (page.url, size)
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert find_violations(page) == {}, (page.url, scheme)
    assert find_unreached_controls(page) == []


def test_pages_have_no_barrier(live_server: Any) -> None:
    token = inviting.invite(make_interview(), actor="hanna").token
    with candidate_page(live_server.url) as page:
        for name in ASKING_PAGES:
            page.goto(f"{reverse(name, args=[token])}?lang=de")
            check_page(page)


def test_candidate_gives_feedback_by_keyboard(live_server: Any) -> None:
    interview = make_interview()
    token = inviting.invite(interview, actor="hanna").token
    with lock_interview(interview) as locked:
        locked.finish(Interview.Outcome.TOO_LITTLE)
    with candidate_page(live_server.url) as page:
        page.goto(reverse("portal", args=[token]))
        check_page(page)
        page.locator("a[href$='/feedback/']").press("Enter")
        check_page(page)
        page.locator("[name=clear][value='4']").press("Space")
        page.locator("[name=fair][value='5']").press("Space")
        page.get_by_role("button").press("Enter")
        expect(page.locator("#standing")).to_be_visible()
    assert Feedback.objects.values_list("clear", "fair").get() == (4, 5)


def test_candidate_chooses_time_by_keyboard(live_server: Any, settings: Any) -> None:
    settings.CALLING_HOURS = "00:00-24:00"
    interview = make_interview(timezone="Asia/Kolkata")
    token = inviting.invite(interview, actor="hanna").token
    with candidate_page(live_server.url) as page:
        page.set_viewport_size(NARROW)
        page.goto(reverse("portal", args=[token]))
        page.locator("a[href$='/schedule/']").press("Enter")
        page.locator("[value=at]").press("Space")
        page.locator("#day").select_option(index=2)
        page.locator("#time").select_option("10:15")
        page.get_by_role("checkbox").press("Space")
        page.get_by_role("button").first.press("Enter")
        expect(page.locator("a[href*='/cancel-call/']")).to_be_visible()
        in_thread(interview.refresh_from_db)
    assert interview.wait_reason == WaitReason.REQUESTED_TIME
    assert interview.next_attempt_at is not None
    assert f"{interview.next_attempt_at.astimezone(ZoneInfo('Asia/Kolkata')):%H:%M}" == "10:15"


def test_candidate_agrees_and_asks_for_another_way(live_server: Any) -> None:
    interview = make_interview()
    token = inviting.invite(interview, actor="hanna").token
    with candidate_page(live_server.url) as page:
        page.set_viewport_size(NARROW)
        page.goto(reverse("portal", args=[token]))
        page.get_by_role("checkbox").press("Space")
        page.get_by_role("button").press("Enter")
        expect(page.get_by_role("checkbox")).to_have_count(0)
        page.locator("a[href*='/adjustment/']").press("Enter")
        page.get_by_role("checkbox").press("Space")
        page.get_by_role("textbox").fill("Please write to me.")
        page.get_by_role("button").press("Enter")
        expect(page.locator("#standing")).to_be_visible()
        in_thread(interview.refresh_from_db)
    assert (interview.status, interview.more_time) == (Interview.Status.PENDING, True)
    assert interview.wait_reason == WaitReason.ADJUSTMENT
