"""The admin's page about retention: the periods, the data that is due, and past erasures."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from interviews.retention.report import RetentionReport
from screener.access.viewer import require_permissions

DAYS_AHEAD = (7, 30, 90, 365)
DEFAULT_DAYS = 30


def retention_page(request: HttpRequest) -> HttpResponse:
    """`?days=30`: how far to look ahead."""
    require_permissions(request.user, "candidates.view_erasure")
    days = _parse_days(request.GET.get("days", ""))
    report = RetentionReport.of(request.user, days)
    page = {"title": gettext("Retention"), "report": report, "days_ahead": DAYS_AHEAD}
    return TemplateResponse(request, "admin/interviews/retention.html", admin.site.each_context(request) | page)


def _parse_days(text: str) -> int:
    choices = {str(days): days for days in DAYS_AHEAD}
    return choices.get(text, DEFAULT_DAYS)
