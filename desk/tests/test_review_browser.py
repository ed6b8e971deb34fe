"""The review page in a real browser: by keys alone, without a violation that axe finds, and up to date."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from interviews.decisions import record_decision
from interviews.models import Interview
from tests.support.accessibility import find_unreached_controls, find_violations, find_violations_of_schemes
from tests.support.admin_client import admin_url
from tests.support.browser import NARROW, in_thread, logged_in_page
from tests.support.factories import make_approved_job
from tests.support.sample_rows import add_result, make_completed_interview, store_sound
from tests.support.sounds import make_tone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = "Last year I moved four hundred mailboxes in six weeks. Nobody lost a mail. I wrote the plan myself."
LOOKED_AT = "document.dispatchEvent(new Event('visibilitychange'))"
PLAY_AND_JUMP = "for (const key of ['play-all', 'second']) document.querySelector(`#question-1 [data-${key}]`).click()"
TIMES = [
    {"start": 0.0, "end": 1.0, "text": "Last year I moved four hundred mailboxes in six weeks."},
    {"start": 1.0, "end": 1.5, "text": "Nobody lost a mail."},
    {"start": 1.5, "end": 2.0, "text": "I wrote the plan myself."},
]


@pytest.fixture
def interviews(transactional_db: None) -> list[Interview]:
    job = make_approved_job(title="Support specialist")
    candidates = (("Ada Lovelace", "+14155550101"), ("Grace Hopper", "+14155550102"))
    interviews = [
        make_completed_interview(job=job, full_name=name, phone=phone, transcript=WORDS) for name, phone in candidates
    ]
    for interview in interviews:
        interview.candidate.update_fields(resume_text="Five years of second-level support.")
        for response in interview.responses.all():
            response.update_fields(transcript_times=TIMES)
            store_sound(response.recordings.get(), make_tone(growing=True))
    return interviews


@pytest.fixture
def page(live_server: Any, interviews: list[Interview]) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(admin_url(interviews[0]))
        yield page


def test_answers_are_heard_and_marked(page: Page) -> None:
    page.keyboard.press("j")
    panel = page.locator("#question-1")
    expect(panel).to_be_visible()
    marked = panel.locator(".r-marked")
    expect(marked).to_have_count(0)
    panel.locator("[data-criterion] summary").first.focus()
    expect(marked).to_have_text("four hundred mailboxes")
    page.keyboard.press("Enter")
    expect(panel.locator("[data-jump]")).to_be_visible()
    page.get_by_role("tab", name="your last project").press("Space")
    page.wait_for_function("!document.querySelector('#question-1 audio').paused")
    panel.get_by_text("I wrote the plan myself.").click()
    page.wait_for_function("document.querySelector('#question-1 audio').currentTime >= 1.5")
    expect(panel.locator(".r-spoken")).to_contain_text("I wrote the plan myself.")
    panel.get_by_label("Speed").select_option("150")
    audio = panel.locator("[data-player] audio")
    assert audio.evaluate("audio => audio.playbackRate") == 1.5
    page.get_by_role("tab", name="Overview").click()
    expect(panel).to_be_hidden()
    assert audio.evaluate("audio => audio.paused")


def test_two_are_decided_by_keys(page: Page, interviews: list[Interview]) -> None:
    for interview in interviews:
        expect(page.locator("#r-decide")).to_be_visible()
        assert page.url.partition("#")[0].endswith(admin_url(interview))
        page.keyboard.press("d")
        page.keyboard.press("h")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    in_thread(lambda: [interview.decisions.get(verdict="hire") for interview in interviews])


def test_decision_of_colleague_is_shown_first(page: Page, interviews: list[Interview]) -> None:
    page.keyboard.press("d")
    in_thread(lambda: decide_as_colleague(interviews[0]))
    page.keyboard.press("h")
    page.keyboard.press("Enter")
    page.wait_for_url("**/decide/")
    in_thread(lambda: interviews[0].decisions.get(verdict="reject"))


def test_update_keeps_what_is_written(page: Page, interviews: list[Interview]) -> None:
    page.evaluate("window.isSamePage = true")
    page.keyboard.press("d")
    page.get_by_label("Reason").fill("Half a sentence")
    shown = page.locator("[data-overall-score]")
    expect(shown).to_have_text("7.5")
    in_thread(lambda: add_result(interviews[0], score="5.10"))
    page.evaluate(LOOKED_AT)
    expect(shown).to_have_text("5.1")
    expect(page.get_by_label("Reason")).to_have_value("Half a sentence")
    assert page.evaluate("window.isSamePage")


def test_jump_may_interrupt_play(page: Page) -> None:
    page.get_by_role("tab", name="your last project").click()
    page.evaluate(PLAY_AND_JUMP)
    page.wait_for_function("document.querySelector('#question-1 audio').currentTime > 0")


def test_written_reason_survives_new_result(page: Page, interviews: list[Interview]) -> None:
    page.keyboard.press("d")
    page.get_by_label("Reason").fill("Half a sentence")
    page.get_by_role("button", name="Not now").click()
    in_thread(lambda: add_result(interviews[0], score="5.10"))
    page.evaluate(LOOKED_AT)
    expect(page.locator("[data-overall-score]")).to_have_text("5.1")
    expect(page.locator("#r-verdict-help")).to_contain_text("5.1")
    page.keyboard.press("d")
    expect(page.get_by_label("Reason")).to_have_value("Half a sentence")


def test_ended_interview_is_decided_by_key(page: Page, interviews: list[Interview]) -> None:
    in_thread(lambda: interviews[0].update_fields(result_status="pending"))
    page.reload()
    expect(page.locator("#r-decide")).to_have_count(0)
    in_thread(lambda: interviews[0].update_fields(result_status="ready"))
    page.evaluate(LOOKED_AT)
    expect(page.locator("#r-decide")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("#r-decision")).to_be_visible()


def test_menu_has_its_own_keys(page: Page) -> None:
    menu = page.locator("summary", has_text="More")
    menu.press("Enter")
    page.keyboard.press("d")
    expect(page.locator("#r-decision")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.locator(".d-menu[open]")).to_have_count(0)


def test_lost_session_is_shown(page: Page) -> None:
    page.keyboard.press("d")
    page.get_by_label("Reason").fill("Half a sentence")
    page.context.clear_cookies()
    page.evaluate(LOOKED_AT)
    expect(page.locator(".d-note[role=status]")).to_have_count(1)
    expect(page.get_by_label("Reason")).to_have_value("Half a sentence")


def test_lost_session_keeps_written_reason(page: Page, interviews: list[Interview]) -> None:
    page.keyboard.press("d")
    page.keyboard.press("r")
    expect(page.get_by_label("Reason")).to_be_focused()  # it overrules the recommendation
    page.keyboard.insert_text("Half a sentence")
    page.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#r-decision .s-form-problem")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("Half a sentence")
    in_thread(lambda: check_undecided(interviews[0]))


def test_page_has_no_violation(page: Page) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.reload()
    for tab in ("Overview", "your last project", "Notes", "Calls and history"):
        page.get_by_role("tab", name=tab).click()
        assert find_violations_of_schemes(page) == {}
    page.keyboard.press("d")
    assert find_violations_of_schemes(page) == {}


def test_page_needs_no_scrolling(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    for tab in ("Overview", "your last project"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.documentElement.scrollHeight") <= 900
    assert find_unreached_controls(page) == []


def test_page_fits_phone(page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.get_by_role("tab", name="your last project").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert find_violations(page) == {}


def check_undecided(interview: Interview) -> None:
    assert not interview.decisions.exists()


def decide_as_colleague(interview: Interview) -> None:
    colleague = User.objects.create_superuser("carla")
    seen = interview.results.get(is_current=True)
    record_decision(interview, by=colleague, verdict="reject", reason="No.", seen=seen)
