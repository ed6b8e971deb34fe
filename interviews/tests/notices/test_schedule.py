"""When digests are due: by the local hour of their reader, also where clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviews.models import MailPace, NoticeSettings
from interviews.notices.schedule import digest_period, recipient_zone
from screener.models import Organisation
from tests.support.factories import make_organisation

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC"]
FIRST_SECOND = int(datetime(2011, 12, 25, tzinfo=UTC).timestamp())
LAST_SECOND = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp())


def berlin(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=BERLIN, fold=fold).astimezone(UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("now", "first_day", "starts_at"),
    [
        (berlin(2026, 3, 29, 7, 59), date(2026, 3, 28), berlin(2026, 3, 28, 8)),
        (berlin(2026, 3, 29, 8), date(2026, 3, 29), berlin(2026, 3, 29, 8)),
    ],
)
def test_day_begins_at_local_hour(now: datetime, first_day: date, starts_at: datetime) -> None:
    period = digest_period(MailPace.DAILY, now, BERLIN, 8)
    assert (period.first_day, period.starts_at) == (first_day, starts_at)


def test_skipped_hour_begins_after_gap() -> None:
    """On 29 March 2026 the clocks of Berlin go from 2 to 3 o'clock."""
    before, after = berlin(2026, 3, 29, 1, 59), berlin(2026, 3, 29, 3)
    assert digest_period(MailPace.DAILY, before, BERLIN, 2).first_day == date(2026, 3, 28)
    assert digest_period(MailPace.DAILY, after, BERLIN, 2).first_day == date(2026, 3, 29)


def test_repeated_hour_counts_once() -> None:
    """On 25 October 2026 the hour from 2 o'clock comes twice."""
    times = [berlin(2026, 10, 25, 2, 30), berlin(2026, 10, 25, 2, 30, fold=1), berlin(2026, 10, 25, 3)]
    periods = {digest_period(MailPace.DAILY, now, BERLIN, 2) for now in times}
    assert [period.first_day for period in periods] == [date(2026, 10, 25)]


def test_week_begins_on_monday() -> None:
    monday = berlin(2026, 11, 30, 8)
    assert digest_period(MailPace.WEEKLY, monday, BERLIN, 8).first_day == date(2026, 11, 30)
    assert digest_period(MailPace.WEEKLY, monday - timedelta(minutes=1), BERLIN, 8).first_day == date(2026, 11, 23)
    assert digest_period(MailPace.WEEKLY, berlin(2026, 12, 6, 23), BERLIN, 8).first_day == date(2026, 11, 30)


@given(
    st.sampled_from(ZONES),
    st.integers(0, 23),
    st.sampled_from([MailPace.DAILY, MailPace.WEEKLY]),
    st.integers(FIRST_SECOND, LAST_SECOND).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
def test_periods_are_gapless(zone: str, hour: int, pace: MailPace, now: datetime) -> None:
    """The period has begun and is not over, and the moment before it belongs to the one before."""
    period = digest_period(pace, now, ZoneInfo(zone), hour)
    longest = timedelta(days=7 if pace == MailPace.WEEKLY else 1, hours=49 if zone == "Pacific/Apia" else 1)
    assert timedelta(0) <= now - period.starts_at <= longest
    previous = digest_period(pace, period.starts_at - timedelta(seconds=1), ZoneInfo(zone), hour)
    assert previous.first_day < period.first_day


@pytest.mark.django_db
def test_zone_is_that_of_employer_by_default() -> None:
    own = NoticeSettings(time_zone="")
    assert recipient_zone(own) == ZoneInfo("UTC")
    make_organisation()
    assert recipient_zone(own) == ZoneInfo("America/Los_Angeles")
    Organisation.objects.update(callback_number="+18005550123")
    assert recipient_zone(own) == ZoneInfo("UTC")
    assert recipient_zone(NoticeSettings(time_zone="Europe/Berlin")) == BERLIN
    assert recipient_zone(NoticeSettings(time_zone="Nowhere/Town")) == ZoneInfo("UTC")
