"""The limits that all interviews share: simultaneous calls, calls of a job in a day, spend limit and dial rate."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop

from interviews.calling.spend_limit import ONE_DAY, calls_of_last_day, spent_in_last_day
from interviews.calling.verdicts import DialRule, Later, Passed, RuleVerdict
from interviews.models import Attempt, Call, DialRate, Interview, WaitReason, already_locked
from interviews.wait_reason import CAPACITY_REASONS
from jobs.models import JobDescription

NO_CAPACITY = gettext_noop("All capacity is in use; waiting for some to become free.")
NO_JOB_CAPACITY = gettext_noop("All capacity of this job is in use; waiting for some to become free.")
JOB_DAILY_LIMIT = gettext_noop(
    "This job has reached its limit of calls within 24 hours; waiting until another call is allowed."
)

TYPICAL_CALL = timedelta(minutes=2)
"""The average time that a call uses its capacity, unanswered calls included. It is an assumption."""

RESERVED_FOR = timedelta(minutes=1)
"""How long capacity that was assigned to an interview is withheld from interviews that were planned later."""

SPEND_LIMIT_RECHECK = timedelta(minutes=15)


def wait_for_capacity(job: JobDescription, *, planned_at: datetime, now: datetime) -> Later | None:
    """Return the wait before a call for this job, for an interview planned at `planned`, or None for no wait.

    Lock the dial rate first when placing a call. The result then holds until the end of the transaction.
    """
    reservations = _interviews_with_reservation(now).filter(created_at__lt=planned_at)
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
    if dial_rate and dial_rate.paused_until and dial_rate.paused_until > now:
        return Later(dial_rate.paused_until, WaitReason.CARRIER_PAUSED, dial_rate.pause_reason)
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
    """Make interviews that wait for capacity due now, as many as there is free capacity, in the order of planning.

    Idempotent. An interview that finds no capacity when it is dialled waits again.
    """
    now = timezone.now()
    waiting_interviews = _waiting_interviews(now)
    free_capacity = _free_capacity(_interviews_with_reservation(now))
    if free_capacity <= 0 or not waiting_interviews.exists():
        return
    jobs = JobDescription.objects.filter(pk__in=waiting_interviews.values("job"))
    full_jobs = {job.pk for job in jobs if wait_for_capacity(job, planned_at=now, now=now)}
    with transaction.atomic():
        for _ in range(free_capacity):
            ready_interviews = (
                waiting_interviews.exclude(job__in=full_jobs).order_by("created_at").select_for_update(skip_locked=True)
            )
            interview = ready_interviews.first()
            if interview is None:
                return
            job = interview.job
            with already_locked(interview) as locked_interview:
                locked_interview.schedule_next_attempt(
                    now, wait_reason=interview.wait_reason, reason=interview.waiting_for
                )
            if wait_for_capacity(job, planned_at=now, now=timezone.now()):
                full_jobs.add(job.pk)


def _live_calls() -> QuerySet[Call]:
    return Call.objects.filter(ended_at__isnull=True)


def _waiting_interviews(now: datetime) -> QuerySet[Interview]:
    return _without_capacity().filter(next_attempt_at__gt=now)


def _interviews_with_reservation(now: datetime) -> QuerySet[Interview]:
    """Return the interviews that hold a reservation: they are due now, and their calls are not placed yet."""
    return _without_capacity().filter(next_attempt_at__range=(now - RESERVED_FOR, now))


def _without_capacity() -> QuerySet[Interview]:
    """Interviews that wait for capacity. An interview whose candidate has opened another channel needs none."""
    waiting_interviews = Interview.all_objects.filter(status__in=Interview.LIVE, wait_reason__in=CAPACITY_REASONS)
    return waiting_interviews.filter(~Exists(Attempt.objects.live().filter(interview=OuterRef("pk"))))


def _free_capacity(reservations: QuerySet[Interview]) -> int:
    call_limit: int = settings.MAX_CONCURRENT_CALLS
    return call_limit - _live_calls().count() - reservations.count()


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
