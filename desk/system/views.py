"""The page about the state of the system, and what an administrator does there."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.system.page import SystemStatus
from interviews.models import DialRate
from screener.access.viewer import require_permissions
from screener.models import RestoredBackup

LONGEST_REASON = 300


@require_safe
def system_page(request: HttpRequest) -> HttpResponse:
    require_permissions(request.user, "procrastinate.view_procrastinatejob")
    context = {"title": _("System status"), "status": SystemStatus.load()}
    return render(request, "desk/system/page.html", admin.site.each_context(request) | context)


def system_action(request: HttpRequest, action: str) -> HttpResponseBase:
    """Users who may not act are denied before the method is looked at, so that a link tells them so."""
    require_permissions(request.user, "screener.change_organisation")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    ACTIONS[action](request)
    return HttpResponseRedirect(reverse("desk-system"))


def _stop_calls(request: HttpRequest) -> None:
    if reason := request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]:
        DialRate.stop_calls(f"{request.user}: {reason}")
        messages.success(request, _("Calls are stopped. Those that run go on to their end."))
    else:
        messages.error(request, _("Calls go on: enter the reason why they are to stop. Recruiters see it."))


def _resume_calls(request: HttpRequest) -> None:
    DialRate.resume_calls()
    messages.success(request, _("Calls are placed again. Interviews that are due are called within ten minutes."))


def _confirm_restore(request: HttpRequest) -> None:
    RestoredBackup.objects.confirm(str(request.user))
    messages.success(request, _("Background work goes on. Workers notice it within 15 seconds."))


ACTIONS: dict[str, Callable[[HttpRequest], None]] = {
    "stop-calls": _stop_calls,
    "resume-calls": _resume_calls,
    "confirm-restore": _confirm_restore,
}
