"""Campaigns: calling the candidates that were selected in their list, and the progress of that."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from candidates.admin.candidate import CHOSEN
from candidates.models import Candidate
from interviews.admin.forms import CampaignForm
from interviews.admin.interview_filters import RunningFilter
from interviews.campaigns.adding import CampaignPreview, preview_campaign, start_campaign
from interviews.campaigns.estimate import LONGEST, CampaignEstimate, estimate_new_campaign
from interviews.models import Campaign, Interview
from interviews.planning import NotPossible
from screener.admin.base import ScreenerAdmin, count_related

MAX_REASONS = 10


@admin.register(Campaign)
class CampaignAdmin(ScreenerAdmin):
    list_display = ["name", "state", "job", "interviews_so_far", "created_by", "created_at"]
    list_filter = ["status", RunningFilter, ("job", AutocompleteSelectFilter)]
    search_fields = ["name", "job__title"]
    date_hierarchy = "created_at"
    list_select_related = ["job"]
    fields = ["name", "calls_per_hour", "state", "starts_at", "job", "interviews_so_far", "created_by", "created_at"]
    readonly_fields = ["state", "starts_at", "job", "interviews_so_far", "created_by", "created_at"]

    def get_urls(self) -> list[Any]:
        """The form has an address of its own, because that of a campaign's page shows its progress (`desk/urls.py`)."""
        form = path(
            "<path:object_id>/edit/", self.admin_site.admin_view(self.change_view), name="interviews_campaign_edit"
        )
        return [form, *super().get_urls()]

    def response_post_save_change(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        """Return to the page of the campaign."""
        return HttpResponseRedirect(self.change_url(obj))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        campaigns: QuerySet[Campaign] = super().get_queryset(request)
        live = Q(status__in=Interview.LIVE)
        return campaigns.annotate(
            planned=count_related(Campaign, "interviews"), live=count_related(Campaign, "interviews", condition=live)
        )

    @admin.display(description=_("Status"), ordering="status")
    def state(self, campaign: Campaign) -> str:
        return campaign.status_label

    @admin.display(description=_("Interviews"), ordering="planned")
    def interviews_so_far(self, campaign: Any) -> str:
        address = reverse("admin:interviews_interview_changelist")
        query = urlencode({"campaign__id__exact": campaign.pk})
        over = gettext("%(over)s of %(planned)s are over") % {
            "over": campaign.planned - campaign.live,
            "planned": campaign.planned,
        }
        return format_html('<a class="text-link" href="{}?{}">{}</a>', address, query, over)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(super().has_add_permission(request)) and request.user.has_perm("interviews.add_interview")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """GET previews which of the selected candidates will be called for a job. POST starts the campaign."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CampaignForm(_form_data(request), viewer=request.user)
        problem = ""
        if request.method == "POST" and form.is_valid():
            try:
                return self._start_campaign(request, form.cleaned_data)
            except NotPossible as error:
                problem = str(error)
        if request.method == "POST" and form.is_bound and (sent := form.cleaned_data.get("candidates")):
            request.session[CHOSEN] = [str(pk) for pk in sent]  # the page of a job sends its selection
        chosen = _visible_candidates(request, map(UUID, request.session.get(CHOSEN, [])))
        is_valid = form.is_valid()
        preview = preview_campaign(job=form.cleaned_data["job"], candidates=chosen) if is_valid else CampaignPreview()
        page = {
            "title": gettext("Call for a job"),
            "form": form,
            "problem": problem,
            "chosen": len(chosen),
            "called": preview.called,
            "estimate": _estimate(form.cleaned_data, preview) if preview.called else None,
            "longest_days": LONGEST.days,
            "left_out": preview.left_out,
            "opts": self.opts,
            "media": self.media + form.media,
        }
        context = self.admin_site.each_context(request) | page
        return TemplateResponse(request, "admin/interviews/call_many.html", context)

    @transaction.atomic
    def _start_campaign(self, request: HttpRequest, wish: dict[str, Any]) -> HttpResponse:
        """Call the candidates that the preview listed. Warn of those that can no longer be called."""
        job, actor = wish["job"], request.user.get_username()
        candidates = _visible_candidates(request, wish["candidates"])
        is_draft = "draft" in request.POST
        started = start_campaign(
            job=job,
            name=wish["name"],
            candidates=candidates,
            actor=actor,
            launch=not is_draft,
            calls_per_hour=wish["calls_per_hour"],
        )
        request.session.pop(CHOSEN, None)
        called = len(started.planned)
        done = gettext("The campaign is saved. No one is called before you launch it.")
        if not is_draft:
            done = ngettext(
                "%(count)s candidate is called for %(job)s as soon as allowed.",
                "%(count)s candidates are called for %(job)s as soon as allowed.",
                called,
            ) % {"count": called, "job": job}
        self.log_addition(request, started.campaign, done)
        messages.success(request, done)
        if refused := started.refused:
            reasons = " ".join(dict.fromkeys(addition.reason for addition in refused[:MAX_REASONS]))
            still_planned = gettext("%(count)s of the selected candidates can no longer be called: %(reasons)s")
            messages.warning(request, still_planned % {"count": len(refused), "reasons": reasons})
        return HttpResponseRedirect(self.change_url(started.campaign))


def _estimate(wish: dict[str, Any], preview: CampaignPreview) -> CampaignEstimate:
    return estimate_new_campaign(Campaign(job=wish["job"], calls_per_hour=wish["calls_per_hour"]), preview)


def _form_data(request: HttpRequest) -> dict[str, Any] | None:
    """What was sent; None without a job. A link from a job's page names no campaign: the day is suggested."""
    data = (request.POST or request.GET).dict()
    return {"name": date_format(timezone.localdate())} | data if "job" in data else None


def _visible_candidates(request: HttpRequest, ids: Iterable[UUID]) -> list[UUID]:
    """Those of the ids that the user may see, in their order. The browser sends them."""
    wanted = list(ids)
    visible = set(Candidate.objects.visible_to(request.user).filter(pk__in=wanted).values_list("pk", flat=True))
    return [candidate_id for candidate_id in wanted if candidate_id in visible]
