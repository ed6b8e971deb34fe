"""Costs by month: model calls, as far as their prices are known, and phone calls, as far as Twilio has reported them.

The sums include practice interviews, which cost like others. The list of interviews leaves them out.
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
from django.utils.translation import gettext

from interviews.models import Call, Interview
from jobs.models import JobDescription
from screener.costs.model_prices import price_of
from screener.costs.monthly_budget import month_start, next_month_start
from screener.costs.totals import ModelCost, PhoneCost, model_costs_by, phone_costs_by
from screener.models import ModelCall

MAX_MONTHS = 12
MAX_ROWS = 20


def interview_phone_cost(interview: Interview) -> PhoneCost:
    return phone_costs_by(Call.objects.filter(attempt__interview=interview)).get((), PhoneCost())


def interview_cost(interview: Interview) -> dict[str, Any]:
    """Return the cost so far, for the API."""
    model_cost, phone_cost = ModelCost.for_calls(interview_id=interview.pk), interview_phone_cost(interview)
    return {
        "models": None if model_cost.is_unknown else model_cost.known_cost,
        "calls": model_cost.call_count,
        "unknown": model_cost.unpriced_count,
        "phone": phone_cost.total if phone_cost.prices else None,
        "phone_unit": "".join(unit for unit, _ in phone_cost.prices[:1]),
        "phone_unpriced": phone_cost.unpriced_count,
    }


@dataclass(frozen=True)
class CostRow:
    """A row of a table. `phone` is empty where phone costs are not split by this table."""

    title: str
    models: ModelCost
    phone: PhoneCost = field(default_factory=PhoneCost)
    pk: UUID | None = None

    @property
    def model_sum(self) -> Decimal:
        return self.models.known_cost + self.phone.total


@dataclass(frozen=True)
class UnpricedModel:
    """A model with calls of unknown cost."""

    model: str
    calls: int
    has_price: bool


@dataclass(frozen=True)
class MonthlyCosts:
    """The costs of one month in detail, and the totals of the last months."""

    month: datetime
    models: ModelCost
    phone: PhoneCost
    months: list[CostRow]
    purposes: list[CostRow]
    by_model: list[CostRow]
    jobs: list[CostRow]
    interviews: list[CostRow]

    @classmethod
    def for_month(cls, month: datetime) -> "MonthlyCosts":
        """Load the costs in a fixed number of queries."""
        in_month = Q(created_at__gte=month, created_at__lt=next_month_start(month))
        model_calls, phone_calls = ModelCall.objects.filter(in_month), Call.objects.filter(in_month)
        purpose_costs = model_costs_by(model_calls, "purpose", "model").items()
        purpose_labels = dict(ModelCall.Purpose.choices)
        return cls(
            month=month,
            models=sum((cost for _, cost in purpose_costs), ModelCost()),
            phone=phone_costs_by(phone_calls).get((), PhoneCost()),
            months=_month_rows(),
            purposes=_group_rows(
                (str(purpose_labels.get(purpose, purpose)), cost) for (purpose, _), cost in purpose_costs
            ),
            by_model=_group_rows((model, cost) for (_, model), cost in purpose_costs),
            jobs=_job_rows(model_calls, phone_calls),
            interviews=_interview_rows(model_calls, phone_calls),
        )

    @property
    def unpriced_models(self) -> list[UnpricedModel]:
        return [
            UnpricedModel(row.title, row.models.unpriced_count, price_of(row.title) is not None)
            for row in self.by_model
            if row.models.unpriced_count
        ]


def _sort_rows(rows: Iterable[CostRow]) -> list[CostRow]:
    """Put the highest cost first."""
    return sorted(rows, key=lambda row: (-row.model_sum, row.title))


def _group_rows(costs: Iterable[tuple[str, ModelCost]]) -> list[CostRow]:
    costs_by_title: dict[str, ModelCost] = {}
    for title, cost in costs:
        costs_by_title[title] = costs_by_title.get(title, ModelCost()) + cost
    return _sort_rows(CostRow(title, cost) for title, cost in costs_by_title.items())


def _month_rows() -> list[CostRow]:
    """Return the last months with costs, newest first."""
    first_month = month_start(timezone.now())
    for _ in range(MAX_MONTHS - 1):
        first_month = month_start(first_month - timedelta(days=1))
    is_recent, month = Q(created_at__gte=first_month), TruncMonth("created_at")
    model_costs = model_costs_by(ModelCall.objects.filter(is_recent), month)
    phone_costs = phone_costs_by(Call.objects.filter(is_recent), month)
    return [
        CostRow(f"{key[0]:%Y-%m}", model_costs.get(key, ModelCost()), phone_costs.get(key, PhoneCost()))
        for key in sorted(model_costs.keys() | phone_costs.keys(), reverse=True)
    ]


def _job_rows(model_calls: QuerySet[ModelCall], phone_calls: QuerySet[Call]) -> list[CostRow]:
    model_costs, phone_costs = (
        model_costs_by(model_calls, "job_id"),
        phone_costs_by(phone_calls, "attempt__interview__job_id"),
    )
    job_keys = model_costs.keys() | phone_costs.keys()
    job_titles = dict(
        JobDescription.objects.filter(pk__in=[job_id for (job_id,) in job_keys]).values_list("pk", "title")
    )
    rows = [
        CostRow(
            job_titles.get(job_id, gettext("Deleted job") if job_id else gettext("Without a job")),
            model_costs.get((job_id,), ModelCost()),
            phone_costs.get((job_id,), PhoneCost()),
            pk=job_id if job_id in job_titles else None,
        )
        for (job_id,) in job_keys
    ]
    return _sort_rows(rows)[:MAX_ROWS]


def _interview_rows(model_calls: QuerySet[ModelCall], phone_calls: QuerySet[Call]) -> list[CostRow]:
    """Return the interviews with the highest costs."""
    has_costs = Q(pk__in=model_calls.values("interview_id")) | Q(pk__in=phone_calls.values("attempt__interview"))
    model_cost = _sum_of(model_calls.filter(interview_id=OuterRef("pk")), "interview_id", Sum("cost"))
    total_price = Sum(Abs("price"))
    phone_cost = _sum_of(phone_calls.filter(attempt__interview=OuterRef("pk")), "attempt__interview", total_price)
    interviews = list(
        Interview.objects.filter(has_costs)
        .annotate(spent=model_cost + phone_cost)
        .order_by("-spent", "-created_at")
        .select_related("candidate", "job")[:MAX_ROWS]
    )
    model_costs = model_costs_by(
        model_calls.filter(interview_id__in=[interview.pk for interview in interviews]), "interview_id"
    )
    phone_costs = phone_costs_by(phone_calls.filter(attempt__interview__in=interviews), "attempt__interview_id")
    return [
        CostRow(
            str(interview),
            model_costs.get((interview.pk,), ModelCost()),
            phone_costs.get((interview.pk,), PhoneCost()),
            interview.pk,
        )
        for interview in interviews
    ]


def _sum_of(rows: QuerySet[Any], foreign_key: str, total: Sum) -> Coalesce:
    """Return the sum over related rows as a subquery, 0 without any."""
    row_sums = rows.order_by().values(foreign_key).annotate(sum=total).values("sum")
    return Coalesce(Subquery(row_sums), Decimal(0))
