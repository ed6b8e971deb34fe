"""Measures of past calls: their number per person, their length and their cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.db.models import Avg, Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Abs
from django.utils.translation import gettext_lazy as _

from interviews.calling.capacity import TYPICAL_CALL
from interviews.calling.spend_limit import ASSUMED_MINUTE_PRICE
from interviews.models import Attempt, Call, Interview
from jobs.models import JobDescription

NEWEST_CALLS = 1000
FEWEST_CALLS = 20
"""With fewer calls of the job, the calls of all jobs are measured. With fewer of all jobs, the assumptions count."""

ASSUMED_CALLS_PER_PERSON = Decimal("1.5")
ASSUMED_COST = ASSUMED_MINUTE_PRICE * (TYPICAL_CALL.seconds // 60)


class Source(models.TextChoices):
    JOB = "job", _("calls of this job")
    ALL_JOBS = "all_jobs", _("calls of all jobs")
    ASSUMED = "assumed", _("an assumption")


@dataclass(frozen=True)
class Measure:
    """`calls`: the number of calls that the value rests on."""

    value: Decimal
    source: Source
    calls: int


@dataclass(frozen=True)
class CallMeasures:
    """`seconds`: from the dialling of a call, answered or not, to its end. `cost`: in the carrier's currency."""

    calls_per_person: Measure
    seconds: Measure
    cost: Measure
    currency: str


def measure_calls(job: JobDescription) -> CallMeasures:
    """Measure the newest calls of the job, or else of all jobs. Those for practice are left out."""
    calls = Call.objects.filter(ended_at__isnull=False, attempt__direction=Attempt.Direction.OUTBOUND)
    placed = calls.filter(attempt__interview__purpose=Interview.Purpose.SCREENING).exclude(twilio_sid="")
    sums = [
        (source, _aggregate(scope))
        for source, scope in ((Source.JOB, placed.filter(attempt__interview__job=job)), (Source.ALL_JOBS, placed))
    ]
    return CallMeasures(
        calls_per_person=_first(sums, "calls_per_person", "finished_calls", ASSUMED_CALLS_PER_PERSON),
        seconds=_first(sums, "seconds", "calls", Decimal(TYPICAL_CALL.seconds)),
        cost=_first(sums, "cost", "priced_calls", ASSUMED_COST),
        currency=_currency(),
    )


def _currency() -> str:
    """The currency of the carrier's account. US dollars while no call has a price."""
    priced_calls = Call.objects.exclude(price_unit="").order_by("-created_at")
    return priced_calls.values_list("price_unit", flat=True).first() or "USD"


def _aggregate(calls: QuerySet[Call]) -> dict[str, Decimal]:
    """The mean values of the newest of these calls, and the numbers that they rest on."""
    is_finished = Q(is_live=False)
    unanswered = When(status__in=Call.UNANSWERED, then=Value(Decimal(0)))
    annotated = calls.annotate(
        interview=F("attempt__interview"),
        is_live=Case(When(attempt__interview__status__in=Interview.LIVE, then=True), default=False),
        length=F("ended_at") - F("created_at"),
        paid=Case(When(price__isnull=False, then=Abs("price")), unanswered, output_field=models.DecimalField()),
    )
    sums = annotated.order_by("-created_at")[:NEWEST_CALLS].aggregate(
        calls=Count("pk"),
        mean_length=Avg("length"),
        finished_calls=Count("pk", filter=is_finished),
        people=Count("interview", filter=is_finished, distinct=True),
        priced_calls=Count("paid"),
        cost=Avg("paid"),
    )
    return {
        **{name: Decimal(sums[name] or 0) for name in ("calls", "finished_calls", "priced_calls", "cost")},
        "seconds": Decimal(round(sums["mean_length"].total_seconds())) if sums["mean_length"] else Decimal(0),
        "calls_per_person": Decimal(sums["finished_calls"]) / (sums["people"] or 1),
    }


def _first(sums: Iterable[tuple[Source, dict[str, Decimal]]], name: str, count: str, assumption: Decimal) -> Measure:
    """The first of the measured values that rests on enough calls, or the assumption."""
    for source, values in sums:
        if values[count] >= FEWEST_CALLS:
            return Measure(values[name], source, int(values[count]))
    return Measure(assumption, Source.ASSUMED, 0)
