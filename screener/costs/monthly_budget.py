"""What models may cost in a month. Once that is spent, nothing new that costs is begun, and it goes on by itself later.

What counts is what is known: a call of unknown cost can't be counted. The sum is a few seconds old, so that at most the
calls under way and those of these seconds come on top.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone

from screener.models import ModelCall
from screener.services.errors import NotSent
from screener.services.speech_synthesis.selection import configured_synthesizer

FRESH_SECONDS = 10
AGAIN_IN = timedelta(minutes=10)


class BudgetSpent(NotSent):
    """There is nothing left to spend this month."""


def month_of(moment: datetime) -> datetime:
    """When its month began. Months are counted in UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def month_after(month: datetime) -> datetime:
    return month_of(month + timedelta(days=32))


def spent() -> Decimal:
    """US dollars of this month, as far as costs are known."""
    month = month_of(timezone.now())
    return Decimal(cache.get_or_set(f"spent:{month:%Y-%m}", lambda: _summed(month), FRESH_SECONDS) or 0)


def _summed(month: datetime) -> Decimal:
    total = ModelCall.objects.filter(created_at__gte=month).aggregate(total=Sum("cost"))["total"]
    return total or Decimal(0)


def why_no_paid_work() -> str:
    """That the budget is spent, and what to do, in a sentence; empty while it is not, or where nothing costs."""
    limit = settings.MONTHLY_BUDGET
    costs = settings.OPENAI_API_KEY or settings.SPEECH_API_KEY or configured_synthesizer()
    if not limit or not costs or spent() < limit:
        return ""
    month = month_of(timezone.now())
    return (
        f"The budget of {limit:,.2f} dollars for models in {month:%B} is spent. Work that costs waits, and goes on "
        f"by itself on {month_after(month):%B} 1, or soon after MONTHLY_BUDGET is raised."
    )


def check() -> None:
    if reason := why_no_paid_work():
        raise BudgetSpent(reason, wait=AGAIN_IN)
