"""Pages to launch, pause, resume and cancel a campaign. Each explains the action before it is confirmed."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from desk.call_again.form import LATER, NOW, CallTimeForm
from desk.campaign.forecast import Forecast
from interviews.campaigns.estimate import estimate_campaign
from interviews.models import Campaign, Interview
from interviews.models.campaign import MAX_CALLS_PER_HOUR
from screener.access.viewer import require_permissions
from screener.models import InvalidTransition

INVALID = 422
CHANGE = ("interviews.change_campaign", "interviews.view_interview")
TITLES = {
    "pause": gettext_lazy("Pause the campaign"),
    "resume": gettext_lazy("Resume the campaign"),
    "cancel": gettext_lazy("Cancel the campaign"),
}


class LaunchForm(CallTimeForm):
    calls_per_hour = forms.IntegerField(
        label=gettext_lazy("Calls per hour"),
        required=False,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_CALLS_PER_HOUR)],
        widget=forms.NumberInput({"class": "d-input", "min": 1, "max": MAX_CALLS_PER_HOUR}),
        help_text=gettext_lazy("Empty: as many as the limits that all campaigns share allow."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        when: Any = self.fields["when"]
        when.label = _("When to launch")
        when.choices = [(NOW, _("At once")), (LATER, _("At a time"))]


@require_http_methods(["GET", "HEAD", "POST"])
def launch_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET shows the estimate and the form. POST launches the campaign, or schedules its launch."""
    campaign = _campaign(request, pk)
    form = LaunchForm(request.POST or None, initial={"when": NOW, "calls_per_hour": campaign.calls_per_hour})
    problem = ""
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():  # no call begins before its limit is set
                campaign.launch(actor=request.user.get_username(), starts_at=form.cleaned_data["scheduled_for"])
                campaign.update_fields(calls_per_hour=form.cleaned_data["calls_per_hour"])
        except InvalidTransition as error:
            problem = str(error)
        else:
            return _back_to_page(request, campaign)
    context = {"form": form, "problem": problem, "forecast": Forecast(estimate_campaign(campaign))}
    status = INVALID if problem or form.errors else 200
    return _show(request, campaign, "desk/campaign/launch.html", _("Launch the campaign"), status=status, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_page(request: HttpRequest, pk: UUID, *, action: str) -> HttpResponse:
    """GET shows the effect in numbers. POST pauses, resumes or cancels the campaign."""
    campaign, problem = _campaign(request, pk), ""
    if request.method == "POST":
        changes = {"pause": campaign.pause, "resume": campaign.resume, "cancel": campaign.cancel}
        try:
            changes[action](actor=request.user.get_username())
        except InvalidTransition as error:
            problem = str(error)
        else:
            return _back_to_page(request, campaign)
    live = campaign.interviews.live()
    context = {
        "action": action,
        "problem": problem,
        "live": live.count(),
        "begun": live.filter(status=Interview.Status.IN_PROGRESS).count(),
        "talking": live.on_the_phone().count(),
        "promised": live.with_promised_call().count(),
    }
    status = INVALID if problem else 200
    return _show(request, campaign, "desk/campaign/confirm.html", str(TITLES[action]), status=status, **context)


def _campaign(request: HttpRequest, pk: UUID) -> Campaign:
    require_permissions(request.user, *CHANGE)
    return get_object_or_404(Campaign.objects.visible_to(request.user).select_related("job"), pk=pk)


def _back_to_page(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    status = campaign.get_status_display()
    messages.success(request, _("Saved. Status of the campaign: %(status)s") % {"status": status})
    return HttpResponseRedirect(reverse("admin:interviews_campaign_change", args=[campaign.pk]))


def _show(
    request: HttpRequest, campaign: Campaign, template: str, title: str, *, status: int, **context: Any
) -> HttpResponse:
    frame = admin.site.each_context(request) | {"opts": Campaign._meta, "original": campaign, "campaign": campaign}
    return render(request, template, frame | {"title": title} | context, status=status)
