"""May this person be called now? One gate, asked at dial time, that says why not, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

import phonenumbers
from django.conf import settings
from django.utils import timezone
from phonenumbers import PhoneNumberType
from phonenumbers.timezone import time_zones_for_number

from candidates.models import Candidate, Consent, DoNotCall
from candidates.phone import NotAPhoneNumber, e164
from interviews.hours import CallingHours, first_allowed
from interviews.models import Call
from jobs.models import JobDescription

BUSY_AGAIN_IN = timedelta(minutes=1)

# Satellite and global services count as valid mobile numbers, so they are known by their country codes.
SATELLITE_AND_GLOBAL = {800, 808, 870, 878, 881, 882, 883, 888, 979}
COSTLY = {
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number",
    PhoneNumberType.SHARED_COST: "a shared-cost number",
    PhoneNumberType.UAN: "a company's shared number",
    PhoneNumberType.PAGER: "a pager",
}
UNKNOWN_ZONE = "Etc/Unknown"


@dataclass(frozen=True)
class Allowed:
    number: str


@dataclass(frozen=True)
class Later:
    """Not now. `when`: ask again then."""

    when: datetime
    reason: str


@dataclass(frozen=True)
class Never:
    reason: str


def may_ever_call(candidate: Candidate, job: JobDescription) -> Allowed | Never:
    """What does not depend on the hour: asked when an interview is planned, and again at dial time."""
    if not job.is_open:
        return Never("This job is closed. Open it again to interview for it.")
    verdict = may_dial(candidate.phone)
    if isinstance(verdict, Never):
        return verdict
    if candidate.erased_at:
        return Never("This candidate's data was erased.")
    if job.consent_required and not candidate.consents_to(Consent.Kind.CALL):
        return Never("There is no consent to be called on record. Record it on the candidate, with where it was given.")
    if not (zones := _zones(candidate, verdict.number)):
        return Never("It is not known which time zone this number is in. Set the candidate's time zone.")
    hours = CallingHours.parse(settings.CALLING_HOURS)
    if first_allowed(hours, zones, since=timezone.now()) is None:
        return Never(
            f"The calling hours {settings.CALLING_HOURS} never apply at once in all the time zones that this number "
            "may be in. Set the candidate's time zone."
        )
    return verdict


def may_dial(typed: str) -> Allowed | Never:
    """Whether this number, whoever it belongs to, may be dialled at all."""
    try:
        number = e164(typed)
    except NotAPhoneNumber as error:
        return Never(str(error))
    if reason := _not_a_number_to_call(number):
        return Never(reason)
    if not (number in _whitelist() or "*" in settings.WHITELISTED_NUMBERS):
        return Never(
            "This number is not on the whitelist. Add it to WHITELISTED_NUMBERS, or set that to * for every number."
        )
    if DoNotCall.objects.covers(number):
        return Never("This number is on the do-not-call list: its owner asked not to be called again.")
    return Allowed(number)


def _not_a_number_to_call(number: str) -> str:
    parsed = phonenumbers.parse(number)
    if parsed.country_code in SATELLITE_AND_GLOBAL:
        return f"+{parsed.country_code} is a satellite or global service, which is never called."
    if not phonenumbers.is_valid_number(parsed):
        return "No such number exists in its country. Check it against where it came from."
    kind = phonenumbers.number_type(parsed)
    if kind in COSTLY:
        return f"This is {COSTLY[kind]}, which is never called."
    country = phonenumbers.region_code_for_number(parsed)
    if settings.ALLOWED_COUNTRIES and country not in settings.ALLOWED_COUNTRIES:
        return f"Numbers in {country or 'this country'} are not called. Add it to ALLOWED_COUNTRIES if they should be."
    return ""


def may_call_now(candidate: Candidate, job: JobDescription, *, now: datetime) -> Allowed | Later | Never:
    verdict = may_ever_call(candidate, job)
    if isinstance(verdict, Never):
        return verdict
    opens = first_allowed(CallingHours.parse(settings.CALLING_HOURS), _zones(candidate, verdict.number), since=now)
    if opens is None or opens > now:
        return Later(opens or now + timedelta(days=1), f"Outside the calling hours ({settings.CALLING_HOURS}) there.")
    return _free_line(verdict.number, now) or verdict


def _free_line(number: str, now: datetime) -> Later | None:
    """When the number may be called again, where it is being called or was called a moment ago."""
    calls = Call.objects.filter(number=number)
    if calls.filter(ended_at__isnull=True).exists():
        return Later(now + BUSY_AGAIN_IN, "Another call to this number is running.")
    reached = calls.exclude(twilio_sid="")
    last = reached.order_by("-ended_at").values_list("ended_at", flat=True).first()
    if last and last + settings.CALL_COOL_DOWN > now:
        return Later(last + settings.CALL_COOL_DOWN, "This number was called a moment ago.")
    if not settings.CALLS_PER_NUMBER_PER_DAY:
        return None
    day = reached.filter(created_at__gt=now - timedelta(days=1)).order_by("-created_at")
    earliest = day.values_list("created_at", flat=True)[settings.CALLS_PER_NUMBER_PER_DAY - 1 :].first()
    if earliest:
        return Later(
            earliest + timedelta(days=1),
            f"This number was called {settings.CALLS_PER_NUMBER_PER_DAY} times within a day, which is the limit.",
        )
    return None


def _zones(candidate: Candidate, number: str) -> tuple[str, ...]:
    """Every time zone that the candidate may be in: their own where it is known, else the number's; none if unknown."""
    if candidate.timezone in available_timezones():
        return (candidate.timezone,)
    zones = time_zones_for_number(phonenumbers.parse(number))
    return () if UNKNOWN_ZONE in zones else tuple(zones)


def _whitelist() -> set[str]:
    """The numbers on the whitelist in the form that is dialled. What is no number there allows nobody."""
    numbers = set()
    for entry in settings.WHITELISTED_NUMBERS:
        try:
            numbers.add(e164(entry))
        except NotAPhoneNumber:
            continue
    return numbers
