"""May this person be called now? One list of rules, for whoever dials and for whoever asks: why not, and when."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from phonenumbers import PhoneNumberType
from phonenumbers.timezone import time_zones_for_number

from candidates.models import Candidate, Consent, DoNotCall
from candidates.phone_format import InvalidPhoneNumber, to_e164
from candidates.timezones import iana_time_zones
from interviews.calling.hours import CallingHours, closing_time, first_allowed
from interviews.models import Call, WaitReason
from jobs.models import JobDescription

BUSY_AGAIN_IN = timedelta(minutes=1)
NUMBER_BUSY = "Another call to this number is running."

# Satellite and global services count as valid mobile numbers, so they are known by their country codes.
SATELLITE_AND_GLOBAL = {800, 808, 870, 878, 881, 882, 883, 888, 979}
COSTLY = {
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number",
    PhoneNumberType.SHARED_COST: "a shared-cost number",
    PhoneNumberType.UAN: "a company's shared number",
    PhoneNumberType.PAGER: "a pager",
}
UNKNOWN_ZONE = "Etc/Unknown"
ZONES_NAMED = 4


@dataclass(frozen=True)
class Allowed:
    """`until`: when the calling hours end, where that was asked."""

    number: str
    until: datetime | None = None


@dataclass(frozen=True)
class Later:
    """Not now. `when`: ask again then."""

    when: datetime
    wait_reason: WaitReason
    reason: str


@dataclass(frozen=True)
class Never:
    reason: str


@dataclass(frozen=True)
class Kept:
    """Nothing stands in the way. `reason`: what was found."""

    reason: str


@dataclass(frozen=True)
class Unasked:
    """`reason`: what would have to be known."""

    reason: str


@dataclass(frozen=True)
class Case:
    """Whom to call, and what for, as far as that is known. `number` is in the form that is dialled."""

    number: str
    now: datetime
    candidate: Candidate | None = None
    job: JobDescription | None = None

    @cached_property
    def parsed(self) -> phonenumbers.PhoneNumber:
        return phonenumbers.parse(self.number)

    @property
    def has_own_zone(self) -> bool:
        return self.candidate is not None and self.candidate.timezone in iana_time_zones()

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """Every zone that they may be in: their own where it is known, else the number's; none if unknown."""
        if self.candidate and self.has_own_zone:
            return (self.candidate.timezone,)
        zones = time_zones_for_number(self.parsed)
        return () if UNKNOWN_ZONE in zones else tuple(zones)

    @property
    def calls(self) -> QuerySet[Call]:
        return Call.objects.filter(number=self.number)

    @property
    def reached(self) -> QuerySet[Call]:
        """A call that the carrier never took was none."""
        return self.calls.exclude(twilio_sid="")


Verdict = Kept | Later | Never | Unasked
Rule = Callable[[Case], Verdict]


@dataclass(frozen=True)
class Finding:
    rule: str
    verdict: Verdict


def _job_is_open(case: Case) -> Verdict:
    if case.job is None:
        return Unasked("No job was given.")
    if not case.job.is_open:
        return Never("This job is closed. Open it again to interview for it.")
    return Kept("It is open.")


def _number_exists(case: Case) -> Verdict:
    if case.parsed.country_code in SATELLITE_AND_GLOBAL:
        return Never(f"+{case.parsed.country_code} is a satellite or global service, which is never called.")
    if not phonenumbers.is_valid_number(case.parsed):
        return Never("No such number exists in its country. Check it against where it came from.")
    kind = phonenumbers.number_type(case.parsed)
    if kind in COSTLY:
        return Never(f"This is {COSTLY[kind]}, which is never called.")
    return Kept("It is valid, and of no kind that is never called.")


def _country(case: Case) -> Verdict:
    country = phonenumbers.region_code_for_number(case.parsed)
    if settings.ALLOWED_COUNTRIES and country not in settings.ALLOWED_COUNTRIES:
        return Never(
            f"Numbers in {country or 'this country'} are not called. Add it to ALLOWED_COUNTRIES if they should be."
        )
    return Kept(f"{country or 'Of no country'}.")


def _whitelisted(case: Case) -> Verdict:
    if "*" in settings.WHITELISTED_NUMBERS:
        return Kept("Every number is on it (*).")
    if case.number not in _dialled_form(tuple(settings.WHITELISTED_NUMBERS)):
        return Never(
            "This number is not on the whitelist. Add it to WHITELISTED_NUMBERS, or set that to * for every number."
        )
    return Kept("It is on it.")


@lru_cache(maxsize=1)
def _dialled_form(whitelist: tuple[str, ...]) -> set[str]:
    """The numbers on the whitelist in the form that is dialled. What is no number there allows nobody."""
    numbers = set()
    for entry in whitelist:
        try:
            numbers.add(to_e164(entry))
        except InvalidPhoneNumber:
            continue
    return numbers


def _not_do_not_call(case: Case) -> Verdict:
    return _by_the_list(DoNotCall.objects.covers_number(case.number))


def _by_the_list(covers: bool) -> Verdict:
    if covers:
        return Never("This number is on the do-not-call list: its owner asked not to be called again.")
    return Kept("It is not on it.")


def _not_erased(case: Case) -> Verdict:
    if case.candidate is None:
        return Unasked("No candidate with this number is known.")
    if case.candidate.erased_at:
        return Never("This candidate's data was erased.")
    return Kept("It is there.")


def _consent(case: Case) -> Verdict:
    """Without a job, as most jobs have it: required."""
    if case.job and not case.job.consent_required:
        return Kept("This job requires none.")
    if case.candidate is None:
        return Unasked("No candidate with this number is known, so no consent either. It will be required.")
    if not case.candidate.consents_to(Consent.Kind.CALL):
        return Never("There is no consent to be called on record. Record it on the candidate, with where it was given.")
    return Kept("There is consent to be called.")


def _zones_are_known(case: Case) -> Verdict:
    if not case.zones:
        return Never("It is not known which time zone this number is in. Set the candidate's time zone.")
    if first_allowed(_hours(), case.zones, since=case.now) is None:
        return Never(
            f"The calling hours {settings.CALLING_HOURS} never apply at once in all the time zones that this number "
            "may be in. Set the candidate's time zone."
        )
    return Kept(f"{_some(case.zones)}, as {'the candidate' if case.has_own_zone else 'the number'} says.")


def _inside_hours(case: Case) -> Verdict:
    if not case.zones:
        return Unasked("The time zone is not known.")
    opens = first_allowed(_hours(), case.zones, since=case.now)
    there = _some([f"{case.now.astimezone(ZoneInfo(zone)):%a %H:%M} in {zone}" for zone in case.zones])
    if opens != case.now:
        return Later(
            opens or case.now + timedelta(days=1),
            WaitReason.CALLING_HOURS,
            f"Outside the calling hours ({settings.CALLING_HOURS}) there.",
        )
    return Kept(f"Inside {settings.CALLING_HOURS}: it is {there}.")


def _hours() -> CallingHours:
    return CallingHours.parse(settings.CALLING_HOURS)


def _some(names: Sequence[str]) -> str:
    more = len(names) - ZONES_NAMED
    return ", ".join(names[:ZONES_NAMED]) + (f" and {more} more" if more > 0 else "")


def _no_live_call(case: Case) -> Verdict:
    if case.calls.filter(ended_at__isnull=True).exists():
        return Later(case.now + BUSY_AGAIN_IN, WaitReason.NUMBER_BUSY, NUMBER_BUSY)
    return Kept("None is running.")


def _cool_down(case: Case) -> Verdict:
    last = case.reached.order_by("-ended_at").values_list("ended_at", flat=True).first()
    if last and last + settings.CALL_COOL_DOWN > case.now:
        return Later(last + settings.CALL_COOL_DOWN, WaitReason.COOL_DOWN, "This number was called a moment ago.")
    return Kept("It is over." if last else "This number was never called.")


def _daily_limit(case: Case) -> Verdict:
    limit = settings.CALLS_PER_NUMBER_PER_DAY
    if not limit:
        return Kept("There is none.")
    day = case.reached.filter(created_at__gt=case.now - timedelta(days=1)).order_by("-created_at")
    made = list(day.values_list("created_at", flat=True)[:limit])
    if len(made) == limit:
        return Later(
            made[-1] + timedelta(days=1),
            WaitReason.NUMBER_DAILY_LIMIT,
            f"This number was called {limit} times within a day, which is the limit.",
        )
    return Kept(f"Called {len(made)} of {limit} times within a day.")


EVER: dict[str, Rule] = {
    "Job": _job_is_open,
    "Number": _number_exists,
    "Country": _country,
    "Whitelist": _whitelisted,
    "Do-not-call list": _not_do_not_call,
    "Candidate's data": _not_erased,
    "Consent": _consent,
    "Time zone": _zones_are_known,
}
"""What does not depend on the hour."""

NOW: dict[str, Rule] = {
    "Calling hours": _inside_hours,
    "Running call": _no_live_call,
    "Pause after a call": _cool_down,
    "Calls to this number": _daily_limit,
}


@dataclass(frozen=True)
class Opinion:
    """What each rule says of a case, and what follows. There is no case where what was typed is no number."""

    case: Case | None
    findings: Sequence[Finding]

    @property
    def never(self) -> Never | None:
        verdicts = (finding.verdict for finding in self.findings)
        return next((one for one in verdicts if isinstance(one, Never)), None)

    @property
    def verdict(self) -> Allowed | Later | Never:
        """Later: at the first minute at which all rules agree, as far as can be told now."""
        if self.never:
            return self.never
        assert self.case, "a number that is none is never called"
        waits = [finding.verdict for finding in self.findings if isinstance(finding.verdict, Later)]
        if not waits:
            return Allowed(self.case.number, closing_time(_hours(), self.case.zones, since=self.case.now))
        longest = max(waits, key=lambda wait: wait.when)
        hours = _inside_hours(replace(self.case, now=longest.when))
        return replace(longest, when=hours.when) if isinstance(hours, Later) else longest


def may_ever_call(candidate: Candidate, job: JobDescription) -> Allowed | Never:
    """What does not depend on the hour: asked when an interview is planned, and again at dial time."""
    opinion = consider(candidate.phone, now=timezone.now(), candidate=candidate, job=job, rules=EVER)
    return opinion.never or Allowed(candidate.phone)


def may_ever_call_each(candidates: Iterable[Candidate], job: JobDescription) -> list[Allowed | Never]:
    """The same of many, who come with their consents: in one query."""
    asked, now = list(candidates), timezone.now()
    covered = DoNotCall.objects.covered_numbers(one.phone for one in asked)
    rules = EVER | {"Do-not-call list": lambda case: _by_the_list(case.number in covered)}
    opinions = [consider(one.phone, now=now, candidate=one, job=job, rules=rules) for one in asked]
    return [opinion.never or Allowed(one.phone) for one, opinion in zip(asked, opinions, strict=True)]


def may_call_now(candidate: Candidate, job: JobDescription, *, now: datetime) -> Allowed | Later | Never:
    return consider(candidate.phone, now=now, candidate=candidate, job=job).verdict


def consider(
    typed: str,
    *,
    now: datetime,
    candidate: Candidate | None = None,
    job: JobDescription | None = None,
    rules: dict[str, Rule] = EVER | NOW,
) -> Opinion:
    """What the rules say of calling this number, whoever it belongs to and whatever for where that is not said."""
    try:
        case = Case(to_e164(typed), now, candidate, job)
    except InvalidPhoneNumber as error:
        return Opinion(None, [Finding("Number", Never(str(error)))])
    return Opinion(case, [Finding(name, rule(case)) for name, rule in rules.items()])
