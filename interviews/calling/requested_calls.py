"""The time of a call that the candidate asked for."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from interviews.calling.person.call_request import CallRequest
from interviews.calling.rules import MOMENTARY_RULES, evaluate_rules
from interviews.calling.verdicts import DialRule, Later
from interviews.conversation.phrases.requested_time import RequestedTime, resolve_time
from interviews.models import Interview, WaitReason

REQUESTED_TIME_RULES = {rule: MOMENTARY_RULES[rule] for rule in (DialRule.CALLING_HOURS, DialRule.NUMBER_DAILY_LIMIT)}
"""The dial rules whose verdict on a later moment can be known in advance."""


def requested_call_time(interview: Interview, phone_number: str, requested_time: RequestedTime) -> datetime:
    """Return the moment that the candidate requested, or the first allowed moment for a call to this number after it.

    It is in the candidate's time zone. If the number may be in several zones, the first one is used.
    """
    now = timezone.now()
    zone_names = CallRequest(phone_number, now, interview.candidate, interview.job).zone_names
    time_zone = ZoneInfo(zone_names[0]) if zone_names else UTC
    local_time = now.astimezone(time_zone)
    moment = max(
        _resolve_request(requested_time, interview, local_time), (now + settings.CALL_COOL_DOWN).astimezone(time_zone)
    )
    verdict = evaluate_rules(
        phone_number, now=moment, candidate=interview.candidate, job=interview.job, dial_rules=REQUESTED_TIME_RULES
    ).overall_verdict
    return verdict.not_before.astimezone(time_zone) if isinstance(verdict, Later) else moment


def _resolve_request(requested: RequestedTime, interview: Interview, now: datetime) -> datetime:
    """Return the moment that is meant. A new time for a planned call keeps its day, unless the request names a day."""
    planned = interview.next_attempt_at if interview.wait_reason == WaitReason.REQUESTED_TIME else None
    if planned is None or planned <= now or requested.delay is not None or requested.names_day:
        return resolve_time(requested, now)
    if requested == RequestedTime():
        return planned.astimezone(now.tzinfo)
    return resolve_time(replace(requested, days=(planned.astimezone(now.tzinfo).date() - now.date()).days), now)
