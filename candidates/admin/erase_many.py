"""The action of the candidates' list that erases several of them for one reason."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from candidates.admin.data_rights import EraseForm
from candidates.data_rights.erasure import erase_candidate
from candidates.models import Candidate
from screener.admin.base import ScreenerAdmin
from screener.models import InvalidTransition, parse_id

MOST_ERASED = 100
"""At once. Each takes some hundredths of a second; files and recordings are deleted by tasks."""
CHOSEN = "candidates_to_erase"
PAGE = "candidates_candidate_erase_many"


class EraseManyForm(EraseForm):
    """The subject is the list of candidates that will be erased; those on legal hold are not among them."""

    chosen = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned_data = super().clean() or self.cleaned_data
        if not self.subject:
            raise forms.ValidationError(gettext("None of these candidates can be erased."))
        return cleaned_data


@dataclass(frozen=True)
class Outcome:
    """`refusals`: the candidates who stay, each with the reason."""

    erased: list[Candidate]
    refusals: list[tuple[Candidate, str]]


def erase_candidates(candidates: list[Candidate], *, actor: str, reason: str) -> Outcome:
    """Erase each in a transaction of its own. A refusal, such as a call in progress, stops none of the others."""
    outcome = Outcome([], [])
    for candidate in candidates:
        try:
            erase_candidate(candidate, actor=actor, reason=reason)
        except InvalidTransition as error:
            outcome.refusals.append((candidate, str(error)))
        else:
            outcome.erased.append(candidate)
    return outcome


class ErasesMany(ScreenerAdmin):
    def get_urls(self) -> list[URLPattern]:
        page = path("erase/", self.admin_site.admin_view(self.erase_many_view), name=PAGE)
        return [page, *super().get_urls()]

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("candidates.erase_candidate"))

    @admin.action(description=_("Erase"), permissions=["erase"])
    def erase_chosen(self, request: HttpRequest, chosen: QuerySet[Candidate]) -> HttpResponse | None:
        """Lead to the page that shows who will be erased and who will not."""
        ids = [str(pk) for pk in chosen.order_by().values_list("pk", flat=True)[: MOST_ERASED + 1]]
        if len(ids) > MOST_ERASED:
            problem = gettext("Choose %(most_chosen)s candidates at most at once.") % {"most_chosen": MOST_ERASED}
            self.message_user(request, problem, messages.ERROR)
            return None
        request.session[CHOSEN] = ids
        return HttpResponseRedirect(reverse(f"admin:{PAGE}"))

    def erase_many_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_erase_permission(request) or not self.has_view_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        ids = data.get("chosen", "").split() if data else request.session.get(CHOSEN, [])
        valid_ids = [pk for text in ids[:MOST_ERASED] if (pk := parse_id(text))]
        chosen = list(self.get_queryset(request).filter(pk__in=valid_ids, erased_at=None).order_by("full_name"))
        allowed = [candidate for candidate in chosen if not candidate.legal_hold]
        held = [candidate for candidate in chosen if candidate.legal_hold]
        form = EraseManyForm(data, subject=allowed, initial={"chosen": " ".join(ids)})
        if form.is_valid():
            outcome = erase_candidates(allowed, actor=request.user.get_username(), reason=form.cleaned_data["reason"])
            self._report(request, outcome)
            return HttpResponseRedirect(reverse("admin:candidates_candidate_changelist"))
        form.preface = render_to_string("admin/candidates/erase_many.html", {"allowed": allowed, "held": held})
        return self.show_form_page(
            request,
            form,
            title=gettext("Erase candidates"),
            explanation=gettext(
                "Name, contact data, resume, recordings, transcripts, quotes, notes and stored webhooks are "
                "removed, here and at the carrier. Planned interviews are cancelled. Scores as numbers, times, costs "
                "and do-not-call entries stay."
            ),
            back_url=reverse("admin:candidates_candidate_changelist"),
            submit_label=gettext("Erase"),
        )

    def _report(self, request: HttpRequest, outcome: Outcome) -> None:
        count = len(outcome.erased)
        done = ngettext(
            "%(count)s candidate is erased. Files and recordings are being deleted.",
            "%(count)s candidates are erased. Files and recordings are being deleted.",
            count,
        ) % {"count": count}
        for candidate in outcome.erased:
            self.log_change(request, candidate, gettext("Erased."))
        if count:
            self.message_user(request, done)
        for candidate, reason in outcome.refusals:
            self.message_user(request, f"{candidate}: {reason}", messages.ERROR)
