"""The monthly budget for models. Once it is spent, billed work waits for the next month or a higher budget.

Calls of unknown cost are not counted. The sum is cached for a few seconds, so the calls of these seconds and the calls
in progress may exceed the budget.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

from screener.models import ModelCall
from screener.services.errors import NotSent
from screener.services.interviewer.selection import configured_interviewer
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.services.transcription.selection import general_transcriber

CACHE_SECONDS = 10
RETRY_WAIT = timedelta(minutes=10)


class BudgetSpent(NotSent):
    """The request was not sent, because the monthly budget is spent."""


def month_start(moment: datetime) -> datetime:
    """The beginning of the moment's month, in UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month_start(month: datetime) -> datetime:
    return month_start(month + timedelta(days=32))


def month_spending() -> Decimal:
    """The known costs of this month, in US dollars."""
    month = month_start(timezone.now())
    return Decimal(cache.get_or_set(f"spent:{month:%Y-%m}", lambda: _sum_costs(month), CACHE_SECONDS) or 0)


def _sum_costs(month: datetime) -> Decimal:
    total = ModelCall.objects.filter(created_at__gte=month).aggregate(total=Sum("cost"))["total"]
    return total or Decimal(0)


def spent_budget_reason() -> str:
    """Why billed work waits, for HR. Empty while the budget is not spent, or where no model is billed."""
    limit = settings.MONTHLY_BUDGET
    services = (configured_interviewer(), general_transcriber(), configured_synthesizer())
    is_billed = any(service.billed_model for service in services if service)
    if not limit or not is_billed or month_spending() < limit:
        return ""
    month = month_start(timezone.now())
    return gettext(
        "The budget of %(limit)s dollars for models in %(month)s is spent. Work that uses models continues on "
        "%(continues)s, or soon after MONTHLY_BUDGET is raised."
    ) % {
        "limit": number_format(limit, 2, force_grouping=True),
        "month": date_format(month, "F"),
        "continues": date_format(next_month_start(month), "MONTH_DAY_FORMAT"),
    }


def check_budget() -> None:
    """Raises BudgetSpent."""
    if reason := spent_budget_reason():
        raise BudgetSpent(reason, wait=RETRY_WAIT)
