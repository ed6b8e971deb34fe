"""A time for another call as it was said, and the moment that it means."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

WAKING_HOURS = (time(8), time(20, 59))
"""A clock time without a half of the day means one in these hours."""

MIN_NOTICE = timedelta(minutes=5)
"""A moment sooner than this has gone by."""

BEFORE_MARGIN = timedelta(hours=1)
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


def resolve_time(requested_time: RequestedTime, now: datetime) -> datetime:
    """Return the next moment that the requested time can mean. `now` is aware, in the candidate's time zone."""
    if requested_time.delay is not None:
        return (now.astimezone(UTC) + requested_time.delay).astimezone(now.tzinfo)
    if requested_time.clock is None and requested_time.part is None and not _names_other_day(requested_time):
        return now + DEFAULT_DELAY
    earliest = now + MIN_NOTICE
    candidates = (
        at for day in _possible_days(requested_time, now) for at in _possible_moments(requested_time, day, now)
    )
    return next(at for at in candidates if at >= earliest)


def _names_other_day(requested_time: RequestedTime) -> bool:
    return bool(requested_time.days or requested_time.weekday is not None or requested_time.weeks)


def _possible_days(requested_time: RequestedTime, now: datetime) -> list[datetime]:
    """Return the days that can be meant, the likeliest first."""
    if requested_time.weekday is not None:
        first_day = now + timedelta(days=(requested_time.weekday - now.weekday()) % 7)
        if requested_time.weeks and first_day.isocalendar()[:2] == now.isocalendar()[:2]:
            first_day += timedelta(weeks=requested_time.weeks)
        return [first_day, first_day + timedelta(weeks=1)]
    if requested_time.weeks:
        return [now - timedelta(days=now.weekday()) + timedelta(weeks=requested_time.weeks)]
    first_day = now + timedelta(days=requested_time.days or 0)
    return [first_day, first_day + timedelta(days=1)]


def _possible_moments(requested_time: RequestedTime, day: datetime, now: datetime) -> list[datetime]:
    """Return the moments of a day that can be meant, the earliest first."""
    if requested_time.clock is not None:
        margin = BEFORE_MARGIN if requested_time.before else timedelta(0)
        return [_moment_at(day, clock) - margin for clock in _possible_clocks(requested_time, requested_time.clock)]
    if requested_time.part is not None:
        part_start, part_end = (
            _moment_at(day, PART_STARTS[requested_time.part]),
            _moment_at(day, PART_ENDS[requested_time.part]),
        )
        return [now + MIN_NOTICE if part_start <= now < part_end - MIN_NOTICE else part_start]
    if day.date() == now.date():
        return [now + DEFAULT_DELAY]
    return [_moment_at(day, PART_STARTS[DayPart.MORNING])]


def _possible_clocks(requested_time: RequestedTime, clock: time) -> list[time]:
    if requested_time.half_known:
        return [clock]
    other_clock = clock.replace(hour=(clock.hour + 12) % 24)
    if requested_time.part is DayPart.MORNING:
        return [min(clock, other_clock)]
    if requested_time.part is not None:
        return [max(clock, other_clock)]
    first_waking, last_waking = WAKING_HOURS
    return sorted(hour for hour in (clock, other_clock) if first_waking <= hour <= last_waking)


def _moment_at(day: datetime, clock: time) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
