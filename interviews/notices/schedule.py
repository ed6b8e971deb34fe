"""When mails with notices are due, in the time zone of their recipient."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from django.conf import settings
from phonenumbers.timezone import time_zones_for_number

from interviews.models import MailPace, NoticeSettings
from screener.models import Organisation

COLLECT_FOR = timedelta(minutes=2)
"""A mail at once waits so long after its first notice for further ones."""
AT_ONCE_SPACING = timedelta(minutes=10)
"""The least time between two mails at once to one person: a campaign of a thousand calls makes six in an hour."""
UNKNOWN_ZONE = "Etc/Unknown"


@dataclass(frozen=True)
class DigestPeriod:
    """The day or week whose digest is due. `starts_at`: notices from before this moment belong to it."""

    first_day: date
    starts_at: datetime


def digest_period(pace: MailPace, now: datetime, zone: ZoneInfo, hour: int) -> DigestPeriod:
    """Return the latest period of this pace that has begun: at this hour of a day, or of a Monday, in the zone.

    An hour that the clocks skip begins when they have skipped it. An hour that they repeat counts once.
    """
    day = now.astimezone(zone).date()
    if pace == MailPace.WEEKLY:
        day -= timedelta(days=day.weekday())
    begins = datetime.combine(day, time(hour), tzinfo=zone)
    if begins.timestamp() > now.timestamp():
        day -= timedelta(days=7 if pace == MailPace.WEEKLY else 1)
        begins = datetime.combine(day, time(hour), tzinfo=zone)
    return DigestPeriod(day, begins.astimezone(UTC))


def recipient_zone(own: NoticeSettings) -> ZoneInfo:
    """The zone that the user chose, else that of the employer's call-back number, else that of the site."""
    return own.zone(default_zone())


def default_zone() -> ZoneInfo:
    organisation = Organisation.current()
    return _zone_of(organisation.callback_number) if organisation else ZoneInfo(settings.TIME_ZONE)


@lru_cache
def _zone_of(number: str) -> ZoneInfo:
    """The zone of a number, if it can be in one only: +1 800 is in several."""
    zones = time_zones_for_number(phonenumbers.parse(number))
    zone_names = [zone for zone in zones if zone != UNKNOWN_ZONE]
    return ZoneInfo(zone_names[0]) if len(zone_names) == 1 else ZoneInfo(settings.TIME_ZONE)
