"""The calling hours. A call is allowed while they apply in every time zone that the candidate may be in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_AHEAD = 8


@dataclass(frozen=True)
class CallingHours:
    """A part of the day in local time, from `start` up to but not including `end`."""

    start: time
    end: time | None
    """None means midnight at the end of the day."""

    @classmethod
    def parse(cls, text: str) -> "CallingHours":
        """Parse "08:00-21:00". "00:00-24:00" includes every moment. Raises ValueError with a message for people."""
        try:
            start, end = text.split("-")
            hours = cls(
                time.fromisoformat(start.strip()), None if end.strip() == "24:00" else time.fromisoformat(end.strip())
            )
        except ValueError:
            raise ValueError(f"Invalid calling hours: {text!r}. Write them as 08:00-21:00.") from None
        if hours.end is not None and hours.end <= hours.start:
            raise ValueError(f"The calling hours {text!r} end before they begin. Write them as 08:00-21:00.")
        return hours

    def include(self, moment: datetime) -> bool:
        """Whether the local time of this moment, in its own time zone, is inside the hours."""
        local_time = moment.time()
        return self.start <= local_time and (self.end is None or local_time < self.end)


def first_allowed(hours: CallingHours, zones: Iterable[str], *, since: datetime) -> datetime | None:
    """Return the first moment, not before `since`, that is inside the hours in all zones, or None.

    The hours of several zones can only start to overlap when they begin in one of the zones, so only `since` and these
    beginnings are tested.
    """
    time_zones = [ZoneInfo(zone) for zone in zones]
    openings = (opening for zone in time_zones for opening in _openings(hours, zone, since=since))
    for moment in sorted([since, *(opening for opening in openings if opening > since)]):
        if all(hours.include(moment.astimezone(zone)) for zone in time_zones):
            return moment
    return None


def _openings(hours: CallingHours, zone: ZoneInfo, *, since: datetime) -> list[datetime]:
    """Return the beginnings of the hours in this zone, for DAYS_AHEAD days from today."""
    today = since.astimezone(zone).date()
    openings = (datetime.combine(today + timedelta(days=days), hours.start, tzinfo=zone) for days in range(DAYS_AHEAD))
    return [opening.astimezone(since.tzinfo) for opening in openings]


def closing_time(hours: CallingHours, zones: Iterable[str], *, since: datetime) -> datetime | None:
    """Return the first moment after `since` at which the hours end in one of the zones, or None if they never end."""
    if hours == CallingHours(time(0), None):
        return None
    closings = []
    for zone in map(ZoneInfo, zones):
        today = since.astimezone(zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(3))
        ends = (datetime.combine(day, hours.end or time(0), tzinfo=zone).astimezone(since.tzinfo) for day in days)
        closings.append(next(end for end in ends if end > since))
    return min(closings, default=None)
