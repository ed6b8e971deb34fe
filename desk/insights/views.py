"""The page of insights: the numbers of a period, explained."""

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.insights.address import InsightsAddress
from desk.insights.page import Insights
from interviews.models import Interview
from screener.access.viewer import require_permissions
from screener.db.replica import reads_replica


@require_safe
@reads_replica
def insights_page(request: HttpRequest) -> HttpResponse:
    """Compare sources, templates and channels; with a chosen job, its questions and its criteria as well."""
    require_permissions(request.user, "interviews.view_interview")
    assert isinstance(request.user, User)
    insights = Insights.load(InsightsAddress.parse(request.GET), request.user)
    context = {"title": _("Insights"), "insights": insights, "opts": Interview._meta}
    return render(request, "desk/insights/page.html", admin.site.each_context(request) | context)
