"""The page that says whether a number may be called now, and if not, why, and when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from candidates.models import Candidate, DoNotCall
from interviews.calling.verdicts import Allowed, DialRule, Later, Never, NotEvaluated, Verdict
from interviews.models import Attempt, Call, DialRate, Interview
from interviews.presenters.call_rules import CallRulesPage
from screener.models import BaseModel
from tests.support.admin_client import get_page, make_staff_client
from tests.support.factories import make_approved_job, make_candidate, make_interview, make_organisation

pytestmark = pytest.mark.django_db
PAGE = "/admin/may-call/"
NUMBER = "+14155550100"
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)  # 05:00 in Los Angeles, 14:00 in Berlin


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def query_params(query: dict[str, Any]) -> dict[str, str]:
    return {name: str(value.pk) if isinstance(value, BaseModel) else value for name, value in query.items()}


def ask(client: Client, **query: Any) -> str:
    """The text of the page."""
    return get_page(client, PAGE, **query_params(query))


def rules(client: Client, **query: Any) -> CallRulesPage:
    """The rules as the page shows them. Each reason and each label is on the page."""
    response = client.get(PAGE, query_params(query))
    page = response.content.decode()
    shown: CallRulesPage = response.context["rules"]
    assert escape(shown.headline) in page
    for line in shown.rule_report.verdicts:
        assert escape(str(line.rule.label)) in page
        assert escape(line.verdict.reason) in page
    return shown


def verdict(shown: CallRulesPage, rule: DialRule) -> Verdict:
    (verdict,) = (line.verdict for line in shown.rule_report.verdicts if line.rule == rule)
    return verdict


class TestVerdict:
    def test_is_missing_before_submission(self, admin_client: Client) -> None:
        assert admin_client.get(PAGE).context["rules"] is None

    def test_is_allowed_with_dialled_form(self, admin_client: Client) -> None:
        candidate = make_candidate()
        query = {"number": "tel:+1 (415) 555-0100;ext=9", "job": make_approved_job()}
        shown = rules(admin_client, **query)
        assert shown.rule_report.overall_verdict == Allowed(NUMBER)
        assert not shown.has_gaps
        page = ask(admin_client, **query)
        assert NUMBER in page
        assert reverse("admin:candidates_candidate_change", args=[candidate.pk]) in page

    def test_of_unknown_number_has_gaps(self, admin_client: Client) -> None:
        shown = rules(admin_client, number=NUMBER)
        assert shown.has_gaps
        assert isinstance(verdict(shown, DialRule.CONSENT), NotEvaluated)
        assert isinstance(verdict(shown, DialRule.JOB), NotEvaluated)

    def test_is_later_with_local_times(self, admin_client: Client, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        make_candidate()
        shown = rules(admin_client, number=NUMBER)
        hours = verdict(shown, DialRule.CALLING_HOURS)
        assert isinstance(hours, Later)
        assert hours.not_before == NOON.replace(hour=15)
        assert shown.local_times == ["Wed 08:00 in America/Los_Angeles"]
        assert "15:00 UTC" in ask(admin_client, number=NUMBER)

    def test_uses_candidates_time_zone(self, admin_client: Client, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        shown = rules(admin_client, candidate=make_candidate(timezone="Europe/Berlin"))
        assert "14:00 in Europe/Berlin" in verdict(shown, DialRule.CALLING_HOURS).reason

    @pytest.mark.parametrize(
        ("number", "rule"),
        [
            ("Ada", DialRule.NUMBER),
            ("+19005550100", DialRule.NUMBER),
            ("+870773111632", DialRule.NUMBER),
            ("+491701234567", DialRule.COUNTRY),
            ("+14155550199", DialRule.DO_NOT_CALL),
            ("+14155550111", DialRule.WHITELIST),
        ],
    )
    def test_is_never_with_refusing_rule(
        self, admin_client: Client, settings: Any, number: str, rule: DialRule
    ) -> None:
        settings.ALLOWED_COUNTRIES = ["US"]
        settings.WHITELISTED_NUMBERS = [NUMBER, "+14155550199"]
        DoNotCall.objects.add_number("+14155550199", source="a test")
        shown = rules(admin_client, number=number)
        assert isinstance(shown.rule_report.overall_verdict, Never)
        assert isinstance(verdict(shown, rule), Never)

    def test_depends_on_consent_unless_waived(self, admin_client: Client) -> None:
        make_candidate(consents=False)
        assert rules(admin_client, number=NUMBER).rule_report.refused_by == DialRule.CONSENT
        job = make_approved_job(consent_required=False)
        assert rules(admin_client, number=NUMBER, job=job).rule_report.overall_verdict == Allowed(NUMBER)

    def test_is_never_for_closed_job(self, admin_client: Client) -> None:
        shown = rules(admin_client, candidate=make_candidate(), job=make_approved_job(is_open=False))
        assert shown.rule_report.refused_by == DialRule.JOB

    def test_is_later_during_other_calls(self, admin_client: Client, settings: Any) -> None:
        settings.MAX_CONCURRENT_CALLS = 1
        interview = make_interview(job=make_approved_job(max_concurrent_calls=1))
        attempt = interview.attempts.create(number=1, send_before=NOON)
        Call.objects.create(attempt=attempt, number=NUMBER, twilio_sid="CA1")
        shown = rules(admin_client, number=NUMBER, job=interview.job)
        for rule in (DialRule.NUMBER_BUSY, DialRule.CAPACITY, DialRule.JOB_CAPACITY):
            assert isinstance(verdict(shown, rule), Later)

    def test_reserves_no_dial_slot(self, admin_client: Client) -> None:
        DialRate.objects.create(next_slot_at=NOON + timedelta(seconds=90))
        make_organisation()
        candidate = make_candidate()
        slot = verdict(rules(admin_client, candidate=candidate), DialRule.DIAL_RATE)
        assert isinstance(slot, Later)
        assert slot.not_before == NOON + timedelta(seconds=90)
        page = ask(admin_client, candidate=candidate)
        assert "12:01:30 UTC" in page
        assert "12:02 UTC" in page  # the headline names a whole minute
        assert DialRate.objects.get().next_slot_at == NOON + timedelta(seconds=90)

    def test_is_later_during_pause(self, admin_client: Client) -> None:
        DialRate.pause_calls(NOON + timedelta(minutes=15), reason="Paused.")
        pause = verdict(rules(admin_client, candidate=make_candidate()), DialRule.DIAL_RATE)
        assert isinstance(pause, Later)
        assert pause.reason == "Paused."
        assert admin_client.get("/admin/").context["home"].warnings.calls_paused.pause_reason == "Paused."


class TestCandidate:
    def test_newest_with_number_is_used(self, admin_client: Client, time_machine: Any) -> None:
        make_candidate(full_name="Ada the First")
        time_machine.move_to(NOON + timedelta(hours=1), tick=False)
        newest = make_candidate(full_name="Ada the Second")
        shown = rules(admin_client, number=NUMBER)
        assert (shown.candidate, shown.namesake_count) == (newest, 1)
        page = ask(admin_client, number=NUMBER)
        assert "Ada the Second" in page
        assert "Ada the First" not in page

    def test_other_number_on_record_is_noted(self, admin_client: Client) -> None:
        assert rules(admin_client, number="+14155550111", candidate=make_candidate()).has_other_number

    def test_page_links_here(self, admin_client: Client) -> None:
        candidate = make_candidate()
        address = reverse("admin:candidates_candidate_may_call", args=[candidate.pk])
        page = admin_client.get(reverse("admin:candidates_candidate_change", args=[candidate.pk]))
        assert address in page.content.decode()
        assert admin_client.get(address, follow=True).context["rules"].candidate == candidate


class TestPermissions:
    def test_anonymous_is_redirected(self, client: Client) -> None:
        assert client.get(PAGE).status_code == 302

    def test_candidates_must_be_viewable(self) -> None:
        clerk = make_staff_client("view_jobdescription", "view_interview")
        assert clerk.get(PAGE, {"number": NUMBER}).status_code == 403
        assert PAGE not in clerk.get("/admin/").content.decode()

    def test_job_is_ignored_unless_viewable(self) -> None:
        clerk = make_staff_client("view_candidate")
        assert PAGE in clerk.get("/admin/").content.decode()
        job = make_approved_job(is_open=False, title="Secret job")
        assert rules(clerk, number=NUMBER, job=job).rule_report.refused_by is None
        page = ask(clerk, number=NUMBER, job=job)
        assert "Secret job" not in page
        assert 'name="job"' not in page


class TestHostileInput:
    @pytest.mark.parametrize(
        "query",
        [
            {"number": "+1\x00415"},
            {"number": "1" * 5000},
            {"candidate": "x"},
            {"candidate": "\x00"},
            {"job": "' OR 1=1"},
            {"number": "   "},
        ],
    )
    def test_invalid_query_is_form_error(self, admin_client: Client, query: dict[str, str]) -> None:
        context = admin_client.get(PAGE, query).context
        assert context["rules"] is None
        assert context["form"].errors

    def test_text_is_escaped(self, admin_client: Client) -> None:
        hostile = "<script>alert(1)</script>"
        for query in ({"number": hostile}, {"candidate": make_candidate(full_name=hostile)}):
            page = ask(admin_client, **query)
            assert "<script>alert" not in page
            assert escape(hostile) in page


def test_page_changes_nothing(admin_client: Client) -> None:
    interview = make_interview()
    before = (Interview.objects.values().get(), Candidate.objects.values().get())
    with CaptureQueriesContext(connection) as queries:
        ask(admin_client, candidate=interview.candidate, job=interview.job)
    assert all(query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE")) for query in queries)
    assert (Interview.objects.values().get(), Candidate.objects.values().get()) == before
    assert not Attempt.objects.exists()


def test_query_count_is_constant(admin_client: Client) -> None:
    interview = make_interview()

    def count_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            ask(admin_client, number=NUMBER, job=interview.job)
        return len(queries)

    count_queries()  # the first page of a process fills caches
    before = count_queries()
    for number in range(1, 6):
        attempt = interview.attempts.create(number=number, send_before=NOON, ended_at=NOON)
        Call.objects.create(attempt=attempt, number=NUMBER, ended_at=NOON, twilio_sid=f"CA{number}")
        make_candidate(full_name=f"Namesake {number}")
    assert count_queries() == before
    assert before < 30
