"""A person's interview in a real browser: headless Chromium, whose microphone and speaker are not there."""

import io
import shutil
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from playwright.sync_api import Browser, Page, expect, sync_playwright

from devtools.tests.phone_simulator.test_stage import Puppet, Stage, stage

pytestmark = pytest.mark.browser

FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run --use-fake-device-for-media-stream --use-fake-ui-for-media-stream"
)
KEEP_RECORDING = """
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => make(window.recorded = blob);
"""
GREETING = "Am I speaking with Alex Doe? Press 1 for yes."
QUESTION = """<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="1" action="/again"><Say>{}</Say></Gather>
<Record action="/took/{}" maxLength="60" finishOnKey="*#" recordingStatusCallback="/recorded"
transcribeCallback="/transcribed"/><Hangup/>"""
SCRIPTS = {
    "/voice": f'<Gather numDigits="1" timeout="9" action="/who"><Say>{GREETING}</Say></Gather>',
    "/who": QUESTION.format("What did you do last?", 1),
    "/took/1": QUESTION.format("Why you?", 2),
    "/took/2": "<Say>Goodbye.</Say>",
}
TYPED = "I sorted <b>four hundred</b> letters in a single day."
HOSTILE = "<img src=x onerror='document.title=1'> & <script>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS.split())
        yield chromium
        chromium.close()


@contextmanager
def opened(browser: Browser, s: Stage) -> Iterator[Page]:
    """The phone page, on which nothing may go wrong."""
    page = browser.new_page()
    page.set_default_timeout(10_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.add_init_script(KEEP_RECORDING)
    page.goto(s.simulator.url)
    expect(page.locator("#link")).to_have_text("live")
    try:
        yield page
    finally:
        page.close()
    assert problems == []


def ring(page: Page, s: Stage, **options: str):
    """A call that waits for the person."""
    with page.expect_response("**/simulator/answering"):
        page.get_by_label("I answer all calls").check()
    call = s.start(**options)
    expect(page.get_by_role("button", name="Pick up")).to_be_visible()
    return call


def wav_of(s: Stage, sid: str) -> bytes:
    url = f"{s.simulator.url}/2010-04-01/Accounts/{s.simulator.account_sid}/Recordings/{sid}.wav"
    return requests.get(url, auth=(s.simulator.account_sid, s.simulator.auth_token), timeout=5).content


def check_sound(sound: bytes) -> None:
    """As on a phone line, some seconds long, and not silent: Chromium's fake microphone beeps."""
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert 2.5 < file.getnframes() / 8000 < 6
        assert max(array("h", file.readframes(file.getnframes()))) > 1000


def test_an_interview_by_keyboard_and_by_microphone(browser: Browser):
    with stage(SCRIPTS) as s, opened(browser, s) as page:
        chat = page.get_by_role("log")
        call = ring(page, s)
        page.get_by_role("button", name="Pick up").click()
        expect(chat).to_contain_text(GREETING)
        page.keyboard.press("1")  # while the question is still being asked
        expect(chat.locator("kbd")).to_have_text("1")
        expect(chat).to_contain_text("What did you do last?")
        words = page.get_by_label("Your words")
        words.fill(TYPED)
        expect(page.get_by_role("button", name="Send")).to_be_enabled()
        words.press("Enter")
        expect(chat).to_contain_text(TYPED)
        expect(chat).to_contain_text("Why you?")
        page.get_by_role("button", name="Skip").click()
        page.get_by_role("button", name="Record").click()
        page.get_by_role("button", name="Stop 0:03").click()
        expect(page.get_by_label("Your recording")).to_be_visible()
        page.get_by_label("Your words").fill("Because I care.")
        recorded = page.evaluate("recorded.arrayBuffer().then((bytes) => [...new Uint8Array(bytes)])")
        page.get_by_role("button", name="Pound").click()
        expect(chat).to_contain_text("Goodbye.")
        expect(chat).to_contain_text("The call is over", timeout=15_000)
        s.simulator.wait_until_quiet()
        assert s.asked("/who")[0]["Digits"] == "1"
        assert [s.asked(f"/took/{n}")[0]["Digits"] for n in (1, 2)] == ["", "#"]
        typed, spoken = (params["TranscriptionText"] for params in s.asked("/transcribed"))
        assert (typed, spoken) == (TYPED, "Because I care.")
        served = wav_of(s, s.asked("/took/2")[0]["RecordingSid"])
        assert served == bytes(recorded)
        check_sound(served)
        assert s.client.calls(call.sid).fetch().status == "completed"


def test_hanging_up_in_an_answer_sends_what_there_is_of_it(browser: Browser):
    with stage({"/voice": QUESTION.format("Why?", 1)}) as s, opened(browser, s) as page:
        ring(page, s)
        page.get_by_role("button", name="Pick up").click()
        page.get_by_role("button", name="Skip").click()
        expect(page.get_by_role("button", name="Send")).to_be_enabled()
        page.get_by_label("Your words").fill("Sorry, I have to leave now")
        page.get_by_role("button", name="Hang up").click()
        expect(page.get_by_role("log")).to_contain_text("The callee hung up")
        expect(page.get_by_role("button", name="Hang up")).to_be_hidden()
        s.simulator.wait_until_quiet()
        assert s.asked("/took/1")[0]["Digits"] == "hangup"


def test_a_call_can_be_declined(browser: Browser):
    with stage(SCRIPTS) as s, opened(browser, s) as page:
        call = ring(page, s)
        assert page.title().startswith("☎")
        page.get_by_role("button", name="Decline").click()
        expect(page.get_by_role("log")).to_contain_text("Busy")
        s.simulator.wait_until_quiet()
        assert s.client.calls(call.sid).fetch().status == "busy"


def test_a_call_survives_a_reload_of_the_page(browser: Browser):
    with stage(SCRIPTS) as s, opened(browser, s) as page:
        ring(page, s)
        page.get_by_role("button", name="Pick up").click()
        page.get_by_role("button", name="Skip").click()
        page.reload()
        page.locator("#pad").get_by_role("button", name="1", exact=True).click()
        expect(page.get_by_role("log")).to_contain_text("What did you do last?")
        page.get_by_role("button", name="Hang up").click()
        s.simulator.wait_until_quiet()


def test_what_is_said_is_shown_as_text_and_errors_are_seen(browser: Browser):
    say = HOSTILE.replace("&", "&amp;").replace("<", "&lt;")
    scripts = {"/voice": f"<Sing/><Say>{say}</Say><Redirect>/away</Redirect>", "/away": "not TwiML <"}
    with stage(scripts, Puppet(name=HOSTILE)) as s, opened(browser, s) as page:
        s.call()
        chat = page.get_by_role("log")
        expect(chat).to_contain_text(HOSTILE)
        expect(chat).to_contain_text("<Sing> is not known")
        expect(chat).to_contain_text("Error 12100")
        expect(page.locator("#calls")).to_contain_text("2 ⚠")
        assert page.title() == "Simulated phone network"


def test_faults_are_switched_on_the_page(browser: Browser):
    with stage("", faults={"late": 7}) as s, opened(browser, s) as page:
        expect(page.locator("#alarm")).to_contain_text("late 7 s")
        page.get_by_role("button", name="Faults (1 on)").click()
        page.get_by_label("Every callback comes twice").check()
        expect(page.locator("#alarm")).to_contain_text("twice")
        assert s.simulator.network.faults.value("twice")
        assert s.simulator.network.faults.value("late") == 7
        page.get_by_role("button", name="All off").click()
        expect(page.locator("#alarm")).to_be_hidden()
