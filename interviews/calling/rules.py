"""The gate: the dial rules that decide whether a number may be called now, later or never.

The dialer and the page "May we call?" evaluate the same rules.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from django.conf import settings
from django.utils import timezone
from phonenumbers import PhoneNumberType

from candidates.models import Candidate
from interviews.calling.hours import CallingHours, closing_time, first_allowed
from interviews.calling.person.call_request import CallRequest, load_histories
from interviews.calling.person.rules import PERSON_RULES
from interviews.calling.verdicts import Allowed, DialRule, Later, Never, NotEvaluated, Passed, RuleVerdict, Verdict
from interviews.models import Interview, WaitReason
from jobs.models import JobDescription
from screener.models import Organisation
from screener.phone_format import InvalidPhoneNumber, to_e164

EMPLOYER_RECHECK = timedelta(minutes=2)
NO_EMPLOYER = (
    "The employer has no name yet, and every call begins with it. Enter it in the admin under Organisation, or with "
    "manage.py set_organisation."
)
BUSY_AGAIN_IN = timedelta(minutes=1)
NUMBER_BUSY = "Another call to this number is in progress."

# phonenumbers classifies satellite and global services as mobile numbers. Their country codes identify them.
SATELLITE_AND_GLOBAL_CODES = {800, 808, 870, 878, 881, 882, 883, 888, 979}
COSTLY_NUMBER_TYPES = {
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number",
    PhoneNumberType.SHARED_COST: "a shared-cost number",
    PhoneNumberType.UAN: "a company's shared number",
    PhoneNumberType.PAGER: "a pager",
}
ZONES_SHOWN = 4


Rule = Callable[[CallRequest], Verdict]


def _job_is_open(request: CallRequest) -> Verdict:
    if request.job is None:
        return NotEvaluated("No job was chosen.")
    if not request.job.is_open:
        return Never("This job is closed. Open it again to interview for it.")
    return Passed("The job is open.")


def _employer_has_name(request: CallRequest) -> Verdict:
    organisation = Organisation.current()
    if organisation is None:
        return Later(request.now + EMPLOYER_RECHECK, WaitReason.NO_EMPLOYER, NO_EMPLOYER)
    own_name = request.job.employer_name if request.job else ""
    return Passed(f"The call begins with the name {own_name or organisation.spoken_name}.")


def _number_is_callable(request: CallRequest) -> Verdict:
    if request.parsed.country_code in SATELLITE_AND_GLOBAL_CODES:
        return Never(f"+{request.parsed.country_code} is a satellite or global service, which is never called.")
    if not phonenumbers.is_valid_number(request.parsed):
        return Never("No such number exists in its country. Compare it with its source.")
    number_type = phonenumbers.number_type(request.parsed)
    if number_type in COSTLY_NUMBER_TYPES:
        return Never(f"This is {COSTLY_NUMBER_TYPES[number_type]}, which is never called.")
    return Passed("The number is valid and of a kind that may be called.")


def _country_is_allowed(request: CallRequest) -> Verdict:
    country = phonenumbers.region_code_for_number(request.parsed)
    if settings.ALLOWED_COUNTRIES and country not in settings.ALLOWED_COUNTRIES:
        return Never(
            f"Numbers in {country or 'this country'} are not called. Add the country to ALLOWED_COUNTRIES to allow it."
        )
    return Passed(f"{country}." if country else "The number belongs to no country.")


def _is_whitelisted(request: CallRequest) -> Verdict:
    if "*" in settings.WHITELISTED_NUMBERS:
        return Passed("The whitelist allows every number (*).")
    if request.number not in _whitelisted_numbers(tuple(settings.WHITELISTED_NUMBERS)):
        return Never(
            "This number is not on the whitelist. Add it to WHITELISTED_NUMBERS, or set that to * for every number."
        )
    return Passed("On the whitelist.")


@lru_cache(maxsize=1)
def _whitelisted_numbers(whitelist: tuple[str, ...]) -> set[str]:
    """Return the whitelist in E.164. Invalid entries are ignored: `checks` reports them."""
    numbers = set()
    for entry in whitelist:
        try:
            numbers.add(to_e164(entry))
        except InvalidPhoneNumber:
            continue
    return numbers


def _time_zone_is_known(request: CallRequest) -> Verdict:
    if not request.zones:
        return Never("The time zone of this number is not known. Set the candidate's time zone.")
    if first_allowed(_calling_hours(), request.zones, since=request.now) is None:
        return Never(
            f"This number may be in several time zones. The calling hours {settings.CALLING_HOURS} never apply in all "
            "of them at the same time. Set the candidate's time zone."
        )
    source = "the candidate's time zone" if request.has_own_zone else "by the number"
    return Passed(f"{_join_truncated(request.zones)} ({source}).")


def _is_inside_hours(request: CallRequest) -> Verdict:
    if not request.zones:
        return NotEvaluated("The time zone is not known.")
    opens = first_allowed(_calling_hours(), request.zones, since=request.now)
    if opens != request.now:
        return Later(
            opens or request.now + timedelta(days=1),
            WaitReason.CALLING_HOURS,
            f"Outside the calling hours ({settings.CALLING_HOURS}) of the candidate's time zone.",
        )
    local_times = [f"{request.now.astimezone(ZoneInfo(zone)):%a %H:%M} in {zone}" for zone in request.zones]
    return Passed(f"Inside {settings.CALLING_HOURS}: it is {_join_truncated(local_times)}.")


def _calling_hours() -> CallingHours:
    return CallingHours.parse(settings.CALLING_HOURS)


def _join_truncated(names: Sequence[str]) -> str:
    more = len(names) - ZONES_SHOWN
    return ", ".join(names[:ZONES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _number_is_free(request: CallRequest) -> Verdict:
    if request.calls.filter(ended_at__isnull=True).exists():
        return Later(request.now + BUSY_AGAIN_IN, WaitReason.NUMBER_BUSY, NUMBER_BUSY)
    return Passed("No call in progress.")


def _has_cooled_down(request: CallRequest) -> Verdict:
    last_end = request.connected_calls.order_by("-ended_at").values_list("ended_at", flat=True).first()
    if last_end and last_end + settings.CALL_COOL_DOWN > request.now:
        due = last_end + settings.CALL_COOL_DOWN
        return Later(due, WaitReason.COOL_DOWN, "The last call with this number ended a moment ago.")
    return Passed("The last call was long enough ago." if last_end else "This number was never called.")


def _is_within_daily_limit(request: CallRequest) -> Verdict:
    limit = settings.CALLS_PER_NUMBER_PER_DAY
    if not limit:
        return Passed("No limit is set.")
    day = request.placed_calls.filter(created_at__gt=request.now - timedelta(days=1)).order_by("-created_at")
    times = list(day.values_list("created_at", flat=True)[:limit])
    if len(times) == limit:
        return Later(
            times[-1] + timedelta(days=1),
            WaitReason.NUMBER_DAILY_LIMIT,
            f"This number was called {limit} times within 24 hours, which is the limit.",
        )
    return Passed(f"Called {len(times)} times within 24 hours; the limit is {limit}.")


PERMANENT_RULES: dict[DialRule, Rule] = {
    DialRule.JOB: _job_is_open,
    DialRule.NUMBER: _number_is_callable,
    DialRule.COUNTRY: _country_is_allowed,
    DialRule.WHITELIST: _is_whitelisted,
    **PERSON_RULES,
    DialRule.TIME_ZONE: _time_zone_is_known,
}
"""Rules that do not depend on the time of the call."""

MOMENTARY_RULES: dict[DialRule, Rule] = {
    DialRule.EMPLOYER: _employer_has_name,
    DialRule.CALLING_HOURS: _is_inside_hours,
    DialRule.NUMBER_BUSY: _number_is_free,
    DialRule.COOL_DOWN: _has_cooled_down,
    DialRule.NUMBER_DAILY_LIMIT: _is_within_daily_limit,
}


RULES_OF_INBOUND_CALLS: dict[DialRule, Rule] = {
    DialRule.JOB: _job_is_open,
    **{rule: PERSON_RULES[rule] for rule in PERSON_RULES.keys() - {DialRule.CONSENT, DialRule.OUT_OF_SERVICE}},
}


@dataclass(frozen=True)
class RuleReport:
    """The verdict of each rule. `request` is None if the typed text is not a phone number."""

    request: CallRequest | None
    verdicts: Sequence[RuleVerdict]

    @property
    def refused_by(self) -> DialRule | None:
        """The first rule with the verdict `Never`."""
        return next(
            (rule_verdict.rule for rule_verdict in self.verdicts if isinstance(rule_verdict.verdict, Never)), None
        )

    @property
    def obstacle(self) -> RuleVerdict | None:
        """The first rule with the verdict `Never` or `Later`."""
        return next(
            (rule_verdict for rule_verdict in self.verdicts if isinstance(rule_verdict.verdict, Never | Later)), None
        )

    @property
    def refusal(self) -> Never | None:
        verdicts = (rule_verdict.verdict for rule_verdict in self.verdicts)
        return next((verdict for verdict in verdicts if isinstance(verdict, Never)), None)

    @property
    def verdict(self) -> Allowed | Later | Never:
        """The verdict of all rules. `Later.when`: the first moment at which all rules are expected to pass."""
        if self.refusal:
            return self.refusal
        assert self.request, "a text that is not a phone number has the verdict Never"
        waits = [rule_verdict.verdict for rule_verdict in self.verdicts if isinstance(rule_verdict.verdict, Later)]
        if not waits:
            hours_end = closing_time(_calling_hours(), self.request.zones, since=self.request.now)
            return Allowed(self.request.number, hours_end)
        longest = max(waits, key=lambda wait: wait.when)
        hours = _is_inside_hours(replace(self.request, now=longest.when))
        return replace(longest, when=hours.when) if isinstance(hours, Later) else longest


def why_never_called(candidate: Candidate, job: JobDescription, *, is_repeat: bool = False) -> RuleVerdict | None:
    """Return the first permanent rule that forbids a call, or None. Used when an interview is planned."""
    request = CallRequest(candidate.phone, timezone.now(), candidate, job, is_repeat=is_repeat)
    return _report(request, PERMANENT_RULES).obstacle


def why_never_called_each(candidates: Sequence[Candidate], job: JobDescription) -> list[RuleVerdict | None]:
    """Return `why_never_called` for each candidate, in a fixed number of queries."""
    now = timezone.now()
    requests = [CallRequest(candidate.phone, now, candidate, job) for candidate in candidates]
    pairs = zip(requests, load_histories(requests, job), strict=True)
    return [_report(replace(request, known_history=history), PERMANENT_RULES).obstacle for request, history in pairs]


def may_receive(interview: Interview) -> bool:
    """Whether an inbound call from the candidate may become an attempt. Rules for outbound calls do not apply."""
    candidate, job = interview.candidate, interview.job
    is_repeat = bool(interview.repeat_reason)
    request = CallRequest(candidate.phone, timezone.now(), candidate, job, interview, is_repeat=is_repeat)
    return _report(request, RULES_OF_INBOUND_CALLS).obstacle is None


def may_call_now(
    candidate: Candidate, job: JobDescription, *, now: datetime, interview: Interview | None = None
) -> Allowed | Later | Never:
    """Return the verdict of all rules on a call that is placed now. `interview`: the interview that the call is for."""
    is_repeat = interview is not None and bool(interview.repeat_reason)
    request = CallRequest(candidate.phone, now, candidate, job, interview, is_repeat=is_repeat)
    return _report(request, PERMANENT_RULES | MOMENTARY_RULES).verdict


def evaluate(
    typed: str,
    *,
    now: datetime,
    candidate: Candidate | None = None,
    job: JobDescription | None = None,
    rules: dict[DialRule, Rule] = PERMANENT_RULES | MOMENTARY_RULES,
) -> RuleReport:
    """Evaluate the rules for a typed number. Rules that need a missing candidate or job are not evaluated."""
    return _report(CallRequest(typed, now, candidate, job), rules)


def _report(request: CallRequest, rules: dict[DialRule, Rule]) -> RuleReport:
    """Evaluate the rules for the number of the request, after converting it to E.164."""
    try:
        request = replace(request, number=to_e164(request.number))
    except InvalidPhoneNumber as error:
        return RuleReport(None, [RuleVerdict(DialRule.NUMBER, Never(str(error)))])
    return RuleReport(request, [RuleVerdict(name, rule(request)) for name, rule in rules.items()])
