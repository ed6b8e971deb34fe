"""The finished interviews of a job, decided one after the other by keys alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from interviews.models import Decision, Interview, InterviewResult
from tests.support.admin_client import admin_url
from tests.support.browser import in_thread, logged_in_page
from tests.support.factories import make_approved_job
from tests.support.sample_rows import make_completed_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT = 12
MOST_KEYS = 3
REASON = "Talks about the team, never about the own part."
OVERRULED_EVERY = 4


class Keyboard:
    """Counts the keys, a chord as one. The text of a reason is not counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)

    def decide(self, recommended: str, *, overrules: bool) -> None:
        if overrules:
            self.press("d", "c")
            self.page.keyboard.insert_text(REASON)
            self.press("Control+Enter")
        else:
            self.press("d", recommended[0].lower(), "Enter")


@pytest.fixture
def interviews(transactional_db: None) -> list[Interview]:
    """Of a job, from the oldest result to the newest: every second one is to be rejected."""
    job = make_approved_job(title="Customer support specialist")
    interviews = [
        make_completed_interview(job=job, full_name=f"Candidate {number:02}", phone=f"+1415555{1000 + number}")
        for number in range(COUNT)
    ]
    rejected = [interview.pk for interview in interviews[1::2]]
    InterviewResult.objects.filter(interview__in=rejected).update(overall_score=3, recommendation="reject")
    return interviews


@pytest.fixture
def page(live_server: Any, interviews: list[Interview]) -> Iterator[Page]:
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        page.goto(admin_url(interviews[0]))
        yield page


def test_interviews_are_decided_by_keys(page: Page, interviews: list[Interview]) -> None:
    keyboard = Keyboard(page)
    expected = {}
    for number in range(COUNT):
        expect(page.locator("#r-decide")).to_be_visible()
        recommended = page.locator(".r-score .d-badge").first.inner_text()
        overrules = number % OVERRULED_EVERY == 0
        shown = page.url.partition("#")[0].split("/")[-3]
        expected[shown] = "consider" if overrules else recommended.lower()
        with page.expect_navigation():
            keyboard.decide(recommended, overrules=overrules)
    assert keyboard.keys <= MOST_KEYS * COUNT
    assert len(expected) == COUNT
    in_thread(lambda: check_decisions(expected))


def check_decisions(expected: dict[str, str]) -> None:
    decisions = {str(decision.interview_id): decision for decision in Decision.objects.all()}
    assert {key: decision.verdict for key, decision in decisions.items()} == expected
    assert {decision.reason for decision in decisions.values()} == {"", REASON}
