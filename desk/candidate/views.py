"""The page of a candidate."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candidates.admin.data_rights import DataRightsActions
from candidates.admin.edit_page import EDIT_PAGE
from candidates.contact_data import may_see_contact_data
from candidates.models import Candidate
from candidates.resume.contacts import find_contacts
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
        {"page": page, "candidate": candidate, "may_take_over": candidates.has_change_permission(request, candidate)},
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


@require_POST
def take_over_contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Copy a contact detail from the resume to the record. Accepts only details that were found in the resume."""
    candidates: Any = admin.site.get_model_admin(Candidate)
    candidate = candidates.get_object(request, str(pk))
    if candidate is None:
        raise Http404
    if not candidates.has_change_permission(request, candidate) or not may_see_contact_data(request.user, candidate):
        raise PermissionDenied
    field, value = request.POST.get("field", ""), request.POST.get("value", "")
    with transaction.atomic():
        candidate.lock()
        if any((offer.field, offer.value) == (field, value) for offer in find_contacts(candidate)):
            candidate.update_fields(**{field: value})
            candidates.log_change(request, candidate, [{"changed": {"fields": [field]}}])
        else:
            messages.warning(request, _("The resume no longer says this. Nothing was changed."))
    return HttpResponseRedirect(reverse("admin:candidates_candidate_change", args=[pk]))
