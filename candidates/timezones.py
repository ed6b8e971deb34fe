"""IANA time zone names."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def iana_time_zones() -> set[str]:
    """All names. Cached, because the lookup reads hundreds of files."""
    return available_timezones()


def local_moment(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment of a local time, in UTC. None: the clocks skip this time. Of two such moments, the first one."""
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == local else None
