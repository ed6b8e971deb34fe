"""The names of the dial rules, and their possible verdicts."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from interviews.models import WaitReason


class DialRule(models.TextChoices):
    JOB = "job", _("Job")
    EMPLOYER = "employer", _("Employer's name")
    NUMBER = "number", _("Number")
    COUNTRY = "country", _("Country")
    WHITELIST = "whitelist", _("Whitelist")
    DO_NOT_CALL_KEY = "do_not_call_key", _("Key of the do-not-call list")
    DO_NOT_CALL = "do_not_call", _("Do-not-call list")
    DECLINED = "declined", _("Declined")
    PERSON_REQUESTED = "person_requested", _("Asked for a person")
    WRONG_PERSON = "wrong_person", _("Wrong person")
    OUT_OF_SERVICE = "out_of_service", _("Number in service")
    CANDIDATE_DATA = "candidate_data", _("Candidate's data")
    CONSENT = "consent", _("Consent")
    OTHER_INTERVIEW = "other_interview", _("Other interview for the job")
    INTERVIEWED = "interviewed", _("Interviewed for the job before")
    TIME_ZONE = "time_zone", _("Time zone")
    CALLING_HOURS = "calling_hours", _("Calling hours")
    NUMBER_BUSY = "number_busy", _("Call in progress")
    COOL_DOWN = "cool_down", _("Pause after a call")
    NUMBER_DAILY_LIMIT = "number_daily_limit", _("Calls to this number")
    SPEND_LIMIT = "spend_limit", _("Spend limit")
    CAPACITY = "capacity", _("Capacity")
    JOB_CAPACITY = "job_capacity", _("Capacity of the job")
    JOB_DAILY_LIMIT = "job_daily_limit", _("Calls of the job in a day")
    DIAL_RATE = "dial_rate", _("Dial rate")


@dataclass(frozen=True)
class Allowed:
    """All rules passed. `until`: the end of the calling hours, or None if they never end."""

    phone_number: str
    allowed_until: datetime | None = None


@dataclass(frozen=True)
class Later:
    """The call is not allowed now. `when`: the moment to evaluate the rules again."""

    not_before: datetime
    wait_reason: WaitReason
    reason: str


@dataclass(frozen=True)
class _WithReason:
    reason: str


class Never(_WithReason):
    """The call is not allowed at any time. `reason`: the cause and the remedy."""


class Passed(_WithReason):
    """The rule allows the call. `reason`: its finding."""


class NotEvaluated(_WithReason):
    """The rule could not be evaluated. `reason`: the missing information."""


Verdict = Passed | Later | Never | NotEvaluated


@dataclass(frozen=True)
class RuleVerdict:
    rule: DialRule
    verdict: Verdict
