"""The phone page in headless Chromium, which has a fake microphone and no speaker."""

import io
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from devtools.tests.phone_simulator.rig import ScriptedCallee, SimulatorRig, open_rig
from devtools.tests.phone_simulator.test_start_interview import CANDIDATES, NUMBER, scoring_form, serve_api
from screener.services.interviewer.protocol import SIMULATED_LABEL
from tests.support.browser_process import running_browser

pytestmark = pytest.mark.browser

CHROMIUM_FLAGS = (
    "--disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run --use-fake-device-for-media-stream --use-fake-ui-for-media-stream"
)
KEEP_RECORDING = """
const createObjectUrl = URL.createObjectURL;
URL.createObjectURL = (blob) => createObjectUrl(window.recorded = blob);
"""
GREETING = "Am I speaking with Alex Doe? Press 1 for yes."
FIRST_QUESTION, SECOND_QUESTION, GOODBYE = "What did you do last?", "Why you?", "Goodbye."
QUESTION = """<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="1" action="/again"><Say>{}</Say></Gather>
<Record action="/answer/{}" maxLength="60" finishOnKey="*#" recordingStatusCallback="/recorded"
transcribeCallback="/transcribed"/><Hangup/>"""
SCRIPTS = {
    "/voice": f'<Gather numDigits="1" timeout="9" action="/identity"><Say>{GREETING}</Say></Gather>',
    "/identity": QUESTION.format(FIRST_QUESTION, 1),
    "/answer/1": QUESTION.format(SECOND_QUESTION, 2),
    "/answer/2": f"<Say>{GOODBYE}</Say>",
}
TYPED_ANSWER = "I sorted <b>four hundred</b> letters in a single day."
SPOKEN_ANSWER = "Because I care."
HOSTILE_TEXT = "<img src=x onerror='document.title=1'> & <script>"
PAGE_TITLE = "Simulated phone network"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser(*CHROMIUM_FLAGS.split()) as browser:
        yield browser


@contextmanager
def open_page(browser: Browser, rig: SimulatorRig) -> Iterator[Page]:
    """Open the phone page. Script errors and console errors fail the test."""
    page = browser.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.add_init_script(KEEP_RECORDING)
    page.goto(rig.url)
    expect(page.locator("#connection")).to_have_text("live")
    try:
        yield page
    finally:
        page.close()
    assert errors == []


def receive_call(page: Page, rig: SimulatorRig, **options: str) -> Any:
    """Place a call that the human at the page answers."""
    with page.expect_response("**/simulator/answering"):
        page.get_by_label("I answer all calls").check()
    call = rig.start_call(**options)
    expect(page.get_by_role("button", name="Pick up")).to_be_visible()
    return call


def press_button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def answer_by_typing(page: Page) -> None:
    text = page.get_by_label("Your answer")
    text.fill(TYPED_ANSWER)
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    text.press("Enter")


def answer_by_microphone(page: Page) -> bytes:
    """Record an answer of three seconds, and return the recording of the page."""
    press_button(page, "Skip")
    press_button(page, "Record")
    press_button(page, "Stop 0:03")
    expect(page.get_by_label("Your recording")).to_be_visible()
    page.get_by_label("Your answer").fill(SPOKEN_ANSWER)
    recorded = page.evaluate("recorded.arrayBuffer().then((bytes) => [...new Uint8Array(bytes)])")
    press_button(page, "Pound")
    return bytes(recorded)


def fetch_wav(rig: SimulatorRig, sid: str) -> bytes:
    url = f"{rig.url}/2010-04-01/Accounts/{rig.simulator.account_sid}/Recordings/{sid}.wav"
    return requests.get(url, auth=rig.credentials, timeout=5).content


def assert_phone_quality(audio: bytes) -> None:
    """Check format, length and level. Chromium's fake microphone beeps."""
    with wave.open(io.BytesIO(audio)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert 2.5 < file.getnframes() / 8000 < 6
        assert max(array("h", file.readframes(file.getnframes()))) > 1000


def test_interview_by_keyboard_and_microphone(browser: Browser) -> None:
    with open_rig(SCRIPTS) as rig, open_page(browser, rig) as page:
        log = page.get_by_role("log")
        call = receive_call(page, rig)
        press_button(page, "Pick up")
        expect(log).to_contain_text(GREETING)
        expect(page.get_by_role("button", name="Skip")).to_be_visible()  # the prompt is still playing
        page.keyboard.press("1")
        expect(log.locator("kbd")).to_have_text("1")
        expect(log).to_contain_text(FIRST_QUESTION)
        answer_by_typing(page)
        expect(log).to_contain_text(TYPED_ANSWER)
        expect(log).to_contain_text(SECOND_QUESTION)
        recorded = answer_by_microphone(page)
        expect(log).to_contain_text(GOODBYE)
        expect(page.locator("#call-status")).to_have_text("completed", timeout=15_000)
        rig.simulator.wait_until_idle()
        assert rig.requests_to("/identity")[0]["Digits"] == "1"
        assert [rig.requests_to(f"/answer/{n}")[0]["Digits"] for n in (1, 2)] == ["", "#"]
        transcriptions = [params["TranscriptionText"] for params in rig.requests_to("/transcribed")]
        assert transcriptions == [TYPED_ANSWER, SPOKEN_ANSWER]
        served = fetch_wav(rig, rig.requests_to("/answer/2")[0]["RecordingSid"])
        assert served == recorded
        assert_phone_quality(served)
        assert rig.client.calls(call.sid).fetch().status == "completed"


def test_hangup_sends_partial_answer(browser: Browser) -> None:
    with open_rig({"/voice": QUESTION.format("Why?", 1)}) as rig, open_page(browser, rig) as page:
        receive_call(page, rig)
        press_button(page, "Pick up")
        press_button(page, "Skip")
        expect(page.get_by_role("button", name="Send")).to_be_enabled()
        page.get_by_label("Your answer").fill("Sorry, I have to leave now")
        press_button(page, "Hang up")
        expect(page.get_by_role("button", name="Hang up")).to_be_hidden()
        rig.simulator.wait_until_idle()
        assert rig.requests_to("/answer/1")[0]["Digits"] == "hangup"


def test_call_is_declined(browser: Browser) -> None:
    with open_rig(SCRIPTS) as rig, open_page(browser, rig) as page:
        call = receive_call(page, rig)
        assert page.title().startswith("☎")
        press_button(page, "Decline")
        expect(page.locator("#call-status")).to_have_text("busy")
        rig.simulator.wait_until_idle()
        assert rig.client.calls(call.sid).fetch().status == "busy"


def test_call_survives_reload(browser: Browser) -> None:
    with open_rig(SCRIPTS) as rig, open_page(browser, rig) as page:
        receive_call(page, rig)
        press_button(page, "Pick up")
        press_button(page, "Skip")
        page.reload()
        page.locator("#keypad").get_by_role("button", name="1", exact=True).click()
        expect(page.get_by_role("log")).to_contain_text(FIRST_QUESTION)
        press_button(page, "Hang up")
        rig.simulator.wait_until_idle()


def test_hostile_text_is_escaped(browser: Browser) -> None:
    escaped = HOSTILE_TEXT.replace("&", "&amp;").replace("<", "&lt;")
    with (
        open_rig(f"<Say>{escaped}</Say>", ScriptedCallee(name=HOSTILE_TEXT)) as rig,
        open_page(browser, rig) as page,
    ):
        rig.complete_call()
        expect(page.get_by_role("log")).to_contain_text(HOSTILE_TEXT)
        expect(page.locator("#call-persona")).to_have_text(HOSTILE_TEXT)
        assert page.title() == PAGE_TITLE


def test_errors_are_shown(browser: Browser) -> None:
    scripts = {"/voice": "<Sing/><Redirect>/away</Redirect>", "/away": "not TwiML <"}
    with open_rig(scripts, ScriptedCallee()) as rig, open_page(browser, rig) as page:
        rig.complete_call()
        log = page.get_by_role("log")
        expect(log.locator(".warning")).to_contain_text("12200")
        expect(log.locator(".error")).to_contain_text("12100")
        expect(page.locator("#calls")).to_contain_text("2 ⚠")


def test_faults_are_switched(browser: Browser) -> None:
    with open_rig("", faults={"late": 7}) as rig, open_page(browser, rig) as page:
        banner = page.locator("#fault-banner")
        expect(banner).to_contain_text("late 7 s")
        press_button(page, "Faults (1 on)")
        page.locator("#fault-twice").check()
        expect(banner).to_contain_text("twice")
        assert rig.simulator.network.faults.active_value("twice")
        assert rig.simulator.network.faults.active_value("late") == 7
        press_button(page, "All off")
        expect(banner).to_be_hidden()


def test_missed_call_is_returned(browser: Browser) -> None:
    scripts = SCRIPTS | {"/in/": f'<Gather numDigits="1" action="/called-back"><Say>{GREETING}</Say></Gather>'}
    with open_rig(scripts) as rig:
        rig.simulator.network.inbound_url = f"{rig.app.url}/in/"
        with open_page(browser, rig) as page:
            receive_call(page, rig)
            expect(page.get_by_role("button", name="Call back")).to_be_hidden()
            press_button(page, "Decline")
            press_button(page, "Call back")
            expect(page.get_by_role("log")).to_contain_text(GREETING)
            page.keyboard.press("1")
            expect(page.locator("#call-status")).to_have_text("completed", timeout=15_000)
            rig.simulator.wait_until_idle()
            assert rig.requests_to("/in/")[0]["Direction"] == "inbound"
            assert rig.requests_to("/called-back")[0]["Digits"] == "1"


def test_missing_judge_is_named(browser: Browser) -> None:
    """Before the call and after it."""
    responses = {
        CANDIDATES: (200, {"results": [{"id": "c1", "full_name": "Alex Doe"}]}),
        "GET /api/v1/interviews/?candidate=c1": (200, {"results": [{"interviewer": SIMULATED_LABEL}]}),
        "POST /api/v1/interviews/": (201, {"id": "i1", "interviewer": SIMULATED_LABEL}),
    }
    with (
        serve_api(responses) as api,
        open_rig(SCRIPTS, api_client=api.client()) as rig,
        open_page(browser, rig) as page,
    ):
        press_button(page, "Call me")
        form = page.locator("#interview-note a").first
        expect(form).to_have_attribute("href", scoring_form(api))
        receive_call(page, rig, to=NUMBER)
        note = page.locator("#judge-note a")
        expect(note).to_have_attribute("href", scoring_form(api))
        press_button(page, "Decline")
        expect(page.locator("#call-status")).to_have_text("busy")
        expect(note).to_be_visible()


def test_application_is_called_from_form(browser: Browser) -> None:
    with open_rig({"/in/": "<Say>Hello.</Say>"}) as rig:
        rig.simulator.network.inbound_url = f"{rig.app.url}/in/"
        with open_page(browser, rig) as page:
            expect(page.locator("#connection")).to_have_text("live")
            page.evaluate("document.getElementById('interview-fields').hidden = false")  # no application in this test
            press_button(page, "Call the employer")
            expect(page.get_by_role("log")).to_contain_text("Hello.")
            rig.simulator.wait_until_idle()
            assert rig.requests_to("/in/")[0]["From"] == "+14155550150"
