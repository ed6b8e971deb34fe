"""What interviews share and have to wait for: lines, a job's own limits, and what calls may cost in a day."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from interviews.calling import Later
from interviews.models import Call, Interview
from jobs.models import JobDescription

DAY = timedelta(days=1)

ALL_LINES_BUSY = "All lines are in use; waiting for a free one."
JOB_LINES_BUSY = "All lines of this job are in use; waiting for a free one."
JOB_DAY_SPENT = "This job has made as many calls as it may within 24 hours; waiting for its next one."
PLACES = (ALL_LINES_BUSY, JOB_LINES_BUSY, JOB_DAY_SPENT)
"""What an interview waits for until `fill_lines` gives it a place. Its due time is an estimate, lest many poll."""

CALL_LASTS = timedelta(minutes=2)
"""About how long a call keeps its line, those that nobody answers included."""

KEPT_FOR = timedelta(minutes=1)
"""How long a place is kept for an interview that it was given to, from those that were planned later."""


def wait_for_place(job: JobDescription, *, planned: datetime, now: datetime) -> Later | None:
    """When a call for this job may be placed, for an interview planned then; None: now.

    Nobody else may place a call meanwhile (Pace.hold) where the answer is acted upon.
    """
    if _spent(now) >= settings.DAILY_SPEND_LIMIT > 0:
        return Later(
            now + timedelta(minutes=15), f"Calls have cost {settings.DAILY_SPEND_LIMIT:g} dollars in 24 hours."
        )
    ahead = _given(now).filter(created_at__lt=planned)
    mine, ahead_of_mine = Q(attempt__interview__job=job), ahead.filter(job=job)
    if _lines_left(ahead) <= 0:
        return Later(_when_free(now, _waiting(now), settings.MAX_CONCURRENT_CALLS), ALL_LINES_BUSY)
    if (lines := job.max_concurrent_calls) and lines <= _live().filter(mine).count() + ahead_of_mine.count():
        return Later(_when_free(now, _waiting(now).filter(job=job), lines), JOB_LINES_BUSY)
    if (calls := job.calls_per_day) and calls <= _made(now).filter(mine).count() + ahead_of_mine.count():
        return Later(_next_of_the_day(job, calls, now), JOB_DAY_SPENT)
    return None


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
            interview.wait_until(now, reason=interview.waiting_for)
            if wait_for_place(job, planned=now, now=timezone.now()):
                full.add(job.pk)


def _live() -> QuerySet[Call]:
    return Call.objects.filter(ended_at__isnull=True)


def _made(now: datetime) -> QuerySet[Call]:
    """The calls of the last 24 hours. One that the carrier never took was none."""
    return Call.objects.filter(~Q(twilio_sid="") | Q(ended_at__isnull=True), created_at__gt=now - DAY)


def _waiting(now: datetime) -> QuerySet[Interview]:
    return Interview.objects.filter(status__in=Interview.LIVE, waiting_for__in=PLACES, next_attempt_at__gt=now)


def _given(now: datetime) -> QuerySet[Interview]:
    """Interviews that were given a place and are about to take it."""
    return Interview.objects.filter(
        status__in=Interview.LIVE, waiting_for__in=PLACES, next_attempt_at__range=(now - KEPT_FOR, now)
    )


def _lines_left(ahead: QuerySet[Interview]) -> int:
    lines: int = settings.MAX_CONCURRENT_CALLS
    return lines - _live().count() - ahead.count()


def _when_free(now: datetime, waiting: QuerySet[Interview], lines: int) -> datetime:
    """About when a line is free for whoever comes after these."""
    return now + CALL_LASTS * (1 + waiting.count() // max(lines, 1))


def _next_of_the_day(job: JobDescription, calls: int, now: datetime) -> datetime:
    """When a call becomes so old that one more may be made, after those that wait for that already."""
    days, ahead = divmod(_waiting(now).filter(job=job, waiting_for=JOB_DAY_SPENT).count(), calls)
    made = _made(now).filter(attempt__interview__job=job).order_by("-created_at")
    freed = made.values_list("created_at", flat=True)[calls - 1 - ahead :].first()
    return (freed or now) + DAY * (1 + days)


def _spent(now: datetime) -> Decimal:
    spent = Call.objects.filter(created_at__gt=now - DAY).aggregate(total=Sum("price"))["total"]
    return abs(Decimal(spent or 0))  # Twilio reports prices as negative numbers
