"""The gate: the dial rules that decide whether a number may be called now, later or never.

The dialer and the page "May we call?" evaluate the same rules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

import phonenumbers
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
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

EMPLOYER_RECHECK = COUNTRIES_RECHECK = timedelta(minutes=2)
NO_EMPLOYER = gettext_noop(
    "The employer has no name yet, and every call begins with it. Enter it in the admin under Organisation, or with "
    "manage.py set_organisation."
)
NO_COUNTRIES = gettext_noop(
    "The whitelist allows every number (*), so the countries must be named: otherwise a client could have costly "
    "numbers abroad called. List them in ALLOWED_COUNTRIES, as US,CA,GB."
)
BUSY_AGAIN_IN = timedelta(minutes=1)
NUMBER_BUSY = gettext_noop("Another call to this number is in progress.")

# phonenumbers classifies satellite and global services as mobile numbers. Their country codes identify them.
SATELLITE_AND_GLOBAL_CODES = {800, 808, 870, 878, 881, 882, 883, 888, 979}
COSTLY_NUMBER_TYPES = {
    PhoneNumberType.PREMIUM_RATE: _("a premium-rate number"),
    PhoneNumberType.SHARED_COST: _("a shared-cost number"),
    PhoneNumberType.UAN: _("a company's shared number"),
    PhoneNumberType.PAGER: _("a pager"),
}
ZONES_SHOWN = 4


RuleFunction = Callable[[CallRequest], Verdict]


def _job_is_open(call_request: CallRequest) -> Verdict:
    if call_request.job is None:
        return NotEvaluated(gettext("No job was chosen."))
    if not call_request.job.is_open:
        return Never(gettext("This job is closed. Open it again to interview for it."))
    return Passed(gettext("The job is open."))


def _employer_has_name(call_request: CallRequest) -> Verdict:
    organisation = Organisation.current()
    if organisation is None:
        return Later(call_request.now + EMPLOYER_RECHECK, WaitReason.NO_EMPLOYER, gettext(NO_EMPLOYER))
    own_name = call_request.job.employer_name if call_request.job else ""
    return Passed(gettext("The call begins with the name %(name)s.") % {"name": own_name or organisation.spoken_name})


def _number_is_callable(call_request: CallRequest) -> Verdict:
    if call_request.parsed_number.country_code in SATELLITE_AND_GLOBAL_CODES:
        return Never(
            gettext("+%(country_code)s is a satellite or global service, which is never called.")
            % {"country_code": call_request.parsed_number.country_code}
        )
    if not phonenumbers.is_valid_number(call_request.parsed_number):
        return Never(gettext("No such number exists in its country. Compare it with its source."))
    number_type = phonenumbers.number_type(call_request.parsed_number)
    if number_type in COSTLY_NUMBER_TYPES:
        return Never(gettext("This is %(kind)s, which is never called.") % {"kind": COSTLY_NUMBER_TYPES[number_type]})
    return Passed(gettext("The number is valid and of a kind that may be called."))


def _country_is_allowed(call_request: CallRequest) -> Verdict:
    country_code = phonenumbers.region_code_for_number(call_request.parsed_number)
    if not settings.ALLOWED_COUNTRIES and "*" in settings.WHITELISTED_NUMBERS:
        due_at = call_request.now + COUNTRIES_RECHECK
        return Later(due_at, WaitReason.NO_COUNTRIES, gettext(NO_COUNTRIES))
    if settings.ALLOWED_COUNTRIES and country_code not in settings.ALLOWED_COUNTRIES:
        return Never(
            gettext("Numbers in %(country)s are not called. Add the country to ALLOWED_COUNTRIES to allow it.")
            % {"country": country_code or gettext("this country")}
        )
    return Passed(f"{country_code}." if country_code else gettext("The number belongs to no country."))


def _is_whitelisted(call_request: CallRequest) -> Verdict:
    if "*" in settings.WHITELISTED_NUMBERS:
        return Passed(gettext("The whitelist allows every number (*)."))
    if call_request.phone_number not in _whitelisted_numbers(tuple(settings.WHITELISTED_NUMBERS)):
        return Never(
            gettext(
                "This number is not on the whitelist. Add it to WHITELISTED_NUMBERS, or set that to * for every number."
            )
        )
    return Passed(gettext("On the whitelist."))


@lru_cache(maxsize=1)
def _whitelisted_numbers(whitelist: tuple[str, ...]) -> set[str]:
    """Return the whitelist in E.164. Invalid entries are ignored: `checks` reports them."""
    whitelisted_numbers = set()
    for entry in whitelist:
        try:
            whitelisted_numbers.add(to_e164(entry))
        except InvalidPhoneNumber:
            continue
    return whitelisted_numbers


def _time_zone_is_known(call_request: CallRequest) -> Verdict:
    if not call_request.zone_names:
        return Never(gettext("The time zone of this number is not known. Set the candidate's time zone."))
    if first_allowed(_calling_hours(), call_request.zone_names, since=call_request.now) is None:
        return Never(
            gettext(
                "This number may be in several time zones. The calling hours %(hours)s never apply in all "
                "of them at the same time. Set the candidate's time zone."
            )
            % {"hours": settings.CALLING_HOURS}
        )
    zone_source = gettext("the candidate's time zone") if call_request.has_own_zone else gettext("by the number")
    return Passed(f"{_join_truncated(call_request.zone_names)} ({zone_source}).")


def _is_inside_hours(call_request: CallRequest) -> Verdict:
    if not call_request.zone_names:
        return NotEvaluated(gettext("The time zone is not known."))
    opens_at = first_allowed(_calling_hours(), call_request.zone_names, since=call_request.now)
    if opens_at != call_request.now:
        return Later(
            opens_at or call_request.now + timedelta(days=1),
            WaitReason.CALLING_HOURS,
            gettext("Outside the calling hours (%(hours)s) of the candidate's time zone.")
            % {"hours": settings.CALLING_HOURS},
        )
    local_times = [
        f"{call_request.now.astimezone(ZoneInfo(zone)):%a %H:%M} in {zone}" for zone in call_request.zone_names
    ]
    return Passed(
        gettext("Inside %(hours)s: it is %(times)s.")
        % {"hours": settings.CALLING_HOURS, "times": _join_truncated(local_times)}
    )


def _calling_hours() -> CallingHours:
    return CallingHours.parse_hours(settings.CALLING_HOURS)


def _join_truncated(names: Sequence[str]) -> str:
    hidden_count = len(names) - ZONES_SHOWN
    return ", ".join(names[:ZONES_SHOWN]) + (
        gettext(" and %(hidden_count)s more") % {"hidden_count": hidden_count} if hidden_count > 0 else ""
    )


def _number_is_free(call_request: CallRequest) -> Verdict:
    if call_request.calls_to_number.filter(ended_at__isnull=True).exists():
        return Later(call_request.now + BUSY_AGAIN_IN, WaitReason.NUMBER_BUSY, gettext(NUMBER_BUSY))
    return Passed(gettext("No call in progress."))


def _has_cooled_down(call_request: CallRequest) -> Verdict:
    last_end = call_request.connected_calls.order_by("-ended_at").values_list("ended_at", flat=True).first()
    if last_end and last_end + settings.CALL_COOL_DOWN > call_request.now:
        due_at = last_end + settings.CALL_COOL_DOWN
        return Later(due_at, WaitReason.COOL_DOWN, gettext("The last call with this number ended a moment ago."))
    return Passed(
        gettext("The last call was long enough ago.") if last_end else gettext("This number was never called.")
    )


def _is_within_daily_limit(call_request: CallRequest) -> Verdict:
    daily_limit = settings.CALLS_PER_NUMBER_PER_DAY
    if not daily_limit:
        return Passed(gettext("No limit is set."))
    recent_calls = call_request.placed_calls.filter(created_at__gt=call_request.now - timedelta(days=1)).order_by(
        "-created_at"
    )
    call_times = list(recent_calls.values_list("created_at", flat=True)[:daily_limit])
    if len(call_times) == daily_limit:
        return Later(
            call_times[-1] + timedelta(days=1),
            WaitReason.NUMBER_DAILY_LIMIT,
            gettext("This number was called %(daily_limit)s times within 24 hours, which is the limit.")
            % {"daily_limit": daily_limit},
        )
    return Passed(
        gettext("Called %(count)s times within 24 hours; the limit is %(daily_limit)s.")
        % {"count": len(call_times), "daily_limit": daily_limit}
    )


PERMANENT_RULES: dict[DialRule, RuleFunction] = {
    DialRule.JOB: _job_is_open,
    DialRule.NUMBER: _number_is_callable,
    DialRule.COUNTRY: _country_is_allowed,
    DialRule.WHITELIST: _is_whitelisted,
    **PERSON_RULES,
    DialRule.TIME_ZONE: _time_zone_is_known,
}
"""Rules that do not depend on the time of the call."""

MOMENTARY_RULES: dict[DialRule, RuleFunction] = {
    DialRule.EMPLOYER: _employer_has_name,
    DialRule.CALLING_HOURS: _is_inside_hours,
    DialRule.NUMBER_BUSY: _number_is_free,
    DialRule.COOL_DOWN: _has_cooled_down,
    DialRule.NUMBER_DAILY_LIMIT: _is_within_daily_limit,
}


RULES_OF_INBOUND_CALLS: dict[DialRule, RuleFunction] = {
    DialRule.JOB: _job_is_open,
    **{
        rule: function
        for rule, function in PERSON_RULES.items()
        if rule not in (DialRule.CONSENT, DialRule.OUT_OF_SERVICE)
    },
}
"""They hold for interviews without calls as well."""


@dataclass(frozen=True)
class RuleReport:
    """The verdict of each rule. `request` is None if the typed text is not a phone number."""

    call_request: CallRequest | None
    verdicts: Sequence[RuleVerdict]

    @property
    def refused_by(self) -> DialRule | None:
        """The first rule with the verdict `Never`."""
        return next(
            (rule_verdict.rule for rule_verdict in self.verdicts if isinstance(rule_verdict.verdict, Never)), None
        )

    @property
    def first_obstacle(self) -> RuleVerdict | None:
        """The first rule with the verdict `Never` or `Later`."""
        return next(
            (rule_verdict for rule_verdict in self.verdicts if isinstance(rule_verdict.verdict, Never | Later)), None
        )

    @property
    def first_refusal(self) -> Never | None:
        verdicts = (rule_verdict.verdict for rule_verdict in self.verdicts)
        return next((verdict for verdict in verdicts if isinstance(verdict, Never)), None)

    @property
    def overall_verdict(self) -> Allowed | Later | Never:
        """The verdict of all rules. `Later.when`: the first moment at which all rules are expected to pass."""
        if self.first_refusal:
            return self.first_refusal
        assert self.call_request, "a text that is not a phone number has the verdict Never"
        waiting_verdicts = [
            rule_verdict.verdict for rule_verdict in self.verdicts if isinstance(rule_verdict.verdict, Later)
        ]
        if not waiting_verdicts:
            hours_end = closing_time(_calling_hours(), self.call_request.zone_names, since=self.call_request.now)
            return Allowed(self.call_request.phone_number, hours_end)
        longest_wait = max(waiting_verdicts, key=lambda wait: wait.not_before)
        hours_verdict = _is_inside_hours(replace(self.call_request, now=longest_wait.not_before))
        return (
            replace(longest_wait, not_before=hours_verdict.not_before)
            if isinstance(hours_verdict, Later)
            else longest_wait
        )


def why_never_called(candidate: Candidate, job: JobDescription, *, is_repeat: bool = False) -> RuleVerdict | None:
    """Return the first permanent rule that forbids a call, or None. Used when an interview is planned."""
    request = CallRequest(candidate.phone, timezone.now(), candidate, job, is_repeat=is_repeat)
    return evaluate_request(request, PERMANENT_RULES).first_obstacle


def why_never_held(candidate: Candidate, job: JobDescription, *, is_repeat: bool = False) -> RuleVerdict | None:
    """Return the first permanent rule that forbids an interview without calls, or None."""
    request = CallRequest(candidate.phone, timezone.now(), candidate, job, is_repeat=is_repeat)
    return evaluate_request(request, RULES_OF_INBOUND_CALLS).first_obstacle


def why_never_called_each(
    candidates: Sequence[Candidate], job: JobDescription, *, interviews: Mapping[UUID, Interview] | None = None
) -> list[RuleVerdict | None]:
    """Return `why_never_called` for each candidate, in a fixed number of queries.

    `interviews`: by candidate, the planned interview that the call is for.
    """
    return _obstacle_of_each(candidates, job, PERMANENT_RULES, interviews=interviews)


def why_never_held_each(candidates: Sequence[Candidate], job: JobDescription) -> list[RuleVerdict | None]:
    """Return `why_never_held` for each candidate, in a fixed number of queries."""
    return _obstacle_of_each(candidates, job, RULES_OF_INBOUND_CALLS)


def _obstacle_of_each(
    candidates: Sequence[Candidate],
    job: JobDescription,
    dial_rules: dict[DialRule, RuleFunction],
    *,
    interviews: Mapping[UUID, Interview] | None = None,
) -> list[RuleVerdict | None]:
    now, planned = timezone.now(), interviews or {}
    call_requests = [_planned_request(candidate, job, planned.get(candidate.pk), now) for candidate in candidates]
    pairs = zip(call_requests, load_histories(call_requests, job), strict=True)
    return [
        evaluate_request(replace(request, known_history=history), dial_rules).first_obstacle
        for request, history in pairs
    ]


def _planned_request(
    candidate: Candidate, job: JobDescription, interview: Interview | None, now: datetime
) -> CallRequest:
    is_repeat = interview is not None and bool(interview.repeat_reason)
    return CallRequest(candidate.phone, now, candidate, job, interview, is_repeat=is_repeat)


def first_open_moment(candidate: Candidate, *, since: datetime) -> datetime | None:
    """Return the first moment, not before `since`, inside the calling hours of the candidate. Needs no query.

    None: their time zone is not known, or the hours never apply. Other rules may still forbid or delay the call.
    """
    zone_names = CallRequest(candidate.phone, since, candidate).zone_names if candidate.phone else ()
    return first_allowed(_calling_hours(), zone_names, since=since) if zone_names else None


def may_receive(interview: Interview) -> bool:
    """Whether an inbound call from the candidate may become an attempt. Rules for outbound calls do not apply."""
    candidate, job = interview.candidate, interview.job
    is_repeat = bool(interview.repeat_reason)
    request = CallRequest(candidate.phone, timezone.now(), candidate, job, interview, is_repeat=is_repeat)
    return evaluate_request(request, RULES_OF_INBOUND_CALLS).first_obstacle is None


def may_call_now(
    candidate: Candidate, job: JobDescription, *, now: datetime, interview: Interview | None = None
) -> Allowed | Later | Never:
    """Return the verdict of all rules on a call that is placed now. `interview`: the interview that the call is for."""
    is_repeat = interview is not None and bool(interview.repeat_reason)
    request = CallRequest(candidate.phone, now, candidate, job, interview, is_repeat=is_repeat)
    return evaluate_request(request, PERMANENT_RULES | MOMENTARY_RULES).overall_verdict


def evaluate_rules(
    typed_number: str,
    *,
    now: datetime,
    candidate: Candidate | None = None,
    job: JobDescription | None = None,
    dial_rules: dict[DialRule, RuleFunction] = PERMANENT_RULES | MOMENTARY_RULES,
) -> RuleReport:
    """Evaluate the rules for a typed number. Rules that need a missing candidate or job are not evaluated."""
    return evaluate_request(CallRequest(typed_number, now, candidate, job), dial_rules)


def evaluate_request(
    call_request: CallRequest, dial_rules: dict[DialRule, RuleFunction] = PERMANENT_RULES | MOMENTARY_RULES
) -> RuleReport:
    """Evaluate the rules for the number of the request, after converting it to E.164."""
    try:
        call_request = replace(call_request, phone_number=to_e164(call_request.phone_number))
    except InvalidPhoneNumber as error:
        return RuleReport(None, [RuleVerdict(DialRule.NUMBER, Never(str(error)))])
    return RuleReport(
        call_request, [RuleVerdict(rule_name, rule(call_request)) for rule_name, rule in dial_rules.items()]
    )
