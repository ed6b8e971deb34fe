"""Calling one or several candidates again, across jobs."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from desk.call_again.form import CallTimeForm
from desk.request_values import parse_ids
from interviews.intake.call_again import CallAgainPreview, call_again, preview_call_again
from interviews.models import Interview
from screener.access.viewer import require_permissions
from screener.admin.base import return_address

MAX_SELECTED = 100


@require_http_methods(["GET", "HEAD", "POST"])
def call_again_page(request: HttpRequest) -> HttpResponse:
    """GET shows which of the selected candidates (`?i=`) would be called again. POST calls them."""
    require_permissions(request.user, "interviews.add_interview", "interviews.change_interview")
    data = request.POST if request.method == "POST" else request.GET
    ids = parse_ids(data.getlist("i"))[:MAX_SELECTED]
    visible = Interview.objects.visible_to(request.user).filter(pk__in=ids, candidate__erased_at__isnull=True)
    interviews = list(visible.select_related("candidate", "job").order_by("created_at", "pk"))
    back = return_address(request, reverse("desk-unreachable"))
    form = CallTimeForm(data if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at = form.cleaned_data["scheduled_for"]
        done = call_again(interviews, actor=request.user.get_username(), at=at)
        _announce(request, done)
        if done.called:
            return HttpResponseRedirect(back)
    context = {
        "title": _("Call again"),
        "form": form,
        "preview": preview_call_again(interviews),
        "missing": len(ids) - len(interviews),
        "next": back,
        "opts": Interview._meta,
    }
    return render(request, "desk/call_again/page.html", admin.site.each_context(request) | context)


def _announce(request: HttpRequest, done: CallAgainPreview) -> None:
    count, admins = len(done.called), admin.site.get_model_admin(Interview)
    logs: Any = admins
    for call in done.called:
        logs.log_change(request, call.interview, _("Called again"))
    if count:
        called = ngettext("%(count)d candidate is called again.", "%(count)d candidates are called again.", count)
        messages.success(request, called % {"count": count})
    if done.left_out:
        reasons = " ".join(dict.fromkeys(entry.reason for entry in done.left_out))
        messages.warning(request, _("Not called: %(count)d. %(why)s") % {"count": len(done.left_out), "why": reasons})
