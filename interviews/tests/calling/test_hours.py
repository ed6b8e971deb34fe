"""Calling hours in one time zone and in several at once, also when the clocks change."""

from datetime import UTC, datetime

import pytest

from interviews.calling.hours import NOTATION, CallingHours, closing_time, first_allowed

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)  # 05:00 in Los Angeles, 08:00 in New York, 14:00 in Berlin


@pytest.mark.parametrize("text", ["", "8-21", "21:00-08:00", "08:00", "08:00-25:00", "08:00-08:00", "a-b"])
def test_invalid_hours_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=NOTATION):
        CallingHours.parse_hours(text)


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
def test_first_moment_is_allowed_in_all_zones(
    hours: str, zones: list[str], since: datetime, first: datetime | None
) -> None:
    assert first_allowed(CallingHours.parse_hours(hours), zones, since=since) == first


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
def test_closing_time_is_earliest_of_all_zones(
    hours: str, zones: list[str], since: datetime, end: datetime | None
) -> None:
    assert closing_time(CallingHours.parse_hours(hours), zones, since=since) == end
