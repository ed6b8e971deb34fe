"""The page of a candidate."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from candidates.admin.data_rights import DataRightsActions
from candidates.admin.edit_page import EDIT_PAGE
from candidates.models import Candidate
from desk.candidate.page import CandidatePage
from desk.live_page import Context, render_live_page
from desk.record_page import action_links, record_page

CALL = "call"


@record_page(Candidate)
def candidate_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a candidate; lead pop-ups to the form. The id of a merged record shows the kept one."""
    candidates: Any = admin.site.get_model_admin(Candidate)
    if "_popup" in request.GET and candidates.has_change_permission(request):
        return HttpResponseRedirect(f"{reverse(f'admin:{EDIT_PAGE}', args=[pk])}?{request.GET.urlencode()}")
    if not candidates.has_view_permission(request):
        raise PermissionDenied
    candidate = candidates.get_object(request, str(pk))
    if candidate is None:
        raise Candidate.DoesNotExist
    assert isinstance(request.user, User)
    page = CandidatePage.load(candidate, request.user)
    return render_live_page(
        request,
        "desk/candidate",
        {"page": page, "candidate": candidate},
        version=page.version,
        frame=lambda: _frame(candidates, request, candidate),
    )


def _frame(candidates: Any, request: HttpRequest, candidate: Candidate) -> Context:
    """The head of the page, with the actions that the user may run now."""
    links = action_links(request, candidate)
    data_rights = DataRightsActions.data_rights_actions
    return {
        "title": str(candidate),
        "opts": candidates.opts,
        "original": candidate,
        "call": links.get(CALL),
        "data_rights": [link for name, link in links.items() if name in data_rights],
        "more": [link for name, link in links.items() if name != CALL and name not in data_rights],
        "may_edit": candidates.has_change_permission(request, candidate),
    }
