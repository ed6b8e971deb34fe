"""The comparison in a real browser: one answer after the other is played, by keys alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from desk.compare.selection import compare_address
from interviews.models import Assessment, Interview
from tests.support.accessibility import find_unreached_controls, find_violations
from tests.support.browser import NARROW, in_thread, logged_in_page
from tests.support.factories import make_approved_job
from tests.support.sample_rows import make_completed_interview, store_sound
from tests.support.sounds import make_tone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("Ada Lovelace", "Grace Hopper", "Hedy Lamarr")
WORDS = "Last year I moved four hundred mailboxes in six weeks. Nobody lost a mail."
SECONDS = 0.6
PAGE_WIDTH = "document.documentElement.scrollWidth"


@pytest.fixture
def interviews(transactional_db: None) -> list[Interview]:
    job = make_approved_job(title="Support specialist")
    interviews = [
        make_completed_interview(job=job, full_name=name, phone=f"+1415555010{number}", transcript=WORDS)
        for number, name in enumerate(NAMES)
    ]
    for number, interview in enumerate(interviews):
        for response in interview.responses.all():
            Assessment.objects.filter(response=response).update(score=9 - number - response.position)
            store_sound(response.recordings.get(), make_tone(SECONDS))
    return interviews


@pytest.fixture
def page(live_server: Any, interviews: list[Interview]) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(compare_address([interview.pk for interview in interviews]))
        yield page


def test_all_answers_to_question_are_played(page: Page) -> None:
    now, speaking = page.locator("[data-now]"), page.locator(".c-speaking")
    page.keyboard.press("2")
    for name in NAMES:
        expect(now).to_contain_text(name)
        expect(speaking).to_have_attribute("data-label", f"{name} answers question 2")
    page.wait_for_function("document.querySelector('[data-player] audio').ended")
    page.keyboard.press("s")
    expect(page.locator("[data-player]")).to_be_hidden()
    expect(speaking).to_have_count(0)


def test_keys_step_and_decide(page: Page, interviews: list[Interview]) -> None:
    page.get_by_role("button", name="Play all answers to question 1").press("Enter")
    page.keyboard.press("n")
    expect(page.locator("[data-now]")).to_contain_text("Grace Hopper")
    page.keyboard.press("p")
    expect(page.locator("[data-now]")).to_contain_text("Ada Lovelace")
    page.keyboard.press("n")
    with page.expect_navigation():
        page.keyboard.press("d")
    page.get_by_label("Hire").press("Space")
    page.get_by_role("button", name="Decide", exact=True).press("Enter")
    expect(page.locator("[data-compare] thead .d-badge.d-rec-hire", has_text="Decided")).to_have_count(1)
    in_thread(lambda: interviews[1].decisions.get(verdict="hire"))


def test_unplayable_recording_is_told(page: Page) -> None:
    page.route("**/audio/", lambda route: route.fulfill(body=b"no sound", content_type="audio/wav"))
    page.locator("[data-audio]").first.get_by_role("button", name="Play").click()
    missing = page.locator("[data-player]").get_attribute("data-missing")
    expect(page.locator("[data-now]")).to_contain_text(str(missing))


def test_desk_leads_to_comparison(page: Page, interviews: list[Interview]) -> None:
    page.goto(reverse("admin:jobs_jobdescription_change", args=[interviews[0].job_id]))
    compare = page.get_by_role("button", name="Compare")
    page.get_by_label(f"Select {NAMES[0]}").press("Space")
    expect(compare).to_be_disabled()
    page.get_by_label(f"Select {NAMES[2]}").press("Space")
    compare.press("Enter")
    page.wait_for_url(f"**{reverse('desk-compare')}?i=*")
    assert page.locator(".c-name").all_inner_texts() == [NAMES[0], NAMES[2]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_has_no_violation(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.reload()
    page.locator(".c-criterion summary").first.click()
    page.locator(".c-answer summary").first.click()
    page.keyboard.press("1")
    expect(page.locator("[data-player]")).to_be_visible()
    assert find_violations(page) == {}


def test_keys_reach_every_control(page: Page) -> None:
    assert find_unreached_controls(page) == []


def test_page_fits_phone(page: Page) -> None:
    page.set_viewport_size(NARROW)
    assert page.evaluate(PAGE_WIDTH) <= NARROW["width"]
    page.keyboard.press("1")
    assert page.evaluate(PAGE_WIDTH) <= NARROW["width"]
    assert find_violations(page) == {}
