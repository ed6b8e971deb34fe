"""The time zones that there are."""

from functools import cache
from zoneinfo import available_timezones


@cache
def time_zones() -> set[str]:
    """By their IANA names. Looking them up reads hundreds of files, which takes longer than all else of a verdict."""
    return available_timezones()
