"""The time of a call that the candidate asked for."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from interviews.calling.person.call_request import CallRequest
from interviews.calling.rules import MOMENTARY_RULES, evaluate
from interviews.calling.verdicts import DialRule, Later
from interviews.conversation.phrases.requested_time import RequestedTime, resolve
from interviews.models import Call

CALL_PARTIES = ("attempt__interview__candidate", "attempt__interview__job")
RULES = {rule: MOMENTARY_RULES[rule] for rule in (DialRule.CALLING_HOURS, DialRule.NUMBER_DAILY_LIMIT)}
"""The dial rules that are known long before the call."""


def requested_call_time(call: Call, requested: RequestedTime) -> datetime:
    """Return the moment that was asked for during this call, or the first one after at which a call is allowed.

    It is in the candidate's time zone: the first, where the number may be in several.
    """
    interview, now = call.attempt.interview, timezone.now()
    zones = CallRequest(call.number, now, interview.candidate, interview.job).zones
    zone = ZoneInfo(zones[0]) if zones else UTC
    moment = max(resolve(requested, now.astimezone(zone)), (now + settings.CALL_COOL_DOWN).astimezone(zone))
    verdict = evaluate(call.number, now=moment, candidate=interview.candidate, job=interview.job, rules=RULES).verdict
    return verdict.when.astimezone(zone) if isinstance(verdict, Later) else moment
