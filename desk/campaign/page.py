"""The content of a campaign's page: how far its interviews are. A fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.home.address import list_address
from desk.home.needs import Tally
from desk.home.running import tally_running
from desk.versions import version_of
from interviews.models import Campaign, Interview

SECONDS_BETWEEN_UPDATES = 5
SECONDS_WHEN_IDLE = 30
FULL = 100
ACTIONS = {
    "launch": gettext_lazy("Launch or schedule"),
    "resume": gettext_lazy("Resume"),
    "pause": gettext_lazy("Pause"),
    "cancel": gettext_lazy("Cancel the campaign"),
}
ACTIONS_OF = {
    Campaign.Status.DRAFT: ["launch", "cancel"],
    Campaign.Status.SCHEDULED: ["launch", "pause", "cancel"],
    Campaign.Status.RUNNING: ["pause", "cancel"],
    Campaign.Status.PAUSED: ["resume", "cancel"],
}
NEXT = {"to_decide": gettext_lazy("to decide"), "attention": gettext_lazy("need a person")}
FILTERS = {"to_decide": {"decision": "none"}, "attention": {"attention": "yes"}}


@dataclass(frozen=True)
class StatusChange:
    label: str
    at: datetime
    actor: str


@dataclass(frozen=True)
class CampaignPage:
    """`now`: its live interviews, by state; `waiting`: those that wait for a reviewer; `outcomes`: how others ended."""

    campaign: Campaign
    planned: int
    live: int
    now: list[Tally]
    waiting: list[Tally]
    outcomes: list[Tally]

    @classmethod
    def load(cls, campaign: Campaign, user: User) -> "CampaignPage":
        interviews = Interview.objects.visible_to(user).filter(campaign=campaign)
        groups: Any = interviews.order_by().values_list("status", "outcome").annotate(number=Count("pk"))
        by_outcome: dict[str, int] = {}
        for status, outcome, number in groups:
            key = "" if status in Interview.LIVE else outcome
            by_outcome[key] = by_outcome.get(key, 0) + number
        live = by_outcome.pop("", 0)
        waiting = {"to_decide": interviews.to_decide().count(), "attention": interviews.needing_attention().count()}
        return cls(
            campaign,
            planned=live + sum(by_outcome.values()),
            live=live,
            now=tally_running(interviews, live, _of_campaign(campaign)),
            waiting=[_tally(campaign, code, waiting[code], NEXT[code], FILTERS[code]) for code in NEXT],
            outcomes=[
                _tally(campaign, outcome.value, by_outcome[outcome], outcome.label, {"outcome__exact": outcome.value})
                for outcome in Interview.Outcome
                if outcome in by_outcome
            ],
        )

    @property
    def actions(self) -> list[tuple[str, str, str]]:
        """The actions that the status allows: code, label and address. The first is the main one."""
        if self.campaign.is_over:
            return []
        return [
            (code, str(ACTIONS[code]), reverse(f"desk-campaign-{code}", args=[self.campaign.pk]))
            for code in ACTIONS_OF[Campaign.Status(self.campaign.status)]
        ]

    @property
    def changes(self) -> list[StatusChange]:
        """The changes of its status, the newest first."""
        return [
            StatusChange(
                str(Campaign.Status(change["status"]).label), datetime.fromisoformat(change["at"]), change["actor"]
            )
            for change in reversed(self.campaign.history)
        ]

    @property
    def over(self) -> int:
        return self.planned - self.live

    @property
    def percent(self) -> int:
        return FULL * self.over // self.planned if self.planned else 0

    @property
    def href(self) -> str:
        """The list of its interviews."""
        return list_address("interviews_interview", _of_campaign(self.campaign))

    @property
    def update_interval(self) -> int:
        is_under_way = any(tally.count for tally in self.now)
        return SECONDS_BETWEEN_UPDATES if is_under_way else SECONDS_WHEN_IDLE

    @property
    def version(self) -> str:
        """Equal for two pages that look the same."""
        campaign = self.campaign
        status = (campaign.name, campaign.status, campaign.starts_at, campaign.calls_per_hour, len(campaign.history))
        shown = (status, campaign.is_over, self.planned, self.live, self.now, self.waiting, self.outcomes)
        return version_of(shown)

    @property
    def update_address(self) -> str:
        """The address that sends no content while the page looks as it does now."""
        page = reverse("admin:interviews_campaign_change", args=[self.campaign.pk])
        return f"{page}?{urlencode({'v': self.version})}"

    @property
    def summary(self) -> str:
        """For screen readers."""
        over = _("%(over)d of %(planned)d are over") % {"over": self.over, "planned": self.planned}
        return ", ".join([over, *(f"{tally.count} {tally.label}" for tally in self.now if tally.count)])


def _of_campaign(campaign: Campaign) -> dict[str, str]:
    return {"campaign__id__exact": str(campaign.pk)}


def _tally(campaign: Campaign, code: str, count: int, label: Any, query: dict[str, str]) -> Tally:
    return Tally(code, count, str(label), list_address("interviews_interview", _of_campaign(campaign) | query))
