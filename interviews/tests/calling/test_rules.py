"""Which numbers may be called, and when: the verdicts of the dial rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from interviews.calling.checks import check_named_countries
from interviews.calling.rules import evaluate_rules, may_call_now
from interviews.calling.verdicts import Allowed, DialRule, Later, Never
from interviews.models import Call, Interview, WaitReason
from tests.support.factories import make_approved_job, make_candidate, make_interview, make_organisation

pytestmark = pytest.mark.django_db
NUMBER = "+14155550100"
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)  # 05:00 in Los Angeles, 08:00 in New York, 14:00 in Berlin


@pytest.mark.parametrize(
    "number",
    [
        "+19005550100",  # premium rate
        "+4918051234567",  # shared cost
        "+445512345678",  # a company's shared number
        "+447640123456",  # a pager
        *("+870773111632", "+881632512345", "+88299901234567"),  # satellites
        "+80012345678",  # a global service
        *("+12345", "+10000000000", "Ada"),  # no such number
    ],
)
def test_special_number_is_never_called(number: str) -> None:
    assert evaluate_rules(number, now=NOON).refused_by == DialRule.NUMBER


def test_calls_wait_for_countries_to_be_named(settings: Any) -> None:
    settings.ALLOWED_COUNTRIES = []
    make_organisation()
    verdict = evaluate_rules(NUMBER, now=NOON).overall_verdict
    assert isinstance(verdict, Later)
    assert verdict.wait_reason == WaitReason.NO_COUNTRIES
    assert check_named_countries(None)
    settings.WHITELISTED_NUMBERS = [NUMBER]
    assert evaluate_rules(NUMBER, now=NOON).overall_verdict == Allowed(NUMBER)
    assert not check_named_countries(None)


def test_other_country_is_never_called(settings: Any) -> None:
    settings.ALLOWED_COUNTRIES = ["DE"]
    make_organisation()
    assert evaluate_rules("+491701234567", now=NOON).overall_verdict == Allowed("+491701234567")
    assert evaluate_rules(NUMBER, now=NOON).refused_by == DialRule.COUNTRY


@pytest.mark.parametrize(
    ("whitelist", "refused_by"),
    [
        ([], DialRule.WHITELIST),
        (["+14155550101"], DialRule.WHITELIST),
        ([NUMBER], None),
        (["+1 (415) 555-0100"], None),
        (["*"], None),
    ],
)
def test_whitelist_is_compared_in_dialled_form(
    settings: Any, whitelist: list[str], refused_by: DialRule | None
) -> None:
    settings.WHITELISTED_NUMBERS = whitelist
    assert evaluate_rules(NUMBER, now=NOON).refused_by == refused_by


def test_erased_candidate_is_never_called() -> None:
    candidate = make_candidate()
    candidate.blank()
    candidate.refresh_from_db()
    report = evaluate_rules(NUMBER, now=timezone.now(), candidate=candidate, job=make_approved_job())
    assert report.refused_by == DialRule.CANDIDATE_DATA


class TestTimeZone:
    def test_call_waits_for_first_allowed_minute(self, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        verdict = may_call_now(make_candidate(), make_approved_job(), now=NOON)
        assert isinstance(verdict, Later)
        assert (verdict.not_before, verdict.wait_reason) == (NOON.replace(hour=15), WaitReason.CALLING_HOURS)

    def test_candidates_zone_overrides_number(self, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        candidate = make_candidate(timezone="Europe/Berlin")
        assert may_call_now(candidate, make_approved_job(), now=NOON) == Allowed(NUMBER, NOON.replace(hour=19))

    def test_zone_names_are_read_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        candidate = make_candidate(timezone="Europe/Berlin")
        evaluate_rules(candidate.phone, now=NOON, candidate=candidate)
        monkeypatch.setattr("candidates.timezones.available_timezones", None)
        request = evaluate_rules(candidate.phone, now=NOON, candidate=candidate).call_request
        assert request
        assert request.zone_names == ("Europe/Berlin",)

    def test_number_without_common_hours_is_never_called(self, settings: Any) -> None:
        settings.CALLING_HOURS = "12:00-13:00"
        assert evaluate_rules("+18005550100", now=NOON).refused_by == DialRule.TIME_ZONE


def make_ended_call(ended: datetime, *, sid: str = "CA1") -> Interview:
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=ended, ended_at=ended, outcome="busy")
    Call.objects.create(attempt=attempt, number=NUMBER, twilio_sid=sid, status="busy", ended_at=ended)
    return interview


class TestEarlierCalls:
    @pytest.fixture
    def now(self) -> datetime:
        return timezone.now()

    def verdict(self, interview: Interview, now: datetime) -> Allowed | Later | Never:
        return may_call_now(interview.candidate, interview.job, now=now, interview=interview)

    def test_number_cools_down(self, settings: Any, now: datetime) -> None:
        settings.CALL_COOL_DOWN = timedelta(minutes=10)
        verdict = self.verdict(make_ended_call(now - timedelta(minutes=3)), now)
        assert isinstance(verdict, Later)
        assert (verdict.not_before, verdict.wait_reason) == (now + timedelta(minutes=7), WaitReason.COOL_DOWN)

    def test_unplaced_call_is_ignored(self, settings: Any, now: datetime) -> None:
        settings.CALL_COOL_DOWN, settings.CALLS_PER_NUMBER_PER_DAY = timedelta(minutes=10), 1
        interview = make_ended_call(now - timedelta(minutes=3), sid="")
        assert self.verdict(interview, now) == Allowed(NUMBER)

    def test_daily_limit_delays_call(self, settings: Any, now: datetime) -> None:
        settings.CALLS_PER_NUMBER_PER_DAY = 1
        verdict = self.verdict(make_ended_call(now - timedelta(hours=3)), now)
        assert isinstance(verdict, Later)
        assert verdict.not_before > now + timedelta(hours=23)

    def test_longest_wait_wins(self, settings: Any, now: datetime) -> None:
        settings.CALL_COOL_DOWN, settings.CALLS_PER_NUMBER_PER_DAY = timedelta(minutes=10), 1
        verdict = self.verdict(make_ended_call(now - timedelta(minutes=3)), now)
        assert isinstance(verdict, Later)
        assert verdict.wait_reason == WaitReason.NUMBER_DAILY_LIMIT

    def test_wait_into_night_ends_in_morning(self, settings: Any, time_machine: Any) -> None:
        settings.CALL_COOL_DOWN, settings.CALLING_HOURS = timedelta(hours=3), "08:00-21:00"
        evening = NOON.replace(day=11, hour=2)  # 19:00 in Los Angeles
        time_machine.move_to(evening)
        verdict = self.verdict(make_ended_call(evening - timedelta(minutes=5)), evening)
        assert isinstance(verdict, Later)
        assert (verdict.not_before, verdict.wait_reason) == (NOON.replace(day=11, hour=15), WaitReason.COOL_DOWN)
