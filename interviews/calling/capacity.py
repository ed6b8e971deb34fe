"""The limits that interviews share: calls at once, calls of a job in a day, the spend limit, and the dial rate."""

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

NO_CAPACITY = "All lines are in use; waiting for a free one."
NO_JOB_CAPACITY = "All lines of this job are in use; waiting for a free one."
JOB_DAILY_LIMIT = "This job has made as many calls as it may within 24 hours; waiting for its next one."

TYPICAL_CALL = timedelta(minutes=2)
"""About how long a call uses its capacity, with the calls that are not answered."""

RESERVED_FOR = timedelta(minutes=1)
"""How long interviews that were planned later cannot use the capacity that was assigned to an interview."""

SPEND_LIMIT_RECHECK = timedelta(minutes=15)


def wait_for_capacity(job: JobDescription, *, planned: datetime, now: datetime) -> Later | None:
    """When a call for this job may be placed, for an interview planned at `planned`; None: now.

    Before a call is placed, lock the dial rate: then the answer holds until the end of the transaction.
    """
    reserved = _reserved(now).filter(created_at__lt=planned)
    waits = (rule(job, reserved, now) for rule in (SHARED_RULES | JOB_RULES).values())
    return next((wait for wait in waits if wait), None)


def evaluate_capacity(job: JobDescription | None, *, now: datetime) -> list[RuleVerdict]:
    """The verdict of each rule on a call that is not planned yet."""
    rules = SHARED_RULES | (JOB_RULES if job else {}) | {DialRule.DIAL_RATE: _dial_rate}
    reserved = _reserved(now)
    return [
        RuleVerdict(name, rule(job, reserved, now) or Passed("Nothing to wait for.")) for name, rule in rules.items()
    ]


def _spend_limit(job: JobDescription | None, reserved: QuerySet[Interview], now: datetime) -> Later | None:
    if 0 < settings.DAILY_SPEND_LIMIT <= spent_in_last_day(now):
        return Later(
            now + SPEND_LIMIT_RECHECK,
            WaitReason.SPEND_LIMIT,
            f"Calls have cost {settings.DAILY_SPEND_LIMIT:g} dollars in 24 hours, with an estimate for those whose "
            "price Twilio has not told yet.",
        )
    return None


def _capacity(job: JobDescription | None, reserved: QuerySet[Interview], now: datetime) -> Later | None:
    if _free_capacity(reserved) <= 0:
        when = _estimate_free(now, _waiting(now), settings.MAX_CONCURRENT_CALLS)
        return Later(when, WaitReason.NO_CAPACITY, NO_CAPACITY)
    return None


def _dial_rate(job: JobDescription | None, reserved: QuerySet[Interview], now: datetime) -> Later | None:
    """When the next dial slot is. None is reserved."""
    rate = DialRate.objects.first()
    if rate and rate.paused_until and rate.paused_until > now:
        return Later(rate.paused_until, WaitReason.CARRIER_PAUSED, rate.pause_reason)
    if rate and rate.next_slot_at > now:
        return Later(rate.next_slot_at, WaitReason.DIAL_RATE, "Calls are placed one after another.")
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
"""Whether a call for this job waits, with the interviews that capacity is reserved for."""

SHARED_RULES: dict[DialRule, CapacityRule] = {
    DialRule.SPEND_LIMIT: _spend_limit,
    DialRule.CAPACITY: _capacity,
}
JOB_RULES: dict[DialRule, CapacityRule] = {
    DialRule.JOB_CAPACITY: _job_capacity,
    DialRule.JOB_DAILY_LIMIT: _job_daily_limit,
}


def assign_free_capacity() -> None:
    """Let interviews that wait for capacity be called now, as many as may be, those planned first before others.

    Running it twice assigns nothing twice: an interview that finds no capacity waits again.
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
    """Interviews that capacity was assigned to and that are about to use it."""
    return _without_capacity().filter(next_attempt_at__range=(now - RESERVED_FOR, now))


def _without_capacity() -> QuerySet[Interview]:
    return Interview.all_objects.filter(status__in=Interview.LIVE, wait_reason__in=CAPACITY_REASONS)


def _free_capacity(reserved: QuerySet[Interview]) -> int:
    limit: int = settings.MAX_CONCURRENT_CALLS
    return limit - _live_calls().count() - reserved.count()


def _estimate_free(now: datetime, waiting: QuerySet[Interview], limit: int) -> datetime:
    """About when capacity is free for the next interview after these."""
    return now + TYPICAL_CALL * (1 + waiting.count() // max(limit, 1))


def _next_call_of_day(job: JobDescription, limit: int, now: datetime) -> datetime:
    """When a call becomes older than a day and allows one more, after the interviews that wait for that already."""
    same_wait = _waiting(now).filter(job=job, wait_reason=WaitReason.JOB_DAILY_LIMIT)
    days, position = divmod(same_wait.count(), limit)
    placed = calls_of_last_day(now).filter(attempt__interview__job=job).order_by("-created_at")
    freed_by = placed.values_list("created_at", flat=True)[limit - 1 - position :].first()
    return (freed_by or now) + DAY * (1 + days)
