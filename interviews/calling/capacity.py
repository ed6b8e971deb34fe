"""What interviews share and have to wait for: lines, a job's own limits, and what calls may cost in a day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, FloatField, Q, QuerySet, Sum, Value
from django.db.models.functions import Abs, Cast, Ceil, Coalesce, Extract, Greatest
from django.utils import timezone

from interviews.calling.rules import Finding, Kept, Later
from interviews.models import Call, DialRate, Interview, WaitReason
from interviews.wait_reason import CAPACITY_REASONS
from jobs.models import JobDescription

DAY = timedelta(days=1)

ALL_LINES_BUSY = "All lines are in use; waiting for a free one."
JOB_LINES_BUSY = "All lines of this job are in use; waiting for a free one."
JOB_DAY_SPENT = "This job has made as many calls as it may within 24 hours; waiting for its next one."

CALL_LASTS = timedelta(minutes=2)
"""About how long a call keeps its line, those that nobody answers included."""

KEPT_FOR = timedelta(minutes=1)
"""How long a place is kept for an interview that it was given to, from those that were planned later."""

LAST_PRICED = 100
"""How many calls tell what a minute costs."""

FIRST_MINUTES_COST = Decimal("0.10")
"""US dollars for a minute while no call has a price: more than Twilio takes for most countries, so that calls wait
rather than cost too much."""


def wait_for_place(job: JobDescription, *, planned: datetime, now: datetime) -> Later | None:
    """When a call for this job may be placed, for an interview planned then; None: now.

    Nobody else may place a call meanwhile (DialRate.hold) where the answer is acted upon.
    """
    waits = (rule(job, _given(now).filter(created_at__lt=planned), now) for rule in (OF_ALL | OF_THE_JOB).values())
    return next((wait for wait in waits if wait), None)


def consider_lines(job: JobDescription | None, *, now: datetime) -> list[Finding]:
    """What each of these rules says of a call that nobody has planned yet."""
    rules = OF_ALL | (OF_THE_JOB if job else {}) | {"Pace": _pace}
    return [Finding(name, rule(job, _given(now), now) or Kept("Nothing to wait for.")) for name, rule in rules.items()]


def _money(job: JobDescription | None, ahead: QuerySet[Interview], now: datetime) -> Later | None:
    if 0 < settings.DAILY_SPEND_LIMIT <= _spent(now):
        return Later(
            now + timedelta(minutes=15),
            WaitReason.SPEND_LIMIT,
            f"Calls have cost {settings.DAILY_SPEND_LIMIT:g} dollars in 24 hours, with an estimate for those whose "
            "price Twilio has not told yet.",
        )
    return None


def _lines(job: JobDescription | None, ahead: QuerySet[Interview], now: datetime) -> Later | None:
    if _lines_left(ahead) <= 0:
        when = _when_free(now, _waiting(now), settings.MAX_CONCURRENT_CALLS)
        return Later(when, WaitReason.NO_CAPACITY, ALL_LINES_BUSY)
    return None


def _pace(job: JobDescription | None, ahead: QuerySet[Interview], now: datetime) -> Later | None:
    """Whose turn it is, without taking one."""
    pace = DialRate.objects.first()
    if pace and pace.paused_until and pace.paused_until > now:
        return Later(pace.paused_until, WaitReason.CARRIER_PAUSED, pace.pause_reason)
    if pace and pace.next_slot_at > now:
        return Later(pace.next_slot_at, WaitReason.DIAL_RATE, "Calls are placed one after another.")
    return None


def _job_lines(job: JobDescription, ahead: QuerySet[Interview], now: datetime) -> Later | None:
    lines = job.max_concurrent_calls
    if lines and lines <= _live().filter(attempt__interview__job=job).count() + ahead.filter(job=job).count():
        when = _when_free(now, _waiting(now).filter(job=job), lines)
        return Later(when, WaitReason.NO_JOB_CAPACITY, JOB_LINES_BUSY)
    return None


def _job_day(job: JobDescription, ahead: QuerySet[Interview], now: datetime) -> Later | None:
    calls = job.calls_per_day
    if calls and calls <= _made(now).filter(attempt__interview__job=job).count() + ahead.filter(job=job).count():
        return Later(_next_of_the_day(job, calls, now), WaitReason.JOB_DAILY_LIMIT, JOB_DAY_SPENT)
    return None


LineRule = Callable[[Any, QuerySet[Interview], datetime], Later | None]
"""Of a call for this job: whether it waits, where these interviews are about to be called before it."""

OF_ALL: dict[str, LineRule] = {"Money of the day": _money, "Lines": _lines}
OF_THE_JOB: dict[str, LineRule] = {"The job's lines": _job_lines, "The job's calls in a day": _job_day}


def fill_lines() -> None:
    """Give what is free now to those who were planned first of all that wait for it.

    Doing it twice gives nothing twice: whoever finds no place waits again.
    """
    now = timezone.now()
    waiting = _waiting(now)
    left = _lines_left(_given(now))
    if left <= 0 or not waiting.exists():
        return
    jobs = JobDescription.objects.filter(pk__in=waiting.values("job"))
    full = {job.pk for job in jobs if wait_for_place(job, planned=now, now=now)}
    with transaction.atomic():
        for _ in range(left):
            free = waiting.exclude(job__in=full).order_by("created_at").select_for_update(skip_locked=True)
            interview = free.first()
            if interview is None:
                return
            job = interview.job
            interview.schedule_next_attempt(now, wait_reason=interview.wait_reason, reason=interview.waiting_for)
            if wait_for_place(job, planned=now, now=timezone.now()):
                full.add(job.pk)


def _live() -> QuerySet[Call]:
    return Call.objects.filter(ended_at__isnull=True)


def _made(now: datetime) -> QuerySet[Call]:
    """The calls of the last 24 hours. One that the carrier never took was none."""
    return Call.objects.filter(~Q(twilio_sid="") | Q(ended_at__isnull=True), created_at__gt=now - DAY)


def _waiting(now: datetime) -> QuerySet[Interview]:
    return Interview.all_objects.filter(
        status__in=Interview.LIVE, wait_reason__in=CAPACITY_REASONS, next_attempt_at__gt=now
    )


def _given(now: datetime) -> QuerySet[Interview]:
    """Interviews that were given a place and are about to take it."""
    return _waiting_ever().filter(next_attempt_at__range=(now - KEPT_FOR, now))


def _waiting_ever() -> QuerySet[Interview]:
    return Interview.all_objects.filter(status__in=Interview.LIVE, wait_reason__in=CAPACITY_REASONS)


def _lines_left(ahead: QuerySet[Interview]) -> int:
    lines: int = settings.MAX_CONCURRENT_CALLS
    return lines - _live().count() - ahead.count()


def _when_free(now: datetime, waiting: QuerySet[Interview], lines: int) -> datetime:
    """About when a line is free for whoever comes after these."""
    return now + CALL_LASTS * (1 + waiting.count() // max(lines, 1))


def _next_of_the_day(job: JobDescription, calls: int, now: datetime) -> datetime:
    """When a call becomes so old that one more may be made, after those that wait for that already."""
    days, ahead = divmod(_waiting(now).filter(job=job, wait_reason=WaitReason.JOB_DAILY_LIMIT).count(), calls)
    made = _made(now).filter(attempt__interview__job=job).order_by("-created_at")
    freed = made.values_list("created_at", flat=True)[calls - 1 - ahead :].first()
    return (freed or now) + DAY * (1 + days)


def _spent(now: datetime) -> Decimal:
    """What the calls of the last 24 hours cost: as Twilio has told, and estimated for those that have no price yet.

    Twilio prices a call minutes to hours after its end, and none that was not answered. It bills an account in one
    currency, and its amounts are taken as they are: the limit is in that currency, US dollars unless it was changed.
    """
    unpriced = Q(price__isnull=True) & ~Q(status__in=Call.UNANSWERED)
    day = _made(now).aggregate(told=Sum(Abs("price")), minutes=Sum(_minutes(now), filter=unpriced))
    told, minutes = Decimal(day["told"] or 0), Decimal(day["minutes"] or 0)
    return told + minutes * _per_minute(now) if minutes else told


def _per_minute(now: datetime) -> Decimal:
    """What a minute has cost in the last calls that have a price."""
    priced = Call.objects.filter(price__isnull=False, status=Call.Status.COMPLETED).order_by("-created_at")[
        :LAST_PRICED
    ]
    sums = priced.aggregate(price=Sum(Abs("price")), minutes=Sum(_minutes(now)))
    return Decimal(sums["price"]) / Decimal(sums["minutes"]) if sums["minutes"] else FIRST_MINUTES_COST


def _minutes(now: datetime) -> Greatest:
    """The minutes that a call is billed for: each that was begun. A call that runs lasts until now."""
    lasted = Extract(Coalesce("ended_at", Value(now)) - F("created_at"), "epoch", output_field=FloatField())
    seconds = Coalesce(Cast("duration_seconds", FloatField()), lasted)
    return Greatest(Ceil(seconds / 60.0), 1.0)
