"""The page of a campaign."""

from uuid import UUID

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.campaign.forecast import Forecast
from desk.campaign.page import CampaignPage
from desk.live_page import render_live_page
from desk.record_page import record_page
from interviews.campaigns.estimate import estimate_campaign
from interviews.models import Campaign
from screener.access.viewer import require_permissions


@record_page(Campaign)
def campaign_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far the campaign is; lead users who may not see interviews to its form."""
    require_permissions(request.user, "interviews.view_campaign")
    if not request.user.has_perm("interviews.view_interview"):
        return HttpResponseRedirect(reverse("admin:interviews_campaign_edit", args=[pk]))
    campaign = Campaign.objects.visible_to(request.user).select_related("job").get(pk=pk)
    assert isinstance(request.user, User)
    page = CampaignPage.load(campaign, request.user)
    return render_live_page(
        request,
        "desk/campaign",
        {"page": page},
        version=page.version,
        frame=lambda: {"title": campaign.name, "opts": Campaign._meta, "original": campaign},
    )


@require_safe
def estimate_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The estimate of the remaining calls, as a part of the campaign's page (htmx) or as a page of its own."""
    require_permissions(request.user, "interviews.view_campaign", "interviews.view_interview")
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user).select_related("job"), pk=pk)
    context = {"campaign": campaign, "forecast": Forecast(estimate_campaign(campaign))}
    if "HX-Request" in request.headers:
        return render(request, "desk/campaign/estimate.html", context)
    frame = admin.site.each_context(request) | {"title": _("Estimate"), "opts": Campaign._meta, "original": campaign}
    return render(request, "desk/campaign/estimate_page.html", frame | context)
