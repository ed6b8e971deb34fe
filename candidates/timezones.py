"""IANA time zone names."""

from functools import cache
from zoneinfo import available_timezones


@cache
def iana_time_zones() -> set[str]:
    """All names. Cached, because the lookup reads hundreds of files."""
    return available_timezones()
