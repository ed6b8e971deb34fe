"""The page of a campaign."""

from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from desk.campaign.page import CampaignPage
from desk.live_page import render_live_page
from desk.record_page import record_page
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
