"""The cost of the calls of the last 24 hours. Calls without a price yet are estimated."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, FloatField, Q, QuerySet, Sum, Value
from django.db.models.functions import Abs, Cast, Ceil, Coalesce, Extract, Greatest

from interviews.models import Call

ONE_DAY = timedelta(days=1)

PRICED_CALLS = 100
"""The price of a minute is computed from this number of the latest priced calls."""

ASSUMED_MINUTE_PRICE = Decimal("0.10")
"""US dollars, used until a call has a price. Twilio charges less in most countries, so the limit still holds."""


def calls_of_last_day(now: datetime) -> QuerySet[Call]:
    """Return the calls of the last 24 hours, without those that the carrier did not accept."""
    return Call.objects.filter(~Q(twilio_sid="") | Q(ended_at__isnull=True), created_at__gt=now - ONE_DAY)


def spent_in_last_day(now: datetime) -> Decimal:
    """Sum the known prices and the estimated ones.

    Twilio prices an answered call minutes to hours after its end, and never prices an unanswered one. Twilio bills an
    account in one currency. The spend limit is in the same currency, so amounts are not converted.
    """
    is_unpriced = Q(price__isnull=True) & ~Q(status__in=Call.UNANSWERED)
    call_sums = calls_of_last_day(now).aggregate(
        total_price=Sum(Abs("price")), unpriced_minutes=Sum(_billed_minutes(now), filter=is_unpriced)
    )
    total_price, unpriced_minutes = Decimal(call_sums["total_price"] or 0), Decimal(call_sums["unpriced_minutes"] or 0)
    return total_price + unpriced_minutes * _minute_price(now) if unpriced_minutes else total_price


def _minute_price(now: datetime) -> Decimal:
    """Return the average price of a minute in the latest priced calls."""
    priced_calls = Call.objects.filter(price__isnull=False, status=Call.Status.COMPLETED).order_by("-created_at")
    price_sums = priced_calls[:PRICED_CALLS].aggregate(price=Sum(Abs("price")), minutes=Sum(_billed_minutes(now)))
    return (
        Decimal(price_sums["price"]) / Decimal(price_sums["minutes"]) if price_sums["minutes"] else ASSUMED_MINUTE_PRICE
    )


def _billed_minutes(now: datetime) -> Greatest:
    """Return the duration in minutes, rounded up, at least one. A call in progress is counted until now."""
    elapsed_seconds = Extract(Coalesce("ended_at", Value(now)) - F("created_at"), "epoch", output_field=FloatField())
    call_seconds = Coalesce(Cast("duration_seconds", FloatField()), elapsed_seconds)
    return Greatest(Ceil(call_seconds / 60.0), 1.0)
