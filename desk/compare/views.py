"""The comparison of candidates."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.compare.page import ComparePage
from desk.compare.selection import FEWEST, MOST, MissingInterview, UnfitSelection, compare_address, selected_interviews
from desk.request_values import parse_ids
from desk.review.views import SPEEDS
from interviews.models import Interview
from screener.access.viewer import require_permissions

UNFIT = 400


@require_safe
def compare_page(request: HttpRequest) -> HttpResponse:
    """Show the selected interviews side by side. Other parameters are taken out of the address, which is a link."""
    require_permissions(request.user, "interviews.view_interview", "jobs.view_jobdescription")
    ids = parse_ids(request.GET.getlist("i"))
    context = admin.site.each_context(request) | {"title": _("Compare"), "fewest": FEWEST, "most": MOST}
    try:
        interviews = selected_interviews(ids, request.user)
    except UnfitSelection as error:
        unfit = {"why": error.why, "job": error.interviews[0].job if error.interviews else None}
        return render(request, "desk/compare/unfit.html", context | unfit, status=UNFIT)
    except MissingInterview:
        raise Http404 from None
    if request.get_full_path() != compare_address(ids):
        return HttpResponseRedirect(compare_address(ids))
    page: dict[str, Any] = {"page": ComparePage.load(interviews, request.user), "speeds": SPEEDS}
    return render(request, "desk/compare/page.html", context | page | {"opts": Interview._meta})
