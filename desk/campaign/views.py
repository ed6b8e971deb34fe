"""The page of a campaign."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from desk.campaign.page import CampaignPage
from interviews.models import Campaign

UNCHANGED = 204


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_page(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """How far the campaign is; for users who may not see interviews, its form.

    A request by htmx gets the parts alone. With `v`, the version that the page has, it gets nothing if that is current.
    A form that is sent to this address is saved by the admin.
    """
    campaigns: Any = admin.site.get_model_admin(Campaign)
    if request.method == "POST":
        saved: HttpResponse = campaigns.change_view(request, str(campaign_id))
        return saved
    if not request.user.has_perm("interviews.view_campaign"):
        raise PermissionDenied
    if not request.user.has_perm("interviews.view_interview"):
        return HttpResponseRedirect(reverse("admin:interviews_campaign_edit", args=[campaign_id]))
    campaign = Campaign.objects.visible_to(request.user).select_related("job").filter(pk=campaign_id).first()
    if campaign is None:
        missing: HttpResponse = campaigns._get_obj_does_not_exist_redirect(request, campaigns.opts, str(campaign_id))
        return missing
    assert isinstance(request.user, User)
    page = CampaignPage.load(campaign, request.user)
    if "HX-Request" not in request.headers:
        context = {"title": campaign.name, "page": page, "opts": Campaign._meta, "original": campaign}
        response = render(request, "desk/campaign/page.html", admin.site.each_context(request) | context)
    elif request.GET.get("v") == page.version:
        response = HttpResponse(status=UNCHANGED)
    else:
        response = render(request, "desk/campaign/parts.html", {"page": page})
    patch_vary_headers(response, ["HX-Request"])
    return response
