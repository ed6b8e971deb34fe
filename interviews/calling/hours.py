"""When it is allowed to call: inside the calling hours of every time zone that somebody may be in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_AHEAD = 8


@dataclass(frozen=True)
class CallingHours:
    """A part of the day, from `start` up to but not including `end`, by the clock on the wall."""

    start: time
    end: time | None
    """None: midnight, the end of the day."""

    @classmethod
    def parse(cls, text: str) -> "CallingHours":
        """From "08:00-21:00"; "00:00-24:00" is always. Raises ValueError, with a sentence, for anything else."""
        try:
            start, end = text.split("-")
            hours = cls(
                time.fromisoformat(start.strip()), None if end.strip() == "24:00" else time.fromisoformat(end.strip())
            )
        except ValueError:
            raise ValueError(f"{text!r} are no calling hours. Write them as 08:00-21:00.") from None
        if hours.end is not None and hours.end <= hours.start:
            raise ValueError(f"The calling hours {text!r} end before they begin. Write them as 08:00-21:00.")
        return hours

    def include(self, moment: datetime) -> bool:
        """Whether this moment, in its own time zone, lies inside."""
        clock = moment.time()
        return self.start <= clock and (self.end is None or clock < self.end)


def first_allowed(hours: CallingHours, zones: Iterable[str], *, since: datetime) -> datetime | None:
    """The first moment from `since` on that is inside the hours in all of the zones; None where there never is one.

    Where the hours of several zones overlap, the overlap begins when the hours begin in one of them.
    """
    places = [ZoneInfo(zone) for zone in zones]
    today = [since.astimezone(place).date() for place in places]
    begins = (
        datetime.combine(day + timedelta(days=ahead), hours.start, tzinfo=place)
        for place, day in zip(places, today, strict=True)
        for ahead in range(DAYS_AHEAD)
    )
    later = (begin.astimezone(since.tzinfo) for begin in begins)
    for moment in sorted([since, *(begin for begin in later if begin > since)]):
        if all(hours.include(moment.astimezone(place)) for place in places):
            return moment
    return None


def closing_time(hours: CallingHours, zones: Iterable[str], *, since: datetime) -> datetime | None:
    """The first moment after `since` at which the hours end in one of the zones; None where they never do."""
    if hours == CallingHours(time(0), None):
        return None
    ends = []
    for place in map(ZoneInfo, zones):
        today = since.astimezone(place).date()
        days = (today + timedelta(days=ahead) for ahead in range(3))
        at = (datetime.combine(day, hours.end or time(0), tzinfo=place).astimezone(since.tzinfo) for day in days)
        ends.append(next(end for end in at if end > since))
    return min(ends, default=None)
