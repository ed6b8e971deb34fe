"""The calling hours. A call is allowed while they apply in every time zone that the candidate may be in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_AHEAD = 8
NOTATION = "Write them as 08:00-21:00."


@dataclass(frozen=True)
class CallingHours:
    """A part of the day in local time, from `start` up to but not including `end`."""

    start: time
    end: time | None
    """None means midnight at the end of the day."""

    @classmethod
    def parse_hours(cls, hours_text: str) -> "CallingHours":
        """Parse "08:00-21:00". "00:00-24:00" includes every moment. Raises ValueError with a message for people."""
        try:
            start_text, end_text = hours_text.split("-")
            hours = cls(
                time.fromisoformat(start_text.strip()),
                None if end_text.strip() == "24:00" else time.fromisoformat(end_text.strip()),
            )
        except ValueError:
            raise ValueError(f"Invalid calling hours: {hours_text!r}. {NOTATION}") from None
        if hours.end is not None and hours.end <= hours.start:
            raise ValueError(f"The calling hours {hours_text!r} end before they begin. {NOTATION}")
        return hours

    def are_open_at(self, moment: datetime) -> bool:
        """Whether the local time of this moment, in its own time zone, is inside the hours."""
        local_time = moment.time()
        return self.start <= local_time and (self.end is None or local_time < self.end)


def first_allowed(hours: CallingHours, zone_names: Iterable[str], *, since: datetime) -> datetime | None:
    """Return the first moment, not before `since`, that is inside the hours in all zones, or None.

    The hours of several zones can only start to overlap when they begin in one of the zones, so only `since` and these
    beginnings are tested.
    """
    time_zones = [ZoneInfo(zone) for zone in zone_names]
    opening_times = (opening for zone in time_zones for opening in _opening_times(hours, zone, since=since))
    for moment in sorted([since, *(opening for opening in opening_times if opening > since)]):
        if all(hours.are_open_at(moment.astimezone(zone)) for zone in time_zones):
            return moment
    return None


def _opening_times(hours: CallingHours, zone: ZoneInfo, *, since: datetime) -> list[datetime]:
    """Return the beginnings of the hours in this zone, for DAYS_AHEAD days from today."""
    today = since.astimezone(zone).date()
    local_openings = (
        datetime.combine(today + timedelta(days=days), hours.start, tzinfo=zone) for days in range(DAYS_AHEAD)
    )
    return [opening.astimezone(since.tzinfo) for opening in local_openings]


def closing_time(hours: CallingHours, zone_names: Iterable[str], *, since: datetime) -> datetime | None:
    """Return the first moment after `since` at which the hours end in one of the zones, or None if they never end."""
    if hours == CallingHours(time(0), None):
        return None
    closing_times = []
    for zone in map(ZoneInfo, zone_names):
        today = since.astimezone(zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(3))
        possible_ends = (
            datetime.combine(day, hours.end or time(0), tzinfo=zone).astimezone(since.tzinfo) for day in days
        )
        closing_times.append(next(end for end in possible_ends if end > since))
    return min(closing_times, default=None)
