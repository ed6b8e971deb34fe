"""A candidate who chooses on the page of the invitation when the phone rings. The clock is moved to that time."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import LazySettings
from django.urls import reverse

from devtools.phone_simulator.server import RunningSimulator, running_simulator
from interviews.invitations import inviting
from interviews.models import Interview, WaitReason
from screener.background.sweeps import run_sweeps
from tests.journeys.candidate_user import CandidateUser
from tests.support.browser import NARROW, candidate_page
from tests.support.factories import make_interview, run_tasks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NUMBER, ZONE = "+14155550100", "America/Los_Angeles"
CHOSEN, SECONDS = "10:15", 20


@pytest.fixture
def network(live_server: Any, settings: LazySettings) -> Iterator[RunningSimulator]:
    settings.WEBHOOK_BASE_URL, settings.CALLING_HOURS = live_server.url, "09:00-20:00"
    with running_simulator(account_sid=settings.TWILIO_ACCOUNT_SID, auth_token=settings.TWILIO_AUTH_TOKEN) as simulator:
        settings.TWILIO_API_URL = simulator.url
        yield simulator


def test_phone_rings_at_chosen_time(live_server: Any, network: RunningSimulator) -> None:
    interview = make_interview(phone=NUMBER, timezone=ZONE, consents=False)
    address = reverse("portal", args=[inviting.invite(interview, actor="hanna").token])
    choose_time(live_server.url, address)
    interview.refresh_from_db()
    ring_at = interview.next_attempt_at
    assert ring_at is not None
    assert (interview.wait_reason, f"{ring_at.astimezone(ZoneInfo(ZONE)):%H:%M}") == (WaitReason.REQUESTED_TIME, CHOSEN)
    with time_machine.travel(ring_at - timedelta(minutes=1)):
        run_worker()
        assert network.network.calls == {}
    with time_machine.travel(ring_at):
        wait_for_result(interview)
    assert [call.to for call in network.network.calls.values()] == [NUMBER]
    assert interview.result_status == Interview.ResultStatus.READY


def choose_time(site: str, address: str) -> None:
    """In two days, by keyboard on a phone."""
    with candidate_page(site) as page:
        candidate = CandidateUser(page)
        page.set_viewport_size(NARROW)
        page.goto(address)
        candidate.press("a[href$='/schedule/']")
        page.locator("[value=at]").press("Space")
        page.locator("#day").select_option(index=2)
        page.locator("#time").select_option(CHOSEN)
        page.get_by_role("checkbox").press("Space")
        candidate.check_page()
        candidate.take_screenshot("schedule")
        candidate.press("form .c-primary")
        page.locator("a[href*='/cancel-call/']").wait_for()
        candidate.check_page()


def run_worker() -> None:
    """A minute of the worker: its sweeps find the calls that are due."""
    run_sweeps(0)
    run_tasks()


def wait_for_result(interview: Interview) -> None:
    """Run the worker until the result is there."""
    deadline = time.monotonic() + SECONDS
    while interview.is_live or interview.result_status == Interview.ResultStatus.PENDING:
        assert time.monotonic() < deadline, (interview.status, interview.result_status)
        run_worker()
        interview.refresh_from_db()
        time.sleep(0.05)
