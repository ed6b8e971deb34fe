"""The cost of the calls of the last 24 hours. Calls without a price yet are estimated."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, FloatField, Q, QuerySet, Sum, Value
from django.db.models.functions import Abs, Cast, Ceil, Coalesce, Extract, Greatest

from interviews.models import Call

DAY = timedelta(days=1)

PRICED_CALLS = 100
"""The price of a minute is computed from this number of the latest priced calls."""

ASSUMED_MINUTE_PRICE = Decimal("0.10")
"""US dollars, used until a call has a price. Twilio charges less in most countries, so the limit still holds."""


def calls_of_last_day(now: datetime) -> QuerySet[Call]:
    """Return the calls of the last 24 hours, without those that the carrier did not accept."""
    return Call.objects.filter(~Q(twilio_sid="") | Q(ended_at__isnull=True), created_at__gt=now - DAY)


def spent_in_last_day(now: datetime) -> Decimal:
    """Sum the known prices and the estimated ones.

    Twilio prices an answered call minutes to hours after its end, and never prices an unanswered one. Twilio bills an
    account in one currency. The spend limit is in the same currency, so amounts are not converted.
    """
    unpriced = Q(price__isnull=True) & ~Q(status__in=Call.UNANSWERED)
    sums = calls_of_last_day(now).aggregate(
        total_price=Sum(Abs("price")), unpriced_minutes=Sum(_billed_minutes(now), filter=unpriced)
    )
    price, unpriced_minutes = Decimal(sums["total_price"] or 0), Decimal(sums["unpriced_minutes"] or 0)
    return price + unpriced_minutes * _minute_price(now) if unpriced_minutes else price


def _minute_price(now: datetime) -> Decimal:
    """Return the average price of a minute in the latest priced calls."""
    priced = Call.objects.filter(price__isnull=False, status=Call.Status.COMPLETED).order_by("-created_at")
    sums = priced[:PRICED_CALLS].aggregate(price=Sum(Abs("price")), minutes=Sum(_billed_minutes(now)))
    return Decimal(sums["price"]) / Decimal(sums["minutes"]) if sums["minutes"] else ASSUMED_MINUTE_PRICE


def _billed_minutes(now: datetime) -> Greatest:
    """Return the duration in minutes, rounded up, at least one. A call in progress is counted until now."""
    lasted = Extract(Coalesce("ended_at", Value(now)) - F("created_at"), "epoch", output_field=FloatField())
    seconds = Coalesce(Cast("duration_seconds", FloatField()), lasted)
    return Greatest(Ceil(seconds / 60.0), 1.0)
