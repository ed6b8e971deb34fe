"""The interview room in a browser whose microphone plays a file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route, ViewportSize, expect

from interviews.invitations import inviting
from interviews.models import Clip, Interview, InterviewResponse, Invitation, Recording, Take
from interviews.models.turns.take import BYTES_PER_SECOND, SAMPLE_RATE
from interviews.room.clips import STORE_STEP
from jobs.models import JobDescription
from screener.background.steps import run_step
from screener.static_files.javascript_bundle import bundle_modules
from screener.static_files.storage import BUNDLED
from tests.support.accessibility import find_unreached_controls, find_violations
from tests.support.browser import NARROW, WIDE, in_thread
from tests.support.candidate_browser import COUNT_SAMPLES, LOSE_CAMERA, LOSE_MICROPHONE, browser_with_microphone
from tests.support.factories import make_approved_job, make_interview
from tests.support.sounds import make_tone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LEAST_VIDEO_BYTES = 20_000
"""Of the two seconds of an answer."""
WORDS = "I moved four hundred mailboxes."
SMALLEST = ViewportSize(width=320, height=640)
FINISH_CHECK = '[data-do="finish-check"]'


@pytest.fixture
def invitation(transactional_db: None) -> Invitation:
    return inviting.invite(make_interview(), actor="hanna")


@pytest.fixture
def candidate(live_server: Any, sound: Path, invitation: Invitation) -> Iterator[BrowserContext]:
    with browser_with_microphone(live_server.url, sound) as context:
        yield context


def open_room(candidate: BrowserContext, invitation: Invitation) -> Page:
    page = candidate.new_page()
    page.goto(reverse("portal-room", args=[invitation.token]))
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).press("Enter")


def pass_check(page: Page) -> None:
    press(page, "Switch the microphone on")
    press(page, "I hear myself well")


def expect_answered(page: Page, count: int) -> None:
    """Wait for the question after so many answers."""
    expect(page.locator("[data-progress]")).to_have_js_property("value", count)


def text_of_state(page: Page, state: str) -> str:
    return page.locator(f'[data-text="{state}"]').text_content() or ""


def record(page: Page, seconds: float = 2) -> None:
    """Record until so many seconds have come from the microphone."""
    before: int = page.evaluate("samples")
    press(page, "Record my answer")
    page.wait_for_function("count => samples >= count", arg=before + int(seconds * SAMPLE_RATE))


def test_interview_is_held_by_keys(candidate: BrowserContext, invitation: Invitation) -> None:
    """With video. In the second answer the camera goes away, the sound goes on, and another clip begins.

    The script is that of a deployment, in one file.
    """
    in_thread(ask_for_video)
    candidate.route("**/screener/room/room.js", serve_bundle)
    page = open_room(candidate, invitation)
    pass_check(page)
    press(page, "I agree, begin")
    press(page, "I agree to video")
    expect(page.locator('[data-section="question"] [data-preview]')).to_be_visible()
    for number in range(3):
        expect_answered(page, number)
        record(page)
        if number == 1:
            page.evaluate(LOSE_CAMERA)
            expect(page.get_by_role("alert")).to_be_visible()
            press(page, "Switch the camera on")
            page.wait_for_function("count => samples >= count", arg=page.evaluate("samples") + 2 * SAMPLE_RATE)
        press(page, "I have finished")
        press(page, "Send this answer")
    expect(page.locator('[data-when="all-sent"]')).to_be_visible()
    in_thread(transcribe_answers)
    expect(page.get_by_text(WORDS)).to_have_count(3)
    in_thread(check_answers)
    in_thread(check_clips)


def transcribe_answers() -> None:
    InterviewResponse.objects.update(status=InterviewResponse.Status.TRANSCRIBED, transcript=WORDS)


def serve_bundle(route: Route) -> None:
    route.fulfill(body=bundle_modules(*BUNDLED, read_script), content_type="text/javascript")


def read_script(path: str) -> str:
    return (settings.BASE_DIR / "static" / path).read_text()


def check_answers() -> None:
    assert Interview.objects.get().outcome == Interview.Outcome.COMPLETE
    assert list(Recording.objects.values_list("chosen", flat=True)) == [True] * 3
    assert Recording.objects.filter(seconds__gte=2).count() == 3


def ask_for_video() -> None:
    JobDescription.objects.update(record_video=True)


def check_clips() -> None:
    """All that was recorded has arrived in whole files of the browser."""
    clips = list(Clip.objects.order_by("take__response__position"))
    assert [clip.take.response.position for clip in clips] == [0, 1, 1, 2]
    assert {clip.status for clip in clips} == {Clip.Status.CLOSED}
    for clip in clips:
        run_step(STORE_STEP, clip.pk)
        clip.refresh_from_db()
        assert clip.size > LEAST_VIDEO_BYTES


def test_killed_tab_loses_a_second_at_most(candidate: BrowserContext, invitation: Invitation) -> None:
    """What was recorded without a connection is on the device, video too. The next page sends it."""
    in_thread(ask_for_video)
    page = open_room(candidate, invitation)
    pass_check(page)
    press(page, "I agree, begin")
    press(page, "I agree to video")
    record(page)
    candidate.set_offline(True)
    page.wait_for_function("count => samples >= count", arg=4 * SAMPLE_RATE)
    recorded_samples = page.evaluate("samples")
    page.close()
    candidate.set_offline(False)
    page = open_room(candidate, invitation)
    with page.expect_response(lambda response: response.url.endswith("/close/")):
        pass_check(page)
    press(page, "Listen to it")
    press(page, "Send this answer")
    expect_answered(page, 1)
    in_thread(lambda: check_samples(recorded_samples))


def check_samples(recorded_samples: int) -> None:
    lost_samples = recorded_samples - Take.objects.get().size * SAMPLE_RATE // BYTES_PER_SECOND
    assert lost_samples < SAMPLE_RATE
    assert Clip.objects.get().status == Clip.Status.CLOSED


def test_interview_moves_between_devices(
    live_server: Any, sound: Path, candidate: BrowserContext, invitation: Invitation
) -> None:
    """The phone saves and leaves in the middle of an answer; the laptop goes on with it. The phone says so."""
    page = open_room(candidate, invitation)
    page.set_viewport_size(NARROW)
    pass_check(page)
    press(page, "I agree, begin")
    record(page)
    press(page, "Save and leave")
    expect(page.locator('[data-section="left"]')).to_be_visible()
    laptop_context = candidate.browser.new_context(base_url=live_server.url) if candidate.browser else None
    assert laptop_context
    laptop_context.add_init_script(COUNT_SAMPLES)
    laptop = open_room(laptop_context, invitation)
    pass_check(laptop)
    press(laptop, "Continue my answer")
    laptop.wait_for_function("count => samples >= count", arg=SAMPLE_RATE)
    press(page, "Go on now")
    expect(page.get_by_role("button", name="Continue my answer")).to_be_visible()
    expect(laptop.locator('[data-section="taken"]')).to_be_visible()


def test_newer_window_takes_over_at_once(candidate: BrowserContext, invitation: Invitation) -> None:
    older, newer = open_room(candidate, invitation), open_room(candidate, invitation)
    pass_check(older)
    press(older, "I agree, begin")
    pass_check(newer)
    expect(older.locator('[data-section="taken"]')).to_be_visible()
    expect(newer.locator('[data-section="question"]')).to_be_visible()


def test_answer_survives_a_lost_connection(candidate: BrowserContext, invitation: Invitation) -> None:
    page = open_room(candidate, invitation)
    pass_check(page)
    press(page, "I agree, begin")
    candidate.set_offline(True)
    record(page)
    expect(page.locator("[data-saving]").first).to_have_text(text_of_state(page, "waiting"))
    press(page, "I have finished")
    press(page, "Send this answer")
    candidate.set_offline(False)
    expect_answered(page, 1)
    in_thread(lambda: check_seconds(2))


def check_seconds(least: int) -> None:
    assert Recording.objects.get(seconds__gte=least).chosen


def test_pages_have_no_barrier(candidate: BrowserContext, invitation: Invitation) -> None:
    in_thread(ask_for_video)
    page = open_room(candidate, invitation)
    steps: dict[str, Callable[[], object]] = {
        "check": lambda: press(page, "Switch the microphone on"),
        "camera": lambda: press(page, "Switch the camera on"),
        "consent": lambda: press(page, "I hear myself well"),
        "video": lambda: press(page, "I agree, begin"),
        "question": lambda: press(page, "I agree to video"),
        "recording": lambda: record(page),
        "review": lambda: press(page, "I have finished"),
    }
    for name, act in steps.items():
        act()
        expect(
            page.locator(f'[data-section="{name}"], [data-step="{name}"], section [data-when="{name}"]').first
        ).to_be_visible()
        for size in (SMALLEST, WIDE):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert find_violations(page) == {}, (name, scheme)
        assert find_unreached_controls(page) == [], name


def test_refused_devices_are_explained(live_server: Any, sound: Path, invitation: Invitation) -> None:
    """Without a microphone there is no interview. Without a camera the voice alone is recorded."""
    in_thread(ask_for_video)
    with browser_with_microphone(live_server.url, sound, is_allowed=False) as candidate:
        page = open_room(candidate, invitation)
        press(page, "Switch the microphone on")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.locator(FINISH_CHECK)).to_be_hidden()
        candidate.grant_permissions(["microphone"])
        press(page, "Switch the microphone on")
        expect(page.locator(FINISH_CHECK)).to_be_visible()
        press(page, "Switch the camera on")
        expect(page.get_by_role("alert")).to_be_visible()
        press(page, "I hear myself well")
        press(page, "I agree, begin")
        press(page, "I agree to video")
        expect(page.locator('[data-section="question"] p[data-when="no-camera"]')).to_be_visible()
        record(page)
        press(page, "I have finished")
        press(page, "Send this answer")
        expect_answered(page, 1)
    in_thread(check_sound_alone)


def check_sound_alone() -> None:
    assert (Recording.objects.filter(chosen=True).count(), Clip.objects.count()) == (1, 0)


def test_lost_microphone_loses_no_answer(candidate: BrowserContext, invitation: Invitation) -> None:
    page = open_room(candidate, invitation)
    pass_check(page)
    press(page, "I agree, begin")
    record(page)
    page.evaluate(LOSE_MICROPHONE)
    expect(page.get_by_role("alert")).to_be_visible()
    press(page, "Go on")
    page.wait_for_function("count => samples >= count", arg=4 * SAMPLE_RATE)
    press(page, "I have finished")
    press(page, "Send this answer")
    expect_answered(page, 1)
    in_thread(lambda: check_seconds(3))


def test_silent_answer_is_pointed_out(live_server: Any, tmp_path: Path, transactional_db: None) -> None:
    """After the time to think the recording begins by itself; nothing is heard in it."""
    silence = tmp_path / "silence.wav"
    silence.write_bytes(make_tone(3, loudness=0))
    interview = make_interview(job=make_approved_job(preparation_seconds=1))
    invitation = inviting.invite(interview, actor="hanna")
    with browser_with_microphone(live_server.url, silence) as candidate:
        page = open_room(candidate, invitation)
        pass_check(page)
        press(page, "I agree, begin")
        page.wait_for_function("count => samples >= count", arg=2 * SAMPLE_RATE)
        press(page, "I have finished")
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("button", name="Send this answer")).to_be_visible()
