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
from screener.costs.monthly_budget import month_after, month_of
from screener.costs.totals import Cost, Phone, by, phone_by
from screener.models import ModelCall

MONTHS = 12
MOST = 20


def phone_of(interview: Interview) -> Phone:
    return phone_by(Call.objects.filter(attempt__interview=interview)).get((), Phone())


def cost_of(interview: Interview) -> dict[str, Any]:
    """What it has cost so far, for clients."""
    models, phone = Cost.of(interview_id=interview.pk), phone_of(interview)
    return {
        "models": None if models.is_unknown else models.known,
        "calls": models.calls,
        "unknown": models.unknown,
        "phone": phone.sum if phone.prices else None,
        "phone_unit": "".join(unit for unit, _ in phone.prices[:1]),
        "phone_unpriced": phone.unpriced,
    }


@dataclass(frozen=True)
class Line:
    """A line of a table: what it is, what models cost for it, and the phone, where that is told apart."""

    what: str
    models: Cost
    phone: Phone = field(default_factory=Phone)
    pk: UUID | None = None

    @property
    def sum(self) -> Decimal:
        return self.models.known + self.phone.sum


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
    models: Cost
    phone: Phone
    months: list[Line]
    purposes: list[Line]
    by_model: list[Line]
    jobs: list[Line]
    interviews: list[Line]

    @classmethod
    def of(cls, month: datetime) -> "Spending":
        """In a fixed number of queries, however much there is."""
        within = Q(created_at__gte=month, created_at__lt=month_after(month))
        made, rung = ModelCall.objects.filter(within), Call.objects.filter(within)
        apart = by(made, "purpose", "model").items()
        labels = dict(ModelCall.Purpose.choices)
        return cls(
            month=month,
            models=sum((cost for _, cost in apart), Cost()),
            phone=phone_by(rung).get((), Phone()),
            months=_months(),
            purposes=_merged((labels.get(purpose, purpose), cost) for (purpose, _), cost in apart),
            by_model=_merged((model, cost) for (_, model), cost in apart),
            jobs=_jobs(made, rung),
            interviews=_interviews(made, rung),
        )

    @property
    def unknown(self) -> list[Unknown]:
        return [
            Unknown(line.what, line.models.unknown, price_of(line.what) is not None)
            for line in self.by_model
            if line.models.unknown
        ]


def _merged(costs: Iterable[tuple[str, Cost]]) -> list[Line]:
    found: dict[str, Cost] = {}
    for what, cost in costs:
        found[what] = found.get(what, Cost()) + cost
    return sorted((Line(what, cost) for what, cost in found.items()), key=lambda line: (-line.sum, line.what))


def _months() -> list[Line]:
    """The last months in which something cost, newest first."""
    first = month_of(timezone.now())
    for _ in range(MONTHS - 1):
        first = month_of(first - timedelta(days=1))
    since, month = Q(created_at__gte=first), TruncMonth("created_at")
    models, phones = by(ModelCall.objects.filter(since), month), phone_by(Call.objects.filter(since), month)
    return [
        Line(f"{key[0]:%Y-%m}", models.get(key, Cost()), phones.get(key, Phone()))
        for key in sorted(models.keys() | phones.keys(), reverse=True)
    ]


def _jobs(made: QuerySet[ModelCall], rung: QuerySet[Call]) -> list[Line]:
    models, phones = by(made, "job_id"), phone_by(rung, "attempt__interview__job_id")
    keys = models.keys() | phones.keys()
    titles = dict(JobDescription.objects.filter(pk__in=[job for (job,) in keys]).values_list("pk", "title"))
    lines = [
        Line(
            titles.get(job, "A job that is no more" if job else "For no job"),
            models.get((job,), Cost()),
            phones.get((job,), Phone()),
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
    models = by(made.filter(interview_id__in=[one.pk for one in shown]), "interview_id")
    phones = phone_by(rung.filter(attempt__interview__in=shown), "attempt__interview_id")
    return [Line(str(one), models.get((one.pk,), Cost()), phones.get((one.pk,), Phone()), one.pk) for one in shown]


def _summed(rows: QuerySet[Any], belonging_by: str, sum_: Sum) -> Coalesce:
    mine = rows.order_by().values(belonging_by).annotate(sum=sum_).values("sum")
    return Coalesce(Subquery(mine), Decimal(0))
