"""Scoring in a real browser: by keys alone, by selected words, and with a reload in between."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from interviews.models import Assessment, Interview
from tests.support.browser import NARROW, in_thread, logged_in_page
from tests.support.person_scores import make_waiting_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SELECT_WORDS = """text => {
    const node = document.querySelector("#transcript").firstChild;
    const start = node.data.indexOf(text);
    document.getSelection().setBaseAndExtent(node, start, node, start + text.length);
}"""
"""Selects part of the transcript, as a mouse does."""
IS_CUT = "element => element.scrollWidth > element.clientWidth"


@pytest.fixture
def addresses(transactional_db: None) -> list[str]:
    """The forms of the three answers of an interview. A character outside of the basic plane comes first."""
    interview = make_waiting_interview(
        "\U0001f44b Hello. I led the migration of twelve services. Outages fell by half in the end."
    )
    names = [response.pk for response in Interview.objects.get(pk=interview.pk).responses.all()]
    return [reverse("admin:interviews_interviewresponse_score", args=[pk]) for pk in names]


@pytest.fixture
def page(live_server: Any, addresses: list[str]) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(addresses[0])
        yield page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_answers_are_scored_by_keys_alone(page: Page, addresses: list[str]) -> None:
    """Three answers, each with a score and a sentence for every criterion, and no mouse."""
    for address in addresses:
        page.wait_for_url(f"**{address}")
        count = page.locator("[data-criterion]").count()
        for number in range(count):
            press(page, "t" if number == 0 else str(7 + number % 2), "e", "Tab", "Space")
            expect(page.locator("[data-criterion] output").nth(number)).to_have_text("1")
            press(page, "j")
        press(page, "m", *"Note 1", "Control+Enter")
    page.wait_for_url("**/interview/**")
    in_thread(check_scores)


def check_scores() -> None:
    assert Assessment.objects.filter(source=Assessment.Source.PERSON).values("response").distinct().count() == 3


def test_selected_words_become_evidence(page: Page) -> None:
    """Cut words grow to whole ones. Offsets count characters, also after wide ones."""
    page.evaluate(SELECT_WORDS, "igration of twelve serv")
    page.get_by_role("button", name="Add selected words").nth(1).click()
    box = page.get_by_role("checkbox", name="migration of twelve services", exact=True)
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    text = "\U0001f44b Hello. I led the migration of twelve services."
    start = text.index("migration")
    expect(box).to_have_value(f"{start}-{len(text) - 1}")


def test_draft_outlives_reload(page: Page) -> None:
    page.evaluate(SELECT_WORDS, "twelve services")
    press(page, "w", "6", "m")
    page.keyboard.type("A note")
    page.reload()
    expect(page.get_by_role("radio", name="6", exact=True).first).to_be_checked()
    expect(page.get_by_role("checkbox", name="twelve services", exact=True)).to_be_checked()
    expect(page.get_by_label("Note")).to_have_value("A note")


def test_keys_can_be_switched_off(page: Page) -> None:
    press(page, "?")
    page.get_by_label("Use these keys").uncheck()
    press(page, "5")
    expect(page.get_by_role("radio", name="5", exact=True).first).not_to_be_checked()


def test_space_scores_nothing_by_accident(page: Page) -> None:
    """The criterion that `j` goes to has the focus, and no score yet."""
    press(page, "j", "Space", "k", "Space")
    expect(page.locator("[data-criterion] input[type=radio]:checked")).to_have_count(0)


def test_evidence_key_goes_through_sentences(page: Page) -> None:
    press(page, "e", "Space", "e", "Space")
    expect(page.locator("[data-criterion] output").first).to_have_text("2")


def test_content_is_two_keys_away(page: Page) -> None:
    press(page, "Tab", "Enter", "Tab")
    expect(page.get_by_role("main").locator(":focus")).to_have_count(1)


def test_next_and_previous_answer_are_keys(page: Page, addresses: list[str]) -> None:
    press(page, "n")
    page.wait_for_url(f"**{addresses[1]}")
    press(page, "p")
    page.wait_for_url(f"**{addresses[0]}")


def test_narrow_page_fits(page: Page) -> None:
    page.set_viewport_size(NARROW)
    assert not page.locator("html").evaluate(IS_CUT)
    for box in page.locator(".s-scores span").all():
        size = box.bounding_box()
        assert size
        assert size["height"] >= 40
