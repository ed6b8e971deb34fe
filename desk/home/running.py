"""Calls, assessments and campaigns that run now, with their progress."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from desk.home.address import list_address
from desk.home.needs import Tally
from interviews.models import Campaign, Interview, WaitReason

MAX_CAMPAIGNS = 5


@dataclass(frozen=True)
class RunningCampaign:
    """`planned`: all its interviews; `over`: those that are over. `status`: the label of its status; empty: running."""

    campaign: Campaign
    planned: int
    over: int
    status: str

    @property
    def href(self) -> str:
        return reverse("admin:interviews_campaign_change", args=[self.campaign.pk])

    @property
    def percent(self) -> int:
        return 100 * self.over // self.planned if self.planned else 0


@dataclass(frozen=True)
class Running:
    """`campaigns`: the newest of the `campaign_count` that run. `next_call_at`: of those that wait."""

    tallies: list[Tally] = field(default_factory=list)
    campaigns: list[RunningCampaign] = field(default_factory=list)
    campaign_count: int = 0
    campaigns_href: str = ""
    next_call_at: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether the page changes without a reviewer."""
        return any(tally.count for tally in self.tallies)

    @property
    def is_call_due(self) -> bool:
        return self.next_call_at is not None and self.next_call_at <= timezone.now()


def load_running(user: User) -> Running:
    """Count the running interviews and campaigns that the user may see. A fixed number of queries."""
    if not user.has_perm("interviews.view_interview"):
        return Running()
    interviews = Interview.objects.visible_to(user)
    is_called = ~Q(wait_reason=WaitReason.CAMPAIGN)
    live = (
        interviews.live().order_by().aggregate(count=Count("pk"), next_call_at=Min("next_attempt_at", filter=is_called))
    )
    running = Running(tally_running(interviews, live["count"]), next_call_at=live["next_call_at"])
    return _with_campaigns(running, user) if user.has_perm("interviews.view_campaign") else running


def tally_running(interviews: Any, live_count: int, scope: dict[str, str] | None = None) -> list[Tally]:
    """Count the interviews by their present state. `scope`: the filter of the list that has these interviews."""
    talking = interviews.on_the_phone().count()
    counts = {"talking": talking, "waiting": live_count - talking, "assessing": interviews.being_assessed().count()}
    labels = {"talking": _("under way"), "waiting": _("waiting"), "assessing": _("being assessed")}
    return [
        Tally(code, count, str(labels[code]), list_address("interviews_interview", (scope or {}) | {"now": code}))
        for code, count in counts.items()
    ]


def _with_campaigns(running: Running, user: User) -> Running:
    live_counts = _count_live_by_campaign(Interview.objects.visible_to(user))
    newest = Campaign.objects.filter(pk__in=live_counts).select_related("job").order_by("-created_at")[:MAX_CAMPAIGNS]
    shown = list(newest)
    planned = _count_by_campaign(shown)
    campaigns = [
        RunningCampaign(
            campaign,
            planned=planned[campaign.pk],
            over=planned[campaign.pk] - live_counts[campaign.pk],
            status="" if campaign.status == Campaign.Status.RUNNING else campaign.get_status_display(),
        )
        for campaign in shown
    ]
    href = list_address("interviews_campaign", {"running": "yes"})
    return Running(running.tallies, campaigns, len(live_counts), href, running.next_call_at)


def _count_live_by_campaign(interviews: QuerySet[Interview]) -> dict[UUID, int]:
    live: Any = interviews.filter(status__in=Interview.LIVE, campaign__isnull=False).order_by()
    return dict(live.values_list("campaign").annotate(number=Count("pk")))


def _count_by_campaign(campaigns: Iterable[Campaign]) -> dict[UUID, int]:
    rows: Any = Interview.objects.filter(campaign__in=campaigns).order_by()
    return dict(rows.values_list("campaign").annotate(number=Count("pk")))
