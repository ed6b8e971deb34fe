"""Merging two records of one person, and the list of probable duplicates."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from candidates.merging.duplicates import EMAIL, PHONE, find_duplicates
from candidates.merging.matches import find_matches
from candidates.merging.merge import CHOICES, Merge, merge_candidates
from candidates.models import Candidate, Import
from desk.merging.page import MERGED, MergePage, parse_seen
from desk.request_values import parse_ids, parse_page_number
from interviews.models import Interview
from screener.access.viewer import VIEW_CONTACT_DATA, require_permissions
from screener.admin.widgets import SafeAutocomplete
from screener.models import InvalidTransition, parse_id

MERGE = "candidates.merge_candidate"
MAX_REASON_LENGTH = 500
MAX_PAGE = 10_000


class OtherRecordForm(forms.Form):
    """Chooses the record with which another one is merged."""

    other = forms.ModelChoiceField(
        Candidate.objects.filter(erased_at__isnull=True),
        widget=SafeAutocomplete(Interview._meta.get_field("candidate"), admin.site),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def merge_page(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    """GET shows the record beside the `other` one, or asks for that. POST merges the other record into this one."""
    _require_permission(request)
    kept = get_object_or_404(_records(request), pk=candidate_id)
    data = request.POST if request.method == "POST" else request.GET
    other_id = parse_id(data.get("other", ""))
    if not other_id:
        return _ask_for_other(request, kept)
    other = get_object_or_404(_records(request), pk=other_id)
    if request.method != "POST":
        return _show(request, MergePage.load(kept, other))
    taken = frozenset(name for name in CHOICES if data.get(name) == MERGED)
    seen = parse_seen(data.get("seen", ""))
    if "confirmed" not in data or seen is None:
        return _show(request, MergePage.load(kept, other, taken), _("Tick the box: a merge can't be undone."))
    try:
        _merge(request, Merge(kept, other, taken), data.get("reason", "")[:MAX_REASON_LENGTH], seen)
    except InvalidTransition as error:
        return _show(request, MergePage.load(*_fresh(request, kept, other), taken), str(error))
    return HttpResponseRedirect(reverse("admin:candidates_candidate_change", args=[kept.pk]))


@require_safe
def duplicates_page(request: HttpRequest) -> HttpResponse:
    """Groups of records with one number, or with one address (`?by=email`); those of an import alone (`?import=`)."""
    _require_permission(request)
    by = EMAIL if request.GET.get("by") == EMAIL else PHONE
    imported = Import.objects.visible_to(request.user).filter(pk__in=parse_ids([request.GET.get("import", "")])).first()
    number = min(parse_page_number(request.GET.get("page", "")), MAX_PAGE)
    context = {
        "title": _("Probable duplicates"),
        "by": by,
        "imported": imported,
        "duplicates": find_duplicates(by, number, viewer=request.user, of=imported.candidates if imported else None),
        "previous": number - 1,
        "next": number + 1,
    }
    return render(request, "desk/merging/duplicates.html", _context(request) | context)


def _require_permission(request: HttpRequest) -> None:
    """Both records are shown whole, so that the user must see contact data."""
    require_permissions(request.user, "candidates.view_candidate", MERGE, VIEW_CONTACT_DATA)


def _records(request: HttpRequest) -> Any:
    return Candidate.objects.contact_visible_to(request.user)


def _fresh(request: HttpRequest, kept: Candidate, other: Candidate) -> tuple[Candidate, Candidate]:
    """Both records as they are now: a refused merge may have read them halfway."""
    return get_object_or_404(_records(request), pk=kept.pk), get_object_or_404(_records(request), pk=other.pk)


def _merge(request: HttpRequest, merge: Merge, reason: str, seen: Any) -> None:
    actor = request.user.get_username()
    kept = merge_candidates(merge, actor=actor, reason=reason.replace("\0", ""), seen=seen)
    done = _("Merged. Everything of the other record is in this one now.")
    candidates: Any = admin.site.get_model_admin(Candidate)
    candidates.log_change(request, kept, done)
    messages.success(request, done)


def _ask_for_other(request: HttpRequest, kept: Candidate) -> HttpResponse:
    matches = [row for row in find_matches(kept.phone, kept.email, viewer=request.user).visible if row.pk != kept.pk]
    form = OtherRecordForm()
    context = {"title": _("Merge records"), "kept": kept, "matches": matches, "form": form, "media": form.media}
    return render(request, "desk/merging/choose.html", _context(request) | context)


def _show(request: HttpRequest, page: MergePage, problem: str = "") -> HttpResponse:
    context = {
        "title": _("Merge records"),
        "page": page,
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "reason_length": MAX_REASON_LENGTH,
    }
    return render(request, "desk/merging/preview.html", _context(request) | context)


def _context(request: HttpRequest) -> dict[str, Any]:
    context: dict[str, Any] = admin.site.each_context(request)
    return context | {"opts": Candidate._meta}
