"""The cost of the calls of the last 24 hours, with an estimate for those that have no price yet."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, FloatField, Q, QuerySet, Sum, Value
from django.db.models.functions import Abs, Cast, Ceil, Coalesce, Extract, Greatest

from interviews.models import Call

DAY = timedelta(days=1)

PRICED_CALLS = 100
"""How many of the last calls with a price the price of a minute is computed from."""

ASSUMED_MINUTE_PRICE = Decimal("0.10")
"""US dollars, while no call has a price. It is more than Twilio takes in most countries, so that the limit holds."""


def calls_of_last_day(now: datetime) -> QuerySet[Call]:
    """Calls that the carrier never took are left out."""
    return Call.objects.filter(~Q(twilio_sid="") | Q(ended_at__isnull=True), created_at__gt=now - DAY)


def spent_in_last_day(now: datetime) -> Decimal:
    """Sum the known prices and the estimated ones.

    Twilio prices a call minutes to hours after its end, and none that was not answered. It bills an account in one
    currency. The spend limit is in that currency too, so the amounts are not converted.
    """
    unpriced = Q(price__isnull=True) & ~Q(status__in=Call.UNANSWERED)
    sums = calls_of_last_day(now).aggregate(
        total_price=Sum(Abs("price")), unpriced_minutes=Sum(_billed_minutes(now), filter=unpriced)
    )
    price, unpriced_minutes = Decimal(sums["total_price"] or 0), Decimal(sums["unpriced_minutes"] or 0)
    return price + unpriced_minutes * _minute_price(now) if unpriced_minutes else price


def _minute_price(now: datetime) -> Decimal:
    """The price of a minute in the last calls that have a price."""
    priced = Call.objects.filter(price__isnull=False, status=Call.Status.COMPLETED).order_by("-created_at")
    sums = priced[:PRICED_CALLS].aggregate(price=Sum(Abs("price")), minutes=Sum(_billed_minutes(now)))
    return Decimal(sums["price"]) / Decimal(sums["minutes"]) if sums["minutes"] else ASSUMED_MINUTE_PRICE


def _billed_minutes(now: datetime) -> Greatest:
    """Every minute that was begun, and at least one. A call in progress lasts until now."""
    lasted = Extract(Coalesce("ended_at", Value(now)) - F("created_at"), "epoch", output_field=FloatField())
    seconds = Coalesce(Cast("duration_seconds", FloatField()), lasted)
    return Greatest(Ceil(seconds / 60.0), 1.0)
