"""What a month of interviews has cost: models, as far as that is known, and beside it the phone, as Twilio has told.

The sums include practice interviews, which are paid for like others; the list of interviews leaves them out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Abs, Coalesce, TruncMonth
from django.utils import timezone

from interviews.models import Call, Interview
from jobs.models import JobDescription
from screener.costs.model_prices import price_of
from screener.costs.monthly_budget import month_start, next_month_start
from screener.costs.totals import ModelCost, PhoneCost, model_costs_by, phone_costs_by
from screener.models import ModelCall

MONTHS = 12
MOST = 20


def phone_of(interview: Interview) -> PhoneCost:
    return phone_costs_by(Call.objects.filter(attempt__interview=interview)).get((), PhoneCost())


def cost_of(interview: Interview) -> dict[str, Any]:
    """What it has cost so far, for clients."""
    models, phone = ModelCost.for_calls(interview_id=interview.pk), phone_of(interview)
    return {
        "models": None if models.is_unknown else models.known_cost,
        "calls": models.call_count,
        "unknown": models.unpriced_count,
        "phone": phone.total if phone.prices else None,
        "phone_unit": "".join(unit for unit, _ in phone.prices[:1]),
        "phone_unpriced": phone.unpriced_count,
    }


@dataclass(frozen=True)
class Line:
    """A line of a table: what it is, what models cost for it, and the phone, where that is told apart."""

    what: str
    models: ModelCost
    phone: PhoneCost = field(default_factory=PhoneCost)
    pk: UUID | None = None

    @property
    def sum(self) -> Decimal:
        return self.models.known_cost + self.phone.total


@dataclass(frozen=True)
class Unknown:
    """A model some of whose calls have no known cost."""

    model: str
    calls: int
    has_price: bool


@dataclass(frozen=True)
class Spending:
    """One month in detail, and the months before it."""

    month: datetime
    models: ModelCost
    phone: PhoneCost
    months: list[Line]
    purposes: list[Line]
    by_model: list[Line]
    jobs: list[Line]
    interviews: list[Line]

    @classmethod
    def of(cls, month: datetime) -> "Spending":
        """In a fixed number of queries, however much there is."""
        within = Q(created_at__gte=month, created_at__lt=next_month_start(month))
        made, rung = ModelCall.objects.filter(within), Call.objects.filter(within)
        apart = model_costs_by(made, "purpose", "model").items()
        labels = dict(ModelCall.Purpose.choices)
        return cls(
            month=month,
            models=sum((cost for _, cost in apart), ModelCost()),
            phone=phone_costs_by(rung).get((), PhoneCost()),
            months=_months(),
            purposes=_merged((str(labels.get(purpose, purpose)), cost) for (purpose, _), cost in apart),
            by_model=_merged((model, cost) for (_, model), cost in apart),
            jobs=_jobs(made, rung),
            interviews=_interviews(made, rung),
        )

    @property
    def unknown(self) -> list[Unknown]:
        return [
            Unknown(line.what, line.models.unpriced_count, price_of(line.what) is not None)
            for line in self.by_model
            if line.models.unpriced_count
        ]


def _merged(costs: Iterable[tuple[str, ModelCost]]) -> list[Line]:
    found: dict[str, ModelCost] = {}
    for what, cost in costs:
        found[what] = found.get(what, ModelCost()) + cost
    return sorted((Line(what, cost) for what, cost in found.items()), key=lambda line: (-line.sum, line.what))


def _months() -> list[Line]:
    """The last months in which something cost, newest first."""
    first = month_start(timezone.now())
    for _ in range(MONTHS - 1):
        first = month_start(first - timedelta(days=1))
    since, month = Q(created_at__gte=first), TruncMonth("created_at")
    models = model_costs_by(ModelCall.objects.filter(since), month)
    phones = phone_costs_by(Call.objects.filter(since), month)
    return [
        Line(f"{key[0]:%Y-%m}", models.get(key, ModelCost()), phones.get(key, PhoneCost()))
        for key in sorted(models.keys() | phones.keys(), reverse=True)
    ]


def _jobs(made: QuerySet[ModelCall], rung: QuerySet[Call]) -> list[Line]:
    models, phones = model_costs_by(made, "job_id"), phone_costs_by(rung, "attempt__interview__job_id")
    keys = models.keys() | phones.keys()
    titles = dict(JobDescription.objects.filter(pk__in=[job for (job,) in keys]).values_list("pk", "title"))
    lines = [
        Line(
            titles.get(job, "A job that is no more" if job else "For no job"),
            models.get((job,), ModelCost()),
            phones.get((job,), PhoneCost()),
            pk=job if job in titles else None,
        )
        for (job,) in keys
    ]
    return sorted(lines, key=lambda line: (-line.sum, line.what))[:MOST]


def _interviews(made: QuerySet[ModelCall], rung: QuerySet[Call]) -> list[Line]:
    """Those that cost most."""
    touched = Q(pk__in=made.values("interview_id")) | Q(pk__in=rung.values("attempt__interview"))
    dearest = (
        Interview.objects.filter(touched)
        .annotate(
            spent=_summed(made.filter(interview_id=OuterRef("pk")), "interview_id", Sum("cost"))
            + _summed(rung.filter(attempt__interview=OuterRef("pk")), "attempt__interview", Sum(Abs("price")))
        )
        .order_by("-spent", "-created_at")
        .select_related("candidate", "job")[:MOST]
    )
    shown = list(dearest)
    models = model_costs_by(made.filter(interview_id__in=[one.pk for one in shown]), "interview_id")
    phones = phone_costs_by(rung.filter(attempt__interview__in=shown), "attempt__interview_id")
    return [
        Line(str(one), models.get((one.pk,), ModelCost()), phones.get((one.pk,), PhoneCost()), one.pk) for one in shown
    ]


def _summed(rows: QuerySet[Any], belonging_by: str, sum_: Sum) -> Coalesce:
    mine = rows.order_by().values(belonging_by).annotate(sum=sum_).values("sum")
    return Coalesce(Subquery(mine), Decimal(0))
