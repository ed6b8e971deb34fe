"""Totals of the costs of models and calls. A call without a known cost is counted as such, never as zero."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Abs, Coalesce
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from screener.models import ModelCall

SUMS: dict[str, Any] = {
    "known_cost": Coalesce(Sum("cost"), Decimal(0)),
    "call_count": Count("pk"),
    "unpriced_count": Count("pk", filter=Q(cost__isnull=True)),
}
Key = tuple[Any, ...]


def format_dollars(amount: Decimal) -> str:
    """The amount with as many digits as it needs: a fraction of a cent is not shown as zero."""
    if amount >= 1:
        return f"${number_format(amount, 2, force_grouping=True)}"
    digits = 4 if amount >= Decimal("0.001") else 6
    whole, _, fraction = f"{amount:.{digits}f}".partition(".")
    decimals = fraction.rstrip("0").ljust(2, "0")
    return f"${number_format(Decimal(f'{whole}.{decimals}'), len(decimals))}"


def _format_count(count: int) -> str:
    return ngettext("%(count)s call", "%(count)s calls", count) % {"count": number_format(count, force_grouping=True)}


@dataclass(frozen=True)
class ModelCost:
    """The costs of model calls: the known cost in US dollars, and the number of calls without a known cost."""

    known_cost: Decimal = Decimal(0)
    call_count: int = 0
    unpriced_count: int = 0

    @classmethod
    def for_calls(cls, **filters: Any) -> Self:
        return cls(**ModelCall.objects.filter(**filters).order_by().aggregate(**SUMS))

    @property
    def is_unknown(self) -> bool:
        return 0 < self.call_count == self.unpriced_count

    def __add__(self, other: "ModelCost") -> "ModelCost":
        return ModelCost(
            self.known_cost + other.known_cost,
            self.call_count + other.call_count,
            self.unpriced_count + other.unpriced_count,
        )

    def __str__(self) -> str:
        if not self.unpriced_count:
            return format_dollars(self.known_cost)
        if self.is_unknown:
            return gettext("unknown (%(calls)s)") % {"calls": _format_count(self.unpriced_count)}
        return gettext("%(dollars)s and %(calls)s of unknown cost") % {
            "dollars": format_dollars(self.known_cost),
            "calls": _format_count(self.unpriced_count),
        }


@dataclass(frozen=True)
class PhoneCost:
    """The costs of phone calls: an amount per currency, and the number of calls that Twilio has not priced yet."""

    prices: tuple[tuple[str, Decimal], ...] = ()
    unpriced_count: int = 0

    @property
    def total(self) -> Decimal:
        """For sorting. Twilio bills an account in one currency."""
        return sum((price for _, price in self.prices), Decimal(0))

    def __str__(self) -> str:
        amounts = [
            format_dollars(price) if unit == "USD" else f"{number_format(price, 2, force_grouping=True)} {unit}"
            for unit, price in self.prices
        ]
        if self.unpriced_count:
            amounts.append(gettext("%(calls)s without a price yet") % {"calls": _format_count(self.unpriced_count)})
        return gettext(" and ").join(amounts) or format_dollars(Decimal(0))


def model_costs_by(calls: QuerySet[ModelCall], *fields: Any) -> dict[Key, ModelCost]:
    """The costs of model calls, grouped by the values of fields (names or expressions)."""
    columns = _group_columns(fields)
    rows: Any = calls.order_by().values(**columns).annotate(**SUMS)
    return {tuple(row.pop(column) for column in columns): ModelCost(**row) for row in rows}


def phone_costs_by(rows: QuerySet[Any], *fields: Any, call_path: str = "") -> dict[Key, PhoneCost]:
    """The costs of phone calls, grouped by the values of fields. `call_path` leads from the rows to their calls.

    Twilio reports prices as negative numbers, some time after a call has ended.
    """
    columns = _group_columns(fields)
    has_ended = Q(**{f"{call_path}price__isnull": True, f"{call_path}ended_at__isnull": False})
    is_unpriced = has_ended & ~Q(**{f"{call_path}twilio_sid": ""})
    sums = {"total": Sum(Abs(f"{call_path}price")), "unpriced": Count(f"{call_path}pk", filter=is_unpriced)}
    by_unit = rows.order_by().values(unit=F(f"{call_path}price_unit"), **columns).annotate(**sums).order_by("unit")
    costs: dict[Key, PhoneCost] = {}
    for row in by_unit:
        key = tuple(row[column] for column in columns)
        previous = costs.get(key, PhoneCost())
        prices = ((row["unit"] or "USD", row["total"]),) if row["total"] else ()
        costs[key] = PhoneCost(previous.prices + prices, previous.unpriced_count + row["unpriced"])
    return costs


def _group_columns(fields: tuple[Any, ...]) -> dict[str, Any]:
    return {f"by_{number}": F(field) if isinstance(field, str) else field for number, field in enumerate(fields)}
