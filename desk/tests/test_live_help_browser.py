"""Unreachable candidates, calling again and merging in a real browser: by keys, on a phone, in light and dark."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from candidates.models import Candidate
from interviews.models import Attempt, Interview, lock_interview
from tests.support.accessibility import check_page, find_unreached_controls
from tests.support.browser import in_thread, logged_in_page, press_key
from tests.support.factories import make_approved_job, make_candidate, make_interview

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST, DUPLICATES = reverse("desk-unreachable"), reverse("desk-duplicates")


@pytest.fixture
def page(live_server: Any, transactional_db: None) -> Iterator[Page]:
    job, now = make_approved_job(title="Support specialist"), timezone.now()
    for number, name in enumerate(("Ada Lovelace", "Grace Hopper"), start=1):
        interview = make_interview(job=job, full_name=name, phone=f"+1415555010{number}")
        interview.attempts.create(number=1, send_before=now, ended_at=now, outcome=Attempt.Outcome.NO_ANSWER)
        with lock_interview(interview) as locked:
            locked.finish(Interview.Outcome.UNREACHED)
    make_candidate(full_name="A. Lovelace", phone="+14155550101", email="")
    with logged_in_page(live_server.url, User.objects.create_superuser("hanna")) as page:
        yield page


def count_interviews() -> None:
    assert Interview.objects.filter(status__in=Interview.LIVE).count() == 2


def test_several_are_called_again_by_keys(page: Page) -> None:
    page.goto(LIST)
    for name in ("Ada Lovelace", "Grace Hopper"):
        page.get_by_label(f"Select {name}").press("Space")
    page.get_by_role("button", name="Call again…").press("Enter")
    press_key(page.get_by_label("At a time"), "Space")
    expect(page.get_by_label("Date and time")).to_be_visible()
    page.get_by_label("As soon as calls are allowed").press("Space")
    page.get_by_role("button", name="Call 2 candidates again").press("Enter")
    page.wait_for_url(f"**{LIST}")
    expect(page.locator("[data-desk-rows]")).to_have_count(0)
    in_thread(count_interviews)


def test_records_are_merged_by_keys(page: Page) -> None:
    page.goto(DUPLICATES)
    page.get_by_role("link", name="Merge into").press("Enter")
    press_key(page.get_by_label("A. Lovelace"), "Space")
    page.get_by_label("Both records are of one person").press("Space")
    page.get_by_role("button", name="Merge the records").press("Enter")
    page.wait_for_url("**/candidates/candidate/**/change/")
    in_thread(check_merged)


def check_merged() -> None:
    assert set(Candidate.objects.values_list("full_name", flat=True)) == {"A. Lovelace", "Grace Hopper"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_violation(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(LIST)
    check_page(page)
    assert find_unreached_controls(page) == []
    page.get_by_role("link", name="Call Ada Lovelace again").press("Enter")
    check_page(page)
    page.goto(DUPLICATES)
    check_page(page)
    page.get_by_role("link", name="Merge into").press("Enter")
    check_page(page)
    assert find_unreached_controls(page) == []
