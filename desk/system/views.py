"""The page about the state of the system."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.system.page import SystemStatus
from screener.access.viewer import require_permissions


@require_safe
def system_page(request: HttpRequest) -> HttpResponse:
    require_permissions(request.user, "procrastinate.view_procrastinatejob")
    context = {"title": _("System status"), "status": SystemStatus.load()}
    return render(request, "desk/system/page.html", admin.site.each_context(request) | context)
