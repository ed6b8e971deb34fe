"""The limits that all interviews share: simultaneous calls, calls of a job in a day, spend limit and dial rate."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from interviews.calling.spend_limit import DAY, calls_of_last_day, spent_in_last_day
from interviews.calling.verdicts import DialRule, Later, Passed, RuleVerdict
from interviews.models import Call, DialRate, Interview, WaitReason, already_locked
from interviews.wait_reason import CAPACITY_REASONS
from jobs.models import JobDescription

NO_CAPACITY = "All capacity is in use; waiting for some to become free."
NO_JOB_CAPACITY = "All capacity of this job is in use; waiting for some to become free."
JOB_DAILY_LIMIT = "This job has reached its limit of calls within 24 hours; waiting until another call is allowed."

TYPICAL_CALL = timedelta(minutes=2)
"""The average time that a call uses its capacity, unanswered calls included. It is an assumption."""

RESERVED_FOR = timedelta(minutes=1)
"""How long capacity that was assigned to an interview is withheld from interviews that were planned later."""

SPEND_LIMIT_RECHECK = timedelta(minutes=15)


def wait_for_capacity(job: JobDescription, *, planned: datetime, now: datetime) -> Later | None:
    """Return the wait before a call for this job, for an interview planned at `planned`, or None for no wait.

    Lock the dial rate first when placing a call. The result then holds until the end of the transaction.
    """
    reserved = _reserved(now).filter(created_at__lt=planned)
    waits = (rule(job, reserved, now) for rule in (SHARED_RULES | JOB_RULES).values())
    return next((wait for wait in waits if wait), None)


def evaluate_capacity(job: JobDescription | None, *, now: datetime) -> list[RuleVerdict]:
    """Return the verdict of each rule on a call that is not planned yet."""
    rules = SHARED_RULES | (JOB_RULES if job else {}) | {DialRule.DIAL_RATE: _dial_rate}
    reserved = _reserved(now)
    return [RuleVerdict(name, rule(job, reserved, now) or Passed("No wait.")) for name, rule in rules.items()]


def _spend_limit(job: JobDescription | None, reserved: QuerySet[Interview], now: datetime) -> Later | None:
    if 0 < settings.DAILY_SPEND_LIMIT <= spent_in_last_day(now):
        return Later(
            now + SPEND_LIMIT_RECHECK,
            WaitReason.SPEND_LIMIT,
            f"Calls of the last 24 hours have cost {settings.DAILY_SPEND_LIMIT:g} dollars, the spend limit. The cost "
            "is estimated for calls that Twilio has not priced yet.",
        )
    return None


def _capacity(job: JobDescription | None, reserved: QuerySet[Interview], now: datetime) -> Later | None:
    if _free_capacity(reserved) <= 0:
        when = _estimate_free(now, _waiting(now), settings.MAX_CONCURRENT_CALLS)
        return Later(when, WaitReason.NO_CAPACITY, NO_CAPACITY)
    return None


def _dial_rate(job: JobDescription | None, reserved: QuerySet[Interview], now: datetime) -> Later | None:
    """Wait for the next dial slot, or for the end of a pause. Reserves no dial slot."""
    rate = DialRate.objects.first()
    if rate and rate.paused_until and rate.paused_until > now:
        return Later(rate.paused_until, WaitReason.CARRIER_PAUSED, rate.pause_reason)
    if rate and rate.next_slot_at > now:
        return Later(rate.next_slot_at, WaitReason.DIAL_RATE, "Waiting for the next dial slot.")
    return None


def _job_capacity(job: JobDescription, reserved: QuerySet[Interview], now: datetime) -> Later | None:
    limit = job.max_concurrent_calls
    if not limit:
        return None
    used = _live_calls().filter(attempt__interview__job=job).count() + reserved.filter(job=job).count()
    if used < limit:
        return None
    when = _estimate_free(now, _waiting(now).filter(job=job), limit)
    return Later(when, WaitReason.NO_JOB_CAPACITY, NO_JOB_CAPACITY)


def _job_daily_limit(job: JobDescription, reserved: QuerySet[Interview], now: datetime) -> Later | None:
    limit = job.calls_per_day
    if not limit:
        return None
    used = calls_of_last_day(now).filter(attempt__interview__job=job).count() + reserved.filter(job=job).count()
    if used < limit:
        return None
    return Later(_next_call_of_day(job, limit, now), WaitReason.JOB_DAILY_LIMIT, JOB_DAILY_LIMIT)


CapacityRule = Callable[[Any, QuerySet[Interview], datetime], Later | None]
"""Arguments: the job, the interviews that hold reservations, the present time. Returns the wait, or None."""

SHARED_RULES: dict[DialRule, CapacityRule] = {
    DialRule.SPEND_LIMIT: _spend_limit,
    DialRule.CAPACITY: _capacity,
}
JOB_RULES: dict[DialRule, CapacityRule] = {
    DialRule.JOB_CAPACITY: _job_capacity,
    DialRule.JOB_DAILY_LIMIT: _job_daily_limit,
}


def assign_free_capacity() -> None:
    """Make interviews that wait for capacity due now, as many as there is free capacity, in the order of planning.

    Idempotent. An interview that finds no capacity when it is dialled waits again.
    """
    now = timezone.now()
    waiting = _waiting(now)
    free = _free_capacity(_reserved(now))
    if free <= 0 or not waiting.exists():
        return
    jobs = JobDescription.objects.filter(pk__in=waiting.values("job"))
    full_jobs = {job.pk for job in jobs if wait_for_capacity(job, planned=now, now=now)}
    with transaction.atomic():
        for _ in range(free):
            ready = waiting.exclude(job__in=full_jobs).order_by("created_at").select_for_update(skip_locked=True)
            interview = ready.first()
            if interview is None:
                return
            job = interview.job
            with already_locked(interview) as locked:
                locked.schedule_next_attempt(now, wait_reason=interview.wait_reason, reason=interview.waiting_for)
            if wait_for_capacity(job, planned=now, now=timezone.now()):
                full_jobs.add(job.pk)


def _live_calls() -> QuerySet[Call]:
    return Call.objects.filter(ended_at__isnull=True)


def _waiting(now: datetime) -> QuerySet[Interview]:
    return _without_capacity().filter(next_attempt_at__gt=now)


def _reserved(now: datetime) -> QuerySet[Interview]:
    """Return the interviews that hold a reservation: they are due now, and their calls are not placed yet."""
    return _without_capacity().filter(next_attempt_at__range=(now - RESERVED_FOR, now))


def _without_capacity() -> QuerySet[Interview]:
    return Interview.all_objects.filter(status__in=Interview.LIVE, wait_reason__in=CAPACITY_REASONS)


def _free_capacity(reserved: QuerySet[Interview]) -> int:
    limit: int = settings.MAX_CONCURRENT_CALLS
    return limit - _live_calls().count() - reserved.count()


def _estimate_free(now: datetime, waiting: QuerySet[Interview], limit: int) -> datetime:
    """Estimate when capacity is free for the next interview after these."""
    return now + TYPICAL_CALL * (1 + waiting.count() // max(limit, 1))


def _next_call_of_day(job: JobDescription, limit: int, now: datetime) -> datetime:
    """Return when this job may place its next call, behind the interviews that already wait for the daily limit."""
    same_wait = _waiting(now).filter(job=job, wait_reason=WaitReason.JOB_DAILY_LIMIT)
    days, position = divmod(same_wait.count(), limit)
    placed = calls_of_last_day(now).filter(attempt__interview__job=job).order_by("-created_at")
    freed_by = placed.values_list("created_at", flat=True)[limit - 1 - position :].first()
    return (freed_by or now) + DAY * (1 + days)
