"""The limits that interviews share: simultaneous calls, calls of a job and of a campaign, spend limit and dial rate.

Capacity that becomes free goes round: to the campaign that was dialled least recently. Interviews without a campaign
count as one campaign.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop

from interviews.calling.spend_limit import ONE_DAY, calls_of_last_day, spent_in_last_day
from interviews.calling.verdicts import DialRule, Later, Passed, RuleVerdict
from interviews.models import Attempt, Call, Campaign, DialRate, Interview, WaitReason, already_locked
from interviews.wait_reason import CAPACITY_REASONS
from jobs.models import JobDescription

NO_CAPACITY = gettext_noop("All capacity is in use; waiting for some to become free.")
NO_JOB_CAPACITY = gettext_noop("All capacity of this job is in use; waiting for some to become free.")
JOB_DAILY_LIMIT = gettext_noop(
    "This job has reached its limit of calls within 24 hours; waiting until another call is allowed."
)

CAMPAIGN_NOT_RUNNING = gettext_noop("The campaign is not running. Calls are placed once it is launched or resumed.")
CAMPAIGN_RATE = gettext_noop("The campaign has placed as many calls as its calls per hour allow.")

TYPICAL_CALL = timedelta(minutes=2)
"""The average time that a call uses its capacity, unanswered calls included. It is an assumption."""

RESERVED_FOR = timedelta(minutes=1)
"""How long capacity that was assigned to an interview is withheld from other interviews."""

HOLD_RECHECK = timedelta(days=1)
"""The time between checks of an interview whose campaign is not running. A resumption makes it due at once."""

ONE_HOUR, RATE_WINDOW = timedelta(hours=1), timedelta(minutes=1)

NEWEST_CALLS = 200
"""The number of newest calls that are read to find the campaign that was dialled least recently."""

SPEND_LIMIT_RECHECK = timedelta(minutes=15)


def wait_for_capacity(interview: Interview, *, now: datetime) -> Later | None:
    """Return the wait before the due call of this interview, or None for no wait.

    Lock the dial rate first. The result then holds until the end of the transaction.
    """
    campaign = Campaign.objects.filter(pk=interview.campaign_id).first() if interview.campaign_id else None
    if campaign and campaign.holds_call_of(interview):
        return wait_for_launch(now)
    reservations = _reservations_before(interview, now)
    wait = _shared_wait(interview.job, reservations, now)
    if wait is None and campaign and not interview.has_promised_call:
        return _campaign_rate(campaign, reservations, now)
    return wait


def wait_for_launch(now: datetime) -> Later:
    """The wait of an interview whose campaign is not running."""
    return Later(now + HOLD_RECHECK, WaitReason.CAMPAIGN, CAMPAIGN_NOT_RUNNING)


def _shared_wait(job: JobDescription, reservations: QuerySet[Interview], now: datetime) -> Later | None:
    waits = (rule(job, reservations, now) for rule in (SHARED_RULES | JOB_RULES).values())
    return next((wait for wait in waits if wait), None)


def evaluate_capacity(job: JobDescription | None, *, now: datetime) -> list[RuleVerdict]:
    """Return the verdict of each rule on a call that is not planned yet."""
    capacity_rules = SHARED_RULES | (JOB_RULES if job else {}) | {DialRule.DIAL_RATE: _dial_rate}
    reservations = _interviews_with_reservation(now)
    return [
        RuleVerdict(rule_name, rule(job, reservations, now) or Passed(gettext("No wait.")))
        for rule_name, rule in capacity_rules.items()
    ]


def _spend_limit(job: JobDescription | None, reservations: QuerySet[Interview], now: datetime) -> Later | None:
    if 0 < settings.DAILY_SPEND_LIMIT <= spent_in_last_day(now):
        return Later(
            now + SPEND_LIMIT_RECHECK,
            WaitReason.SPEND_LIMIT,
            gettext(
                "Calls of the last 24 hours have cost %(limit)s dollars, the spend limit. The cost is "
                "estimated for calls that Twilio has not priced yet."
            )
            % {"limit": number_format(settings.DAILY_SPEND_LIMIT)},
        )
    return None


def _call_capacity(job: JobDescription | None, reservations: QuerySet[Interview], now: datetime) -> Later | None:
    if _free_capacity(reservations) <= 0:
        free_at = _estimate_free(now, _waiting_interviews(now), settings.MAX_CONCURRENT_CALLS)
        return Later(free_at, WaitReason.NO_CAPACITY, gettext(NO_CAPACITY))
    return None


def _dial_rate(job: JobDescription | None, reservations: QuerySet[Interview], now: datetime) -> Later | None:
    """Wait for the next dial slot, or for the end of a pause. Reserves no dial slot."""
    dial_rate = DialRate.objects.first()
    if dial_rate and (pause_end := dial_rate.pause_end(now)):
        return Later(pause_end, WaitReason.CARRIER_PAUSED, dial_rate.pause_reason)
    if dial_rate and dial_rate.next_slot_at > now:
        return Later(dial_rate.next_slot_at, WaitReason.DIAL_RATE, gettext("Waiting for the next dial slot."))
    return None


def _job_capacity(job: JobDescription, reservations: QuerySet[Interview], now: datetime) -> Later | None:
    call_limit = job.max_concurrent_calls
    if not call_limit:
        return None
    used_capacity = _live_calls().filter(attempt__interview__job=job).count() + reservations.filter(job=job).count()
    if used_capacity < call_limit:
        return None
    free_at = _estimate_free(now, _waiting_interviews(now).filter(job=job), call_limit)
    return Later(free_at, WaitReason.NO_JOB_CAPACITY, gettext(NO_JOB_CAPACITY))


def _job_daily_limit(job: JobDescription, reservations: QuerySet[Interview], now: datetime) -> Later | None:
    daily_limit = job.calls_per_day
    if not daily_limit:
        return None
    used_calls = (
        calls_of_last_day(now).filter(attempt__interview__job=job).count() + reservations.filter(job=job).count()
    )
    if used_calls < daily_limit:
        return None
    return Later(_next_call_of_day(job, daily_limit, now), WaitReason.JOB_DAILY_LIMIT, gettext(JOB_DAILY_LIMIT))


def _campaign_rate(campaign: Campaign, reservations: QuerySet[Interview], now: datetime) -> Later | None:
    """Wait for the campaign's calls per hour, which are spread over its minutes."""
    if not campaign.calls_per_hour:
        return None
    reserved = reservations.filter(campaign=campaign).count()
    for window, limit in (
        (RATE_WINDOW, ceil(campaign.calls_per_hour * RATE_WINDOW / ONE_HOUR)),
        (ONE_HOUR, campaign.calls_per_hour),
    ):
        placed = calls_of_last_day(now).filter(created_at__gt=now - window, attempt__interview__campaign=campaign)
        if placed.count() + reserved >= limit:
            waiting = _waiting_interviews(now).filter(campaign=campaign, wait_reason=WaitReason.CAMPAIGN_RATE).count()
            oldest = placed.order_by("-created_at").values_list("created_at", flat=True)[limit - 1 :].first()
            free_at = (oldest or now) + window + waiting * ONE_HOUR / campaign.calls_per_hour
            return Later(free_at, WaitReason.CAMPAIGN_RATE, gettext(CAMPAIGN_RATE))
    return None


CapacityRule = Callable[[Any, QuerySet[Interview], datetime], Later | None]
"""Arguments: the job, the interviews that hold reservations, the present time. Returns the wait, or None."""

SHARED_RULES: dict[DialRule, CapacityRule] = {
    DialRule.SPEND_LIMIT: _spend_limit,
    DialRule.CAPACITY: _call_capacity,
}
JOB_RULES: dict[DialRule, CapacityRule] = {
    DialRule.JOB_CAPACITY: _job_capacity,
    DialRule.JOB_DAILY_LIMIT: _job_daily_limit,
}


def assign_free_capacity() -> None:
    """Make interviews that wait for capacity due now, as many as there is free capacity.

    Campaigns alternate, the one that was dialled least recently first. Within a campaign the first planned
    interview is called first. Idempotent. An interview that finds no capacity when it is dialled waits again.
    """
    now = timezone.now()
    free_capacity = _free_capacity(_interviews_with_reservation(now)) - _interviews_with_slot(now).count()
    campaigns = deque(_campaigns_by_last_call(now)) if free_capacity > 0 else deque()
    full_jobs: set[UUID] = set()
    with transaction.atomic():
        while free_capacity > 0 and campaigns:
            campaign = campaigns.popleft()
            if _assign_to_next(campaign, full_jobs, now):
                campaigns.append(campaign)
                free_capacity -= 1


def _assign_to_next(campaign: Campaign | None, full_jobs: set[UUID], now: datetime) -> bool:
    """Make the next interview of the campaign due now; None: without a campaign. False: no call is allowed."""
    reservations = _interviews_with_reservation(now)
    waiting_interviews = _waiting_interviews(now).filter(campaign=campaign).order_by("created_at")
    if campaign and (campaign.status != campaign.Status.RUNNING or _campaign_rate(campaign, reservations, now)):
        waiting_interviews = waiting_interviews.filter(keeps_promise=True)
    while True:
        ready_interviews = waiting_interviews.exclude(job__in=full_jobs).select_for_update(skip_locked=True)
        interview = ready_interviews.first()
        if interview is None:
            return False
        if _shared_wait(interview.job, reservations, now) is None:
            break
        full_jobs.add(interview.job_id)
    with already_locked(interview) as locked_interview:
        locked_interview.schedule_next_attempt(
            now, wait_reason=interview.wait_reason, reason=interview.waiting_for, keeps_promise=True
        )
    return True


def _campaigns_by_last_call(now: datetime) -> list[Campaign | None]:
    """The campaigns with interviews that wait for capacity, the one dialled least recently first.

    Of campaigns that are not running, promised calls count. None stands for the interviews without a campaign.
    """
    waiting_interviews = _waiting_interviews(now)
    of_campaign = waiting_interviews.filter(campaign=OuterRef("pk"))
    is_running = Q(status=Campaign.Status.RUNNING)
    is_callable = is_running & Exists(of_campaign) | ~is_running & Exists(of_campaign.filter(keeps_promise=True))
    unfinished = Campaign.objects.filter(is_callable, ended_at__isnull=True)
    campaigns: list[Campaign | None] = list(unfinished.order_by("created_at"))
    if waiting_interviews.filter(campaign=None).exists():
        campaigns.append(None)
    served = _last_served(now)
    never = now - ONE_DAY * 365
    return sorted(campaigns, key=lambda campaign: served.get(campaign.pk if campaign else None, never))


def count_waiting_campaigns(*, besides: Campaign | None) -> int:
    """Count the other campaigns with interviews that wait for capacity now."""
    return sum(campaign not in (None, besides) for campaign in _campaigns_by_last_call(timezone.now()))


def _last_served(now: datetime) -> dict[UUID | None, datetime]:
    """When the campaigns got capacity: by the newest calls and by the reservations. None: interviews without one."""
    calls = Call.objects.order_by("-created_at").values_list("attempt__interview__campaign", "created_at")
    served: dict[UUID | None, datetime] = {}
    for campaign_id, served_at in reversed(calls[:NEWEST_CALLS]):
        served[campaign_id] = served_at
    reserved = _interviews_with_reservation(now).values_list("campaign", flat=True)
    return served | dict.fromkeys(reserved, now)


def _live_calls() -> QuerySet[Call]:
    return Call.objects.filter(ended_at__isnull=True)


def _waiting_interviews(now: datetime) -> QuerySet[Interview]:
    return _without_capacity().filter(next_attempt_at__gt=now)


def _interviews_with_reservation(now: datetime) -> QuerySet[Interview]:
    """Return the interviews that hold a reservation: they are due now, and their calls are not placed yet."""
    return _without_capacity().filter(next_attempt_at__range=(now - RESERVED_FOR, now))


def _interviews_with_slot(now: datetime) -> QuerySet[Interview]:
    """Return the interviews whose calls wait only for their dial slots."""
    until = now + timedelta(seconds=settings.MAX_CONCURRENT_CALLS / settings.CALLS_PER_SECOND)
    waiting_interviews = Interview.all_objects.live().filter(wait_reason=WaitReason.DIAL_RATE)
    return waiting_interviews.filter(next_attempt_at__range=(now - RESERVED_FOR, until))


def _reservations_before(interview: Interview, now: datetime) -> QuerySet[Interview]:
    """The reservations that come before this interview: all; if it has a reservation itself, the earlier ones."""
    reservations = _interviews_with_reservation(now).exclude(pk=interview.pk)
    due_at = interview.next_attempt_at
    if interview.wait_reason not in CAPACITY_REASONS or due_at is None or due_at < now - RESERVED_FOR:
        return reservations
    is_earlier = Q(next_attempt_at__lt=due_at) | Q(next_attempt_at=due_at, created_at__lt=interview.created_at)
    return reservations.filter(is_earlier)


def _without_capacity() -> QuerySet[Interview]:
    """Interviews that wait for capacity. An interview whose candidate has opened another channel needs none."""
    waiting_interviews = Interview.all_objects.filter(status__in=Interview.LIVE, wait_reason__in=CAPACITY_REASONS)
    return waiting_interviews.filter(~Exists(Attempt.objects.live().filter(interview=OuterRef("pk"))))


def _free_capacity(reservations: QuerySet[Interview]) -> int:
    call_limit: int = settings.MAX_CONCURRENT_CALLS
    return call_limit - _live_calls().count() - reservations.count()


def estimate_free_capacity(now: datetime) -> datetime:
    """Estimate when capacity is free for an interview behind all those that wait for it."""
    return _estimate_free(now, _waiting_interviews(now), settings.MAX_CONCURRENT_CALLS)


def _estimate_free(now: datetime, waiting_interviews: QuerySet[Interview], call_limit: int) -> datetime:
    """Estimate when capacity is free for the next interview after these."""
    return now + TYPICAL_CALL * (1 + waiting_interviews.count() // max(call_limit, 1))


def _next_call_of_day(job: JobDescription, daily_limit: int, now: datetime) -> datetime:
    """Return when this job may place its next call, behind the interviews that already wait for the daily limit."""
    same_wait = _waiting_interviews(now).filter(job=job, wait_reason=WaitReason.JOB_DAILY_LIMIT)
    days, position = divmod(same_wait.count(), daily_limit)
    placed_calls = calls_of_last_day(now).filter(attempt__interview__job=job).order_by("-created_at")
    freed_by = placed_calls.values_list("created_at", flat=True)[daily_limit - 1 - position :].first()
    return (freed_by or now) + ONE_DAY * (1 + days)
