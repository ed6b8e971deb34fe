"""A time for another call as it was said, and the moment that it means."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

WAKING_HOURS = (time(8), time(20, 59))
"""A clock time without a half of the day means one in these hours."""

MIN_NOTICE = timedelta(minutes=5)
"""A moment sooner than this has gone by."""

BEFORE = timedelta(hours=1)
"""A call that is wanted before six is placed at five."""


class DayPart(StrEnum):
    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PART_STARTS = {
    DayPart.MORNING: time(9),
    DayPart.MIDDAY: time(12),
    DayPart.AFTERNOON: time(14),
    DayPart.EVENING: time(18),
}
PART_ENDS = {
    DayPart.MORNING: time(12),
    DayPart.MIDDAY: time(14),
    DayPart.AFTERNOON: time(18),
    DayPart.EVENING: time(21),
}
DEFAULT_DELAY = timedelta(hours=2)
"""For a wish without a time, such as "later today"."""


@dataclass(frozen=True)
class RequestedTime:
    """Either a delay from now, or a day with a clock time or a part of the day. All empty: no time was named."""

    delay: timedelta | None = None
    days: int | None = None
    """From today: 0 is today, 1 is tomorrow."""
    weekday: int | None = None
    """0 is Monday."""
    weeks: int = 0
    """1 is next week."""
    clock: time | None = None
    half_known: bool = True
    """False: five o'clock may be 05:00 or 17:00. `clock` is then before 13:00."""
    part: DayPart | None = None
    before: bool = False
    """The clock time is the end of the time, not its beginning."""

    @property
    def names_day(self) -> bool:
        return self.days is not None or self.weekday is not None or bool(self.weeks)


def resolve(requested: RequestedTime, now: datetime) -> datetime:
    """Return the next moment that the requested time can mean. `now` is aware, in the candidate's time zone."""
    if requested.delay is not None:
        return (now.astimezone(UTC) + requested.delay).astimezone(now.tzinfo)
    if requested.clock is None and requested.part is None and not _names_other_day(requested):
        return now + DEFAULT_DELAY
    earliest = now + MIN_NOTICE
    candidates = (at for day in _days(requested, now) for at in _moments(requested, day, now))
    return next(at for at in candidates if at >= earliest)


def _names_other_day(requested: RequestedTime) -> bool:
    return bool(requested.days or requested.weekday is not None or requested.weeks)


def _days(requested: RequestedTime, now: datetime) -> list[datetime]:
    """Return the days that can be meant, the likeliest first."""
    if requested.weekday is not None:
        first = now + timedelta(days=(requested.weekday - now.weekday()) % 7)
        if requested.weeks and first.isocalendar()[:2] == now.isocalendar()[:2]:
            first += timedelta(weeks=requested.weeks)
        return [first, first + timedelta(weeks=1)]
    if requested.weeks:
        return [now - timedelta(days=now.weekday()) + timedelta(weeks=requested.weeks)]
    first = now + timedelta(days=requested.days or 0)
    return [first, first + timedelta(days=1)]


def _moments(requested: RequestedTime, day: datetime, now: datetime) -> list[datetime]:
    """Return the moments of a day that can be meant, the earliest first."""
    if requested.clock is not None:
        early = BEFORE if requested.before else timedelta(0)
        return [_at(day, clock) - early for clock in _clocks(requested, requested.clock)]
    if requested.part is not None:
        start, end = _at(day, PART_STARTS[requested.part]), _at(day, PART_ENDS[requested.part])
        return [now + MIN_NOTICE if start <= now < end - MIN_NOTICE else start]
    if day.date() == now.date():
        return [now + DEFAULT_DELAY]
    return [_at(day, PART_STARTS[DayPart.MORNING])]


def _clocks(requested: RequestedTime, clock: time) -> list[time]:
    if requested.half_known:
        return [clock]
    other = clock.replace(hour=(clock.hour + 12) % 24)
    if requested.part is DayPart.MORNING:
        return [min(clock, other)]
    if requested.part is not None:
        return [max(clock, other)]
    first, last = WAKING_HOURS
    return sorted(hour for hour in (clock, other) if first <= hour <= last)


def _at(day: datetime, clock: time) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
