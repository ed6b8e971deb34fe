"""The page of monthly costs."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext

from interviews.reports.monthly_costs import MonthlyCosts
from screener.access.viewer import require_permissions
from screener.costs.monthly_budget import month_start, spent_budget_reason
from screener.db.replica import reads_replica


@reads_replica
def spending_page(request: HttpRequest) -> HttpResponse:
    """Show the costs of `?month=2026-11`, by default of the current month, to users who may view model calls."""
    require_permissions(request.user, "screener.view_modelcall")
    this_month = month_start(timezone.now())
    costs = MonthlyCosts.for_month(_parse_month(request.GET.get("month", "")) or this_month)
    page = {
        "title": gettext("Spending"),
        "costs": costs,
        "is_this_month": costs.month == this_month,
        "budget": f"${settings.MONTHLY_BUDGET:,.2f}" if settings.MONTHLY_BUDGET else "",
        "budget_spent": spent_budget_reason(),
    }
    return TemplateResponse(request, "admin/interviews/spending.html", admin.site.each_context(request) | page)


def _parse_month(month: str) -> datetime | None:
    try:
        return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return None
