"""Whom we may call, and when."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import phonenumbers
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from candidates.phone_format import InvalidPhoneNumber, to_e164
from interviews.calling.hours import CallingHours, closing_time, first_allowed
from interviews.calling.rules import evaluate, may_call_now
from interviews.calling.verdicts import Allowed, Later, Never
from interviews.models import Call, DialRate, WaitReason
from tests.support.factories import make_approved_job, make_candidate, make_interview

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)  # 05:00 in Los Angeles, 08:00 in New York, 14:00 in Berlin
WRITTEN = [
    "+14155550100",
    " +1 (415) 555-0100 ",
    "(+1) 415 / 555 0100",
    "+1 (415) 555-0100;ext=9",
    "+1-415-555-0100 x9",
    "+1 415 555 0100 Ext. 9",
    "tel:+1-415-555-0100",
    "0014155550100",
    "(00)14155550100",
    "0 0 1 415 555 0100",
    "００１４１５５５５０１００",
    "＋１（４１５）５５５－０１００",
    "+1\N{NO-BREAK SPACE}415\N{NO-BREAK SPACE}555\N{NARROW NO-BREAK SPACE}0100",
    "\N{NO-BREAK SPACE}+1 415 555 0100\N{NO-BREAK SPACE}",
    "\N{LEFT-TO-RIGHT EMBEDDING}+1 415 555 0100\N{POP DIRECTIONAL FORMATTING}",
    "\N{ZERO WIDTH NO-BREAK SPACE}+1\N{LEFT-TO-RIGHT MARK}4155550100",
    "TEL:+14155550100",
    "TEL:0014155550100",
    "tel: 00 1 415 555 0100",
    "Tel. +1 415 555 0100",
    "📞 +1 415 555 0100",
    "tel:+1-415-555-0100;phone-context=example.com",
    "+١٤١٥٥٥٥٠١٠٠",
    "+1.415.555.0100",
]
"""Ways to write one number."""

REAL = [
    number
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
    if (number := phonenumbers.example_number_for_type(region, kind))
]
SCRIPTS = [
    str.maketrans("0123456789", digits) for digits in ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९")
]
BETWEEN = [
    *("", " ", "-", ".", " (", "\t", "－", "ー"),
    *"\N{NO-BREAK SPACE}\N{SOFT HYPHEN}\N{RIGHT-TO-LEFT MARK}\N{WORD JOINER}\N{MINUS SIGN}\N{NON-BREAKING HYPHEN}",
]
BEFORE = ["", "tel:", "TEL: ", "Mobile: ", "\N{LEFT-TO-RIGHT EMBEDDING}", "\N{ZERO WIDTH NO-BREAK SPACE}", "("]
PLUS = ["+", "＋", "00", "(00)", "0 0 ", "++"]
AFTER = ["", " ", ";ext=9", " x9", ", ext. 12", "#3", ";phone-context=+49", "\N{POP DIRECTIONAL FORMATTING}"]


@pytest.mark.parametrize("typed", WRITTEN)
def test_one_number_has_one_form_whatever_was_typed(typed: str) -> None:
    assert to_e164(typed) == "+14155550100"


@given(st.data())
def test_every_number_has_one_form_however_it_is_decorated(data: st.DataObject) -> None:
    number = phonenumbers.format_number(data.draw(st.sampled_from(REAL)), phonenumbers.PhoneNumberFormat.E164)
    assert to_e164(number) == number
    before, plus, after = (data.draw(st.sampled_from(signs)) for signs in (BEFORE, PLUS, AFTER))
    digits = [sign + data.draw(st.sampled_from(BETWEEN)) for sign in number[1:]]
    typed = (before + plus + "".join(digits) + after).translate(data.draw(st.sampled_from(SCRIPTS)))
    assert to_e164(typed) == number


@given(st.text() | st.from_regex(r"(\+|00)[0-9 ()./x;,-]{5,20}", fullmatch=True))
def test_whatever_is_typed_is_refused_or_given_a_form_that_stays(typed: str) -> None:
    with suppress(InvalidPhoneNumber):
        number = to_e164(typed)
        assert to_e164(number) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("+49 (0)30 / 901820", "+4930901820"),
        ("0049/30/901820", "+4930901820"),
        ("+39 06 698 12345", "+390669812345"),  # in Italy the zero is part of the number
    ],
)
def test_a_zero_for_calls_within_the_country_is_left_out(typed: str, number: str) -> None:
    assert to_e164(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "Ada",
            "4155550100",
            "+1415",
            "+999123456789",
            "+1" + "5" * 40,
            "+1" + "5" * 400,
            "\x00",
            "+",
            "00",
            "tel:",
        ),
        *("+1 415 555 0100\x00", "+1%20415%20555%200100", "+14155550100@example.com", "1.41556E+10", "\ud800"),
        *("+14155550100, +14155550101", "+14155550100/+14155550101", "+14155550100\n+14155550101"),
        "+49 30 123456 Home",  # not +493012345 with the keys that bear HOME
        "+44 (0)(0)20 7946 0018",  # read anew, it would be another
        "tel:555-0100;phone-context=+1415",
        *("+49 30 901820 •1", "+49 30 901820 (2)", "+49 30 901820 （2）", "+49 30 1234567¹", "+49 30 1234567①"),
        *("+43 1 58858-0/-10", "+49 89 123456 / 0171", "+49 89 123456/78"),  # ends, and numbers, in one's place
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(InvalidPhoneNumber, match=r"Write|Check"):
        to_e164(typed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("+19005550100", "premium"),
        ("+4918051234567", "shared-cost"),
        ("+445512345678", "a company's shared number"),
        ("+447640123456", "a pager"),
        ("+870773111632", "satellite"),
        ("+881632512345", "satellite"),
        ("+88299901234567", "satellite"),
        ("+80012345678", "global service"),
        ("+12345", "too few"),
        ("+10000000000", "No such number"),
    ],
)
def test_numbers_that_are_never_called(number: str, says: str) -> None:
    verdict = evaluate(number, now=NOON).verdict
    assert isinstance(verdict, Never)
    assert says in verdict.reason


@pytest.mark.django_db
def test_only_allowed_countries_are_called(settings: Any) -> None:
    settings.ALLOWED_COUNTRIES = ["DE"]
    assert evaluate("+491701234567", now=NOON).verdict == Allowed("+491701234567")
    assert evaluate("+14155550100", now=NOON).verdict == Never(
        "Numbers in US are not called. Add it to ALLOWED_COUNTRIES if they should be."
    )


class TestHours:
    @pytest.mark.parametrize("text", ["", "8-21", "21:00-08:00", "08:00", "08:00-25:00", "08:00-08:00", "a-b"])
    def test_that_are_none_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="Write them as 08:00-21:00"):
            CallingHours.parse(text)

    @pytest.mark.parametrize(
        ("hours", "zones", "since", "first"),
        [
            ("08:00-21:00", ["America/New_York"], NOON, NOON),
            ("08:00-21:00", ["America/Los_Angeles"], NOON, NOON.replace(hour=15)),
            ("08:00-21:00", ["Europe/Berlin"], NOON.replace(hour=19), NOON.replace(day=11, hour=6)),
            ("08:00-21:00", ["America/New_York", "America/Los_Angeles"], NOON, NOON.replace(hour=15)),
            (
                "08:00-21:00",
                ["America/New_York", "America/Los_Angeles"],
                NOON.replace(day=11, hour=1),
                NOON.replace(day=11, hour=15),
            ),
            ("09:00-17:00", ["Asia/Tokyo", "America/New_York"], NOON, None),
            ("00:00-24:00", ["Asia/Tokyo", "America/New_York"], NOON, NOON),
            # The night in which the clocks go forward: half past two never comes.
            (
                "02:30-04:00",
                ["Europe/Berlin"],
                datetime(2026, 3, 28, 23, tzinfo=UTC),
                datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            ),
        ],
    )
    def test_begin_at_the_first_moment_that_is_allowed_everywhere(
        self, hours: str, zones: list[str], since: datetime, first: datetime | None
    ) -> None:
        assert first_allowed(CallingHours.parse(hours), zones, since=since) == first

    @pytest.mark.parametrize(
        ("hours", "zones", "since", "end"),
        [
            ("08:00-21:00", ["America/New_York"], NOON, NOON.replace(day=11, hour=1)),
            ("08:00-21:00", ["America/New_York", "Europe/Berlin"], NOON, NOON.replace(hour=19)),
            ("08:00-14:00", ["Europe/Berlin"], NOON, NOON.replace(day=11)),
            ("08:00-24:00", ["Europe/Berlin"], NOON, NOON.replace(hour=22)),
            ("00:00-24:00", ["Europe/Berlin"], NOON, None),
            # The night in which the clocks go back: the day that ends is an hour longer.
            (
                "08:00-21:00",
                ["Europe/Berlin"],
                datetime(2026, 10, 24, 19, tzinfo=UTC),
                datetime(2026, 10, 25, 20, tzinfo=UTC),
            ),
        ],
    )
    def test_end_at_the_first_moment_that_is_too_late_anywhere(
        self, hours: str, zones: list[str], since: datetime, end: datetime | None
    ) -> None:
        assert closing_time(CallingHours.parse(hours), zones, since=since) == end


@pytest.mark.django_db
class TestNow:
    def test_outside_the_hours_it_is_the_first_minute_inside(self, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        verdict = may_call_now(make_candidate(), make_approved_job(), now=NOON)
        assert isinstance(verdict, Later)
        assert verdict.when == NOON.replace(hour=15)

    def test_the_candidates_own_time_zone_counts_where_it_is_known(self, settings: Any) -> None:
        settings.CALLING_HOURS = "08:00-21:00"
        candidate = make_candidate(timezone="Europe/Berlin")
        assert may_call_now(candidate, make_approved_job(), now=NOON) == Allowed("+14155550100", NOON.replace(hour=19))

    def test_the_time_zones_that_there_are_are_looked_up_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        candidate = make_candidate(timezone="Europe/Berlin")
        evaluate(candidate.phone, now=NOON, candidate=candidate)
        monkeypatch.setattr("candidates.timezones.available_timezones", None)
        report = evaluate(candidate.phone, now=NOON, candidate=candidate)
        assert report.request
        assert report.request.zones == ("Europe/Berlin",)

    def test_a_number_that_may_be_anywhere_is_not_called_when_no_minute_suits_everywhere(self, settings: Any) -> None:
        settings.CALLING_HOURS = "12:00-13:00"
        verdict = may_call_now(make_candidate(phone="+18005550100"), make_approved_job(), now=NOON)
        assert isinstance(verdict, Never)
        assert "time zone" in verdict.reason

    def test_a_number_is_left_alone_for_a_while_after_a_call(self, settings: Any) -> None:
        settings.CALL_COOL_DOWN = timedelta(minutes=10)
        now = timezone.now()
        interview = called(now - timedelta(minutes=3))
        verdict = may_call_now(interview.candidate, interview.job, now=now)
        assert isinstance(verdict, Later)
        assert (verdict.when, verdict.wait_reason) == (now + timedelta(minutes=7), WaitReason.COOL_DOWN)

    def test_a_call_that_the_carrier_never_took_was_none(self, settings: Any) -> None:
        settings.CALL_COOL_DOWN, settings.CALLS_PER_NUMBER_PER_DAY = timedelta(minutes=10), 1
        now = timezone.now()
        interview = called(now - timedelta(minutes=3), sid="")
        assert may_call_now(interview.candidate, interview.job, now=now) == Allowed("+14155550100")

    def test_of_two_things_to_wait_for_the_longer_one_counts(self, settings: Any) -> None:
        settings.CALL_COOL_DOWN, settings.CALLS_PER_NUMBER_PER_DAY = timedelta(minutes=10), 1
        now = timezone.now()
        interview = called(now - timedelta(minutes=3))
        verdict = may_call_now(interview.candidate, interview.job, now=now)
        assert isinstance(verdict, Later)
        assert verdict.wait_reason == WaitReason.NUMBER_DAILY_LIMIT

    def test_nobody_is_called_whose_data_was_erased(self) -> None:
        candidate = make_candidate(erased_at=timezone.now())
        verdict = may_call_now(candidate, make_approved_job(), now=timezone.now())
        assert verdict == Never("This candidate's data was erased.")

    def test_a_number_is_called_so_many_times_a_day(self, settings: Any) -> None:
        settings.CALLS_PER_NUMBER_PER_DAY = 1
        now = timezone.now()
        interview = called(now - timedelta(hours=3))
        verdict = may_call_now(interview.candidate, interview.job, now=now)
        assert isinstance(verdict, Later)
        assert verdict.when > now + timedelta(hours=23)

    def test_a_wait_that_ends_at_night_ends_in_the_morning(self, settings: Any, time_machine: Any) -> None:
        settings.CALL_COOL_DOWN, settings.CALLING_HOURS = timedelta(hours=3), "08:00-21:00"
        evening = NOON.replace(day=11, hour=2)  # 19:00 in Los Angeles
        time_machine.move_to(evening)
        interview = called(evening - timedelta(minutes=5))
        verdict = may_call_now(interview.candidate, interview.job, now=evening)
        assert isinstance(verdict, Later)
        assert (verdict.when, verdict.wait_reason) == (NOON.replace(day=11, hour=15), WaitReason.COOL_DOWN)


def called(ended: datetime, *, sid: str = "CA1") -> Any:
    interview = make_interview()
    attempt = interview.attempts.create(number=1, send_before=ended, ended_at=ended, outcome="busy")
    Call.objects.create(attempt=attempt, number="+14155550100", twilio_sid=sid, status="busy", ended_at=ended)
    return interview


@pytest.mark.django_db
def test_turns_are_given_once_and_evenly() -> None:
    DialRate.locked_for_update()
    turns = [DialRate.reserve_slot(10) for _ in range(5)]
    gaps = [later - earlier for earlier, later in pairwise(turns)]
    assert gaps == [timedelta(milliseconds=100)] * 4
