"""What models have cost, and calls, summed up. An unknown cost is counted as one, never taken for zero."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Abs, Coalesce

from screener.models import ModelCall

SUMS: dict[str, Any] = {
    "known": Coalesce(Sum("cost"), Decimal(0)),
    "calls": Count("pk"),
    "unknown": Count("pk", filter=Q(cost__isnull=True)),
}


def dollars(amount: Decimal) -> str:
    """As exact as it takes: an answer costs a fraction of a cent, and what costs something is not shown as nothing."""
    if amount >= 1:
        return f"${amount:,.2f}"
    whole, _, part = f"{amount:.{4 if amount >= Decimal('0.001') else 6}f}".partition(".")
    return f"${whole}.{part.rstrip('0').ljust(2, '0')}"


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"


@dataclass(frozen=True)
class Cost:
    """What models cost: US dollars as far as they are known, and how many calls cost something that is not."""

    known: Decimal = Decimal(0)
    calls: int = 0
    unknown: int = 0

    @classmethod
    def of(cls, **about: Any) -> Self:
        return cls(**ModelCall.objects.filter(**about).order_by().aggregate(**SUMS))

    @property
    def is_unknown(self) -> bool:
        return 0 < self.calls == self.unknown

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.known + other.known, self.calls + other.calls, self.unknown + other.unknown)

    def __str__(self) -> str:
        if not self.unknown:
            return dollars(self.known)
        if self.is_unknown:
            return f"unknown ({_calls(self.unknown)})"
        return f"{dollars(self.known)} and {_calls(self.unknown)} of unknown cost"


@dataclass(frozen=True)
class Phone:
    """What the phone cost in each currency that Twilio bills in, and how many calls have no price yet."""

    prices: tuple[tuple[str, Decimal], ...] = ()
    unpriced: int = 0

    @property
    def sum(self) -> Decimal:
        """For putting in order. Twilio bills an account in one currency."""
        return sum((price for _, price in self.prices), Decimal(0))

    def __str__(self) -> str:
        known = [dollars(price) if unit == "USD" else f"{price:,.2f} {unit}" for unit, price in self.prices]
        waiting = [f"{_calls(self.unpriced)} without a price yet"] if self.unpriced else []
        return " and ".join(known + waiting) or dollars(Decimal(0))


def by(calls: QuerySet[ModelCall], *what: Any) -> dict[tuple[Any, ...], Cost]:
    """The costs of these calls to models, apart for each value of these fields."""
    names = _named(what)
    rows: Any = calls.order_by().values(**names).annotate(**SUMS)
    return {tuple(row.pop(name) for name in names): Cost(**row) for row in rows}


def phone_by(rows: QuerySet[Any], *what: Any, way: str = "") -> dict[tuple[Any, ...], Phone]:
    """The prices of these calls, apart for each value of these fields. `way`: from these rows to their calls.

    Twilio tells prices as negative numbers, some time after a call has ended.
    """
    names = _named(what)
    ended = Q(**{f"{way}price__isnull": True, f"{way}ended_at__isnull": False}) & ~Q(**{f"{way}twilio_sid": ""})
    sums = {"total": Sum(Abs(f"{way}price")), "unpriced": Count(f"{way}pk", filter=ended)}
    units = rows.order_by().values(unit=F(f"{way}price_unit"), **names).annotate(**sums).order_by("unit")
    found: dict[tuple[Any, ...], Phone] = {}
    for row in units:
        key = tuple(row[name] for name in names)
        before = found.get(key, Phone())
        price = () if row["total"] is None else ((row["unit"] or "USD", row["total"]),)
        found[key] = Phone(before.prices + price, before.unpriced + row["unpriced"])
    return found


def _named(what: tuple[Any, ...]) -> dict[str, Any]:
    return {f"by_{number}": F(one) if isinstance(one, str) else one for number, one in enumerate(what)}
