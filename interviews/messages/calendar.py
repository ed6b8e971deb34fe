"""The calendar file of an agreed call (RFC 5545, RFC 5546)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress

from interviews.models import Interview
from interviews.wait_reason import AGREED
from screener.services.mail import CalendarFile

PRODUCT = "-//Screener//Interviews//EN"


class Method(StrEnum):
    """PUBLISH and not REQUEST: the mailbox of the sender reads no replies, so that none may be asked for."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Appointment:
    """The entry of the interview in a calendar. `sequence`: the number of the file among those of the interview."""

    interview: Interview
    starts_at: datetime
    minutes: int
    title: str
    employer: str
    sequence: int


def agreed_time(interview: Interview, now: datetime) -> datetime | None:
    """When the candidate is called, if a person has chosen the time and it is still to come."""
    due = interview.next_attempt_at
    is_agreed = interview.is_live and interview.wait_reason in AGREED and due is not None and due > now
    return due if is_agreed else None


def make_calendar_file(appointment: Appointment, method: Method, now: datetime) -> CalendarFile:
    """The file. Its times are in UTC, which every calendar shows in the zone of its reader.

    The link of the invitation is a secret, and calendars are shared: the file does not hold it.
    """
    event = Event()
    event.add("uid", f"{appointment.interview.pk}@{settings.PUBLIC_HOST}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", appointment.starts_at)
    event.add("duration", timedelta(minutes=appointment.minutes))
    event.add("summary", appointment.title)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("organizer", _organizer(appointment.employer))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(event)
    return CalendarFile(calendar.to_ical().decode(), method.value)


def _organizer(employer: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{parseaddr(str(settings.DEFAULT_FROM_EMAIL))[1]}")
    address.params["CN"] = employer.replace('"', "'")
    return address
