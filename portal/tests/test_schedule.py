"""Candidates choose when they are called, in their own time zone and inside the calling hours."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from candidates.models import Candidate, Consent, DoNotCall
from interviews.calling.dialer import dial_interview
from interviews.invitations import inviting
from interviews.models import Attempt, Call, EventKind, Interview, Invitation, WaitReason
from portal.introduction import call_wording_version
from portal.schedule import Slots
from screener.models import RoleKey
from tests.support.factories import make_api_client, make_interview
from tests.support.role_accounts import login_client, make_role_user

pytestmark = pytest.mark.django_db
OK, FOUND, CONFLICT, INVALID = 200, 302, 409, 422
NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
MONDAY_NOON = datetime(2026, 6, 1, 16, tzinfo=UTC)
"""Noon in New York, which is 18:00 in Berlin."""


@pytest.fixture(autouse=True)
def frozen_time(settings: Any) -> Iterator[None]:
    settings.CALLING_HOURS = "08:00-21:00"
    with time_machine.travel(MONDAY_NOON, tick=False):
        yield


@pytest.fixture
def interview() -> Interview:
    return make_interview(timezone=NEW_YORK)


@pytest.fixture
def address(interview: Interview) -> Callable[..., str]:
    token = inviting.invite(interview, actor="hanna").token
    return lambda name="portal-schedule": reverse(name, args=[token])


def choose(address: str, day: str = "2026-06-02", time: str = "09:30", **data: str) -> Any:
    return Client().post(address, {"when": "at", "day": day, "time": time, "agree": "yes"} | data)


class TestChoosing:
    def test_time_is_that_of_candidate(self, interview: Interview, address: Callable[..., str]) -> None:
        assert choose(address()).status_code == FOUND
        interview.refresh_from_db()
        assert interview.next_attempt_at == datetime(2026, 6, 2, 9, 30, tzinfo=ZoneInfo(NEW_YORK))
        assert interview.wait_reason == WaitReason.REQUESTED_TIME
        standing = Client().get(address("portal")).context["standing"]
        assert (standing.call_at.hour, standing.time_zone) == (9, NEW_YORK)
        consent = Consent.objects.get(kind=Consent.Kind.CALL, given_by=Consent.GivenBy.FORM)
        assert (consent.given, consent.wording_version) == (True, call_wording_version())

    def test_chosen_zone_is_kept(self, interview: Interview, address: Callable[..., str]) -> None:
        page = Client().get(address(), {"zone": BERLIN})
        assert page.context["zone"] == BERLIN
        assert choose(address(), zone=BERLIN).status_code == FOUND
        interview.refresh_from_db()
        assert interview.next_attempt_at == datetime(2026, 6, 2, 7, 30, tzinfo=UTC)
        assert Candidate.objects.get().timezone == BERLIN
        assert Client().get(address(), {"zone": "Mars/Base"}).context["zone"] == BERLIN

    def test_call_now_is_placed_at_once(self, interview: Interview, address: Callable[..., str]) -> None:
        choose(address())
        assert choose(address(), when="now").status_code == FOUND
        interview.refresh_from_db()
        assert (interview.next_attempt_at, interview.wait_reason) == (MONDAY_NOON, "")

    def test_other_times_are_refused(self, interview: Interview, address: Callable[..., str]) -> None:
        due = interview.next_attempt_at
        refused: list[dict[str, str]] = [
            {"time": "07:45"},
            {"time": "21:00"},
            {"day": "2026-06-01", "time": "11:45"},
            {"day": "2026-06-30"},
            {"day": "2026-05-31"},
            {"day": "x"},
            {"day": ""},
            {"when": "later"},
            {"agree": ""},
        ]
        for choice in refused:
            assert (choice, choose(address(), **choice).status_code) == (choice, INVALID)
        interview.refresh_from_db()
        assert interview.next_attempt_at == due
        assert not interview.events.filter(kind=EventKind.INTERVIEW_RESCHEDULED).exists()

    def test_now_outside_hours_offers_first_moment(self, interview: Interview, address: Callable[..., str]) -> None:
        with time_machine.travel(datetime(2026, 6, 2, 3, tzinfo=UTC), tick=False):
            page = choose(address(), when="now")
        assert page.status_code == INVALID
        assert page.context["first_allowed"] == datetime(2026, 6, 2, 8, tzinfo=ZoneInfo(NEW_YORK))

    def test_hours_hold_in_every_possible_zone(self, interview: Interview, address: Callable[..., str]) -> None:
        """A number without a region, and no zone of its own: 08:00 in the east is night in the west."""
        interview.candidate.update_fields(timezone="", phone="+18005550100")
        assert choose(address(), time="08:15").status_code in (INVALID, CONFLICT)

    def test_refused_number_is_not_promised(self, interview: Interview, address: Callable[..., str]) -> None:
        DoNotCall.objects.add_number(interview.candidate.phone, source="a letter")
        assert choose(address()).status_code == CONFLICT
        interview.refresh_from_db()
        assert interview.wait_reason == WaitReason.INVITED

    def test_call_under_way_goes_first(self, interview: Interview, address: Callable[..., str]) -> None:
        attempt = Attempt.objects.create(interview=interview, number=1, send_before=timezone.now())
        Call.objects.create(attempt=attempt, number=interview.candidate.phone, twilio_sid="CA1")
        assert choose(address()).status_code == CONFLICT
        assert Client().get(address()).status_code == FOUND

    def test_cancelled_call_waits_for_choice(self, interview: Interview, address: Callable[..., str]) -> None:
        choose(address())
        assert Client().get(address("portal-cancel-call")).status_code == OK
        assert Client().post(address("portal-cancel-call")).status_code == FOUND
        interview.refresh_from_db()
        assert interview.wait_reason == WaitReason.CALL_CANCELLED
        invitation = Invitation.objects.get()
        inviting.renew(invitation, actor="hanna", days=30)
        interview.refresh_from_db()
        assert interview.next_attempt_at == invitation.expires_at
        with time_machine.travel(invitation.expires_at, tick=False):
            dial_interview(interview.pk)
        interview.refresh_from_db()
        assert interview.outcome == Interview.Outcome.EXPIRED
        assert not interview.attempts.exists()


class TestClocks:
    @pytest.mark.parametrize(
        ("day", "clock", "expected"),
        [
            ("2026-03-29", "01:45", datetime(2026, 3, 29, 0, 45, tzinfo=UTC)),
            ("2026-03-29", "02:30", None),  # the clocks skip it
            ("2026-03-29", "03:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
            ("2026-10-25", "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the first of two
            ("2026-10-25", "03:00", datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ],
    )
    def test_change_of_clocks(self, day: str, clock: str, expected: datetime | None) -> None:
        slots = Slots(ZoneInfo(BERLIN), MONDAY_NOON, MONDAY_NOON + timedelta(days=14))
        assert slots.moment(day, clock) == expected

    def test_days_end_with_invitation(self) -> None:
        since = datetime(2026, 6, 1, 23, tzinfo=UTC)
        slots = Slots(ZoneInfo("Pacific/Auckland"), since, since + timedelta(days=2))
        assert [value for value, _ in slots.days] == ["2026-06-02", "2026-06-03", "2026-06-04"]


class TestStaff:
    def test_client_reschedules(self, interview: Interview) -> None:
        client, path = make_api_client(), f"/api/v1/interviews/{interview.pk}/reschedule/"
        moment = "2026-06-02T10:00:00-04:00"
        answer = client.post(path, {"scheduled_for": moment}, format="json").json()
        assert datetime.fromisoformat(answer["next_attempt_at"]) == datetime.fromisoformat(moment)
        assert answer["wait_reason"] == WaitReason.SCHEDULED
        for refused in ("2026-06-02T03:00:00-04:00", "2026-06-01T03:00:00-04:00", "2027-06-01T12:00:00-04:00"):
            assert client.post(path, {"scheduled_for": refused}, format="json").status_code == CONFLICT
        assert client.post(path, {}, format="json").status_code == 400

    def test_recruiter_reschedules(self, interview: Interview) -> None:
        client = login_client(make_role_user(RoleKey.RECRUITER))
        path = reverse("desk-reschedule", args=[interview.pk])
        assert client.get(path).status_code == OK
        night = {"when": "at", "call_at": "2026-06-03T03:00", "reader_zone": NEW_YORK}
        assert client.post(path, night).status_code == INVALID
        assert client.post(path, night | {"call_at": "2026-06-03T15:00"}).status_code == FOUND
        interview.refresh_from_db()
        assert interview.next_attempt_at == datetime(2026, 6, 3, 15, tzinfo=ZoneInfo(NEW_YORK))
        denied = login_client(make_role_user(RoleKey.HIRING_MANAGER, interview.job))
        assert denied.get(path).status_code == 403
