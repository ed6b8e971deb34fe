"""The page that says whether a number may be called now, and if not, why, and when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.models import Candidate, DoNotCall
from interviews.models import Attempt, Call, DialRate, Interview
from screener.models import BaseModel
from screener.services.telephony.twilio_errors import RATE_LIMITED
from tests.support.admin_client import get_page, make_staff_client
from tests.support.factories import make_approved_job, make_candidate, make_interview

pytestmark = pytest.mark.django_db
PAGE = "/admin/may-call/"
NUMBER = "+14155550100"
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)  # 05:00 in Los Angeles, 14:00 in Berlin


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def ask(admin_client: Client, **query: Any) -> str:
    return get_page(
        admin_client, PAGE, **{name: str(one.pk) if isinstance(one, BaseModel) else one for name, one in query.items()}
    )


def rule(page: str, name: str) -> str:
    """The row of this rule, as text."""
    _, _, row = page.partition(f'<td class="s-nowrap">{name}</td>')
    assert row, f"{name} is no rule of this page"
    return row.partition("</tr>")[0]


class TestTheAnswer:
    def test_is_asked_for_before_it_is_given(self, admin_client: Client) -> None:
        page = ask(admin_client)
        assert "Ask" in page
        assert "Rules" not in page

    def test_is_yes_with_the_one_form_that_is_dialled(self, admin_client: Client) -> None:
        candidate = make_candidate()
        page = ask(admin_client, number="tel:+1 (415) 555-0100;ext=9", job=make_approved_job())
        assert "<strong>Yes, now.</strong>" in page
        assert NUMBER in page
        assert reverse("admin:candidates_candidate_change", args=[candidate.pk]) in page
        assert "not checked" not in page

    def test_of_a_stranger_says_what_could_not_be_checked(self, admin_client: Client) -> None:
        page = ask(admin_client, number=NUMBER)
        assert "as far as could be checked" in page
        assert "not checked" in rule(page, "Consent")
        assert "not checked" in rule(page, "Job")

    def test_is_later_with_the_first_minute_here_and_there(self, admin_client: Client, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        make_candidate()
        page = ask(admin_client, number=NUMBER)
        assert "Not now, but from Wednesday, 10 June 2026, 15:00 UTC on." in page
        assert "Wed 08:00 in America/Los_Angeles" in page
        assert "later" in rule(page, "Calling hours")

    def test_goes_by_the_candidates_own_time_zone(self, admin_client: Client, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        page = ask(admin_client, candidate=make_candidate(timezone="Europe/Berlin"))
        assert "14:00 in Europe/Berlin" in rule(page, "Calling hours")
        assert "the candidate&#x27;s time zone" in rule(page, "Time zone")

    @pytest.mark.parametrize(
        ("query", "name", "says"),
        [
            ({"number": "Ada"}, "Number", "is not a phone number"),
            ({"number": "+19005550100"}, "Number", "premium-rate"),
            ({"number": "+870773111632"}, "Number", "satellite"),
            ({"number": "+491701234567"}, "Country", "Numbers in DE are not called"),
            ({"number": "+14155550199"}, "Do-not-call list", "its owner asked"),
            ({"number": "+14155550111"}, "Whitelist", "not on the whitelist"),
        ],
    )
    def test_is_no_with_the_reason(self, admin_client: Client, settings: Any, query: Any, name: str, says: str) -> None:
        settings.ALLOWED_COUNTRIES = ["US"]
        settings.WHITELISTED_NUMBERS = [NUMBER, "+14155550199"]
        DoNotCall.objects.add_number("+14155550199", source="a test")
        page = ask(admin_client, **query)
        assert "<strong>No.</strong>" in page
        assert says in page
        assert says in rule(page, name)

    def test_is_no_without_consent_unless_the_job_needs_none(self, admin_client: Client) -> None:
        make_candidate(consents=False)
        assert "There is no consent to be called" in rule(ask(admin_client, number=NUMBER), "Consent")
        page = ask(admin_client, number=NUMBER, job=make_approved_job(consent_required=False))
        assert "<strong>Yes, now.</strong>" in page

    def test_is_no_for_a_closed_job(self, admin_client: Client) -> None:
        assert "This job is closed" in ask(
            admin_client, candidate=make_candidate(), job=make_approved_job(is_open=False)
        )

    def test_is_later_while_another_call_runs_and_counts_lines(self, admin_client: Client, settings: Any) -> None:
        settings.MAX_CONCURRENT_CALLS = 1
        interview = make_interview(job=make_approved_job(max_concurrent_calls=1))
        attempt = interview.attempts.create(number=1, send_before=NOON)
        Call.objects.create(attempt=attempt, number=NUMBER, twilio_sid="CA1")
        page = ask(admin_client, number=NUMBER, job=interview.job)
        assert "Another call to this number is running" in rule(page, "Call in progress")
        assert "All lines are in use" in rule(page, "Capacity")
        assert "All lines of this job" in rule(page, "Capacity of the job")

    def test_says_whose_turn_it_is_and_takes_none(self, admin_client: Client) -> None:
        DialRate.objects.create(next_slot_at=NOON + timedelta(seconds=90))
        page = ask(admin_client, candidate=make_candidate())
        assert "12:01:30 UTC" in rule(page, "Dial rate")
        assert "12:02 UTC on" in page, "the first whole minute"
        assert DialRate.objects.get().next_slot_at == NOON + timedelta(seconds=90)

    def test_is_later_while_nobody_is_called(self, admin_client: Client) -> None:
        DialRate.pause_calls(NOON + timedelta(minutes=15), reason=RATE_LIMITED)
        assert RATE_LIMITED in rule(ask(admin_client, candidate=make_candidate()), "Dial rate")
        overview = admin_client.get("/admin/").content.decode()
        assert f"12:15 UTC. {RATE_LIMITED}" in overview


class TestTheCandidate:
    def test_with_this_number_is_the_newest_and_the_others_are_counted(
        self, admin_client: Client, time_machine: Any
    ) -> None:
        make_candidate(full_name="Ada the First")
        time_machine.move_to(NOON + timedelta(hours=1), tick=False)
        make_candidate(full_name="Ada the Second")
        page = ask(admin_client, number=NUMBER)
        assert "Ada the Second" in page
        assert "Ada the First" not in page
        assert "the newest of 2 candidates" in page

    def test_who_was_chosen_with_another_number_is_told(self, admin_client: Client) -> None:
        page = ask(admin_client, number="+14155550111", candidate=make_candidate())
        assert "number on record is another one" in page

    def test_is_linked_from_their_page(self, admin_client: Client) -> None:
        candidate = make_candidate()
        address = reverse("admin:candidates_candidate_may_call", args=[candidate.pk])
        assert (
            address
            in admin_client.get(reverse("admin:candidates_candidate_change", args=[candidate.pk])).content.decode()
        )
        page = admin_client.get(address, follow=True).content.decode()
        assert "<strong>Yes, now" in page


class TestWhoMayAsk:
    def test_nobody_from_outside(self, client: Client) -> None:
        assert client.get(PAGE).status_code == 302

    def test_nobody_who_may_not_see_candidates(self) -> None:
        clerk = make_staff_client("view_jobdescription", "view_interview")
        assert clerk.get(PAGE, {"number": NUMBER}).status_code == 403
        assert PAGE not in clerk.get("/admin/").content.decode()

    def test_whoever_may_see_candidates_and_of_jobs_only_who_may_see_those(self) -> None:
        clerk = make_staff_client("view_candidate")
        assert PAGE in clerk.get("/admin/").content.decode()
        page = ask(clerk, number=NUMBER, job=make_approved_job(is_open=False, title="Secret job"))
        assert "Secret job" not in page
        assert "This job is closed" not in page
        assert 'name="job"' not in page


class TestBadInput:
    @pytest.mark.parametrize(
        ("query", "says"),
        [
            ({"number": "+1\x00415"}, "Null characters are not allowed."),
            ({"number": "1" * 5000}, "at most 100 characters"),
            ({"candidate": "x"}, "is not a valid UUID"),
            ({"candidate": "\x00"}, "Null characters are not allowed."),
            ({"job": "' OR 1=1"}, "is not a valid UUID."),
            ({"number": "   "}, "Write a number, or choose a candidate."),
            ({"number": "<script>alert(1)</script>"}, "&lt;script&gt;"),
        ],
    )
    def test_is_answered_with_a_sentence(self, admin_client: Client, query: dict[str, str], says: str) -> None:
        page = ask(admin_client, **query)
        assert says in page
        assert "<script>alert" not in page

    def test_in_a_name_is_text(self, admin_client: Client) -> None:
        assert "<script>alert" not in ask(admin_client, candidate=make_candidate(full_name="<script>alert(1)</script>"))


def test_only_looks(admin_client: Client) -> None:
    interview = make_interview()
    before = (Interview.objects.values().get(), Candidate.objects.values().get())
    with CaptureQueriesContext(
        connection,
    ) as ran:
        ask(admin_client, candidate=interview.candidate, job=interview.job)
    assert all(query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE")) for query in ran)
    assert (Interview.objects.values().get(), Candidate.objects.values().get()) == before
    assert not Attempt.objects.exists()


def test_costs_as_many_queries_however_often_they_were_called(admin_client: Client) -> None:
    interview = make_interview()

    def queries() -> int:
        with CaptureQueriesContext(connection) as ran:
            ask(admin_client, number=NUMBER, job=interview.job)
        return len(ran)

    queries()  # the first page of a process looks up what it keeps
    before = queries()
    for number in range(1, 6):
        attempt = interview.attempts.create(number=number, send_before=NOON, ended_at=NOON)
        Call.objects.create(attempt=attempt, number=NUMBER, ended_at=NOON, twilio_sid=f"CA{number}")
        make_candidate(full_name=f"Namesake {number}")
    assert queries() == before
    assert before < 30
