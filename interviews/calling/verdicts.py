"""The names of the dial rules, and their possible verdicts."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models

from interviews.models import WaitReason


class DialRule(models.TextChoices):
    JOB = "job", "Job"
    EMPLOYER = "employer", "Employer's name"
    NUMBER = "number", "Number"
    COUNTRY = "country", "Country"
    WHITELIST = "whitelist", "Whitelist"
    DO_NOT_CALL_KEY = "do_not_call_key", "Key of the do-not-call list"
    DO_NOT_CALL = "do_not_call", "Do-not-call list"
    DECLINED = "declined", "Declined"
    PERSON_REQUESTED = "person_requested", "Asked for a person"
    WRONG_PERSON = "wrong_person", "Wrong person"
    OUT_OF_SERVICE = "out_of_service", "Number in service"
    CANDIDATE_DATA = "candidate_data", "Candidate's data"
    CONSENT = "consent", "Consent"
    OTHER_INTERVIEW = "other_interview", "Other interview for the job"
    INTERVIEWED = "interviewed", "Interviewed for the job before"
    TIME_ZONE = "time_zone", "Time zone"
    CALLING_HOURS = "calling_hours", "Calling hours"
    NUMBER_BUSY = "number_busy", "Call in progress"
    COOL_DOWN = "cool_down", "Pause after a call"
    NUMBER_DAILY_LIMIT = "number_daily_limit", "Calls to this number"
    SPEND_LIMIT = "spend_limit", "Spend limit"
    CAPACITY = "capacity", "Capacity"
    JOB_CAPACITY = "job_capacity", "Capacity of the job"
    JOB_DAILY_LIMIT = "job_daily_limit", "Calls of the job in a day"
    DIAL_RATE = "dial_rate", "Dial rate"


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
