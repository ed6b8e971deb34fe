"""A candidate at the pages of an invitation: what they read, in which language, and what they do."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from interviews.models.turns.take import SAMPLE_RATE
from portal.tests.test_languages import ShownTexts
from tests.support.accessibility import find_violations
from tests.support.browser import NARROW

SLACK_SECONDS = 15
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
"""The folder for screenshots; empty: none are kept."""

ENGLISH = re.compile(r"\b(the|and|you|your|with|this|that|are|have|from|for|not|our|we|of|is|to|it)\b", re.I)
"""Words of nearly every English sentence, which neither German nor Spanish has."""


def find_english(text: str) -> set[str]:
    return set(ENGLISH.findall(text))


@dataclass(frozen=True)
class CandidateUser:
    """`language`: of all pages that this candidate is shown."""

    page: Page
    language: str = "en"

    def press(self, selector: str) -> None:
        """Use a control of the page by the keyboard."""
        self.page.locator(selector).first.press("Enter")

    def press_button(self, name: str) -> None:
        self.page.get_by_role("button", name=name).press("Enter")

    def check_page(self) -> None:
        """The page has no barrier, fits on the screen, and is in the language, hidden texts included."""
        self.page.wait_for_load_state("load")
        assert find_violations(self.page) == {}, self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), self.page.url
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        if self.language != "en":
            shown = [self.page.title(), *ShownTexts(self.page.content()).parts]
            assert [part for part in shown if find_english(part)] == [], self.page.url

    def take_screenshot(self, name: str) -> None:
        """On a phone, also where the journey is at a desk."""
        if SCREENSHOTS:
            size = self.page.viewport_size or NARROW
            self.page.set_viewport_size(NARROW)
            self.page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
            self.page.screenshot(path=Path(SCREENSHOTS) / f"candidate-{name}.png", animations="disabled")
            self.page.set_viewport_size(size)


@dataclass(frozen=True)
class RoomUser(CandidateUser):
    """Holds an interview in the room, by keyboard, in a browser that counts the samples of its microphone.

    `questions`: how many the interview has.
    """

    questions: int = 1

    def enter_room(self) -> None:
        """From the invitation through the check of the microphone."""
        self.press("a[href*='/room/']")
        self.press_button("Switch the microphone on")
        self.page.locator('[data-do="finish-check"]').wait_for()
        self.check_page()
        self.take_screenshot("check")
        self.press_button("I hear myself well")

    def agree(self) -> None:
        self.page.locator('[data-section="consent"]').wait_for()
        self.check_page()
        self.take_screenshot("consent")
        self.press_button("I agree, begin")

    def expect_question(self, number: int) -> None:
        """The answer before is uploaded first, which takes long on a busy machine."""
        progress = self.page.locator("[data-progress-text]")
        expect(progress).to_have_text(f"Question {number} of {self.questions}", timeout=1000 * SLACK_SECONDS)

    def record_answer(self, seconds: float = 2) -> None:
        """Record until so many seconds have come from the microphone."""
        before: int = self.page.evaluate("samples")
        self.press_button("Record my answer")
        enough = before + int(seconds * SAMPLE_RATE)
        self.page.wait_for_function("count => samples >= count", arg=enough, timeout=1000 * (seconds + SLACK_SECONDS))

    def send_answer(self) -> None:
        self.press_button("I have finished")
        self.press_button("Send this answer")

    def read_thanks(self) -> None:
        """After the last answer."""
        self.page.locator('[data-section="over"]').wait_for()
        self.press("[data-section='over'] a")
        self.page.locator("#standing").wait_for()
        self.check_page()


def open_device(context: BrowserContext, size: ViewportSize, *, locale: str = "en-US", address: str = "") -> Page:
    """A page on another device, which shares nothing with those of the context. `address`: its site, if it has one."""
    assert context.browser
    device = context.browser.new_context(base_url=address, viewport=size, locale=locale, reduced_motion="reduce")
    return device.new_page()
