"""The numbers of the period: the funnel, the completion rate and how long results and decisions take."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from desk.home.address import HomeAddress
from interviews.models import Interview
from interviews.reports.funnel import FUNNEL, KEPT_PERIODS, LOWEST_COMPLETION_RATE, FunnelNumbers, Period, Stage
from jobs.models import JobDescription
from screener.access.viewer import VIEW_ALL_JOBS
from screener.labels import Label

MAX_JOBS = 100
FULL = 100


@dataclass(frozen=True)
class FunnelRow:
    """`percent`: of those invited."""

    stage: Stage
    count: int
    percent: int
    href: str


@dataclass(frozen=True)
class Wait:
    """A median time. `count`: of how many interviews, which the link lists. `median`: None where there is none."""

    label: Label
    median: timedelta | None
    count: int
    href: str

    @property
    def text(self) -> str:
        return "" if self.median is None else describe_duration(self.median)


@dataclass(frozen=True)
class Numbers:
    address: HomeAddress
    funnel: FunnelNumbers
    jobs: list[JobDescription]

    @property
    def rows(self) -> list[FunnelRow]:
        invited = self.funnel.counts[Stage.INVITED]
        return [
            FunnelRow(stage, count, FULL * count // invited if invited else 0, self.address.list_of(stage))
            for stage in FUNNEL
            for count in [self.funnel.counts[stage]]
        ]

    @property
    def waits(self) -> list[Wait]:
        counts = self.funnel.counts
        result, decision = Stage.RECOMMENDED, Stage.DECIDED_AFTER_RECOMMENDATION
        return [
            Wait(_("from the call to its result"), self.funnel.to_result, counts[result], self.address.list_of(result)),
            Wait(
                _("from the result to a decision"),
                self.funnel.to_decision,
                counts[decision],
                self.address.list_of(decision),
            ),
        ]

    @property
    def over(self) -> int:
        return self.funnel.counts[Stage.REACHED_AND_OVER]

    @property
    def over_href(self) -> str:
        return self.address.list_of(Stage.REACHED_AND_OVER)

    @property
    def not_completed(self) -> int:
        return self.funnel.counts[Stage.NOT_COMPLETED]

    @property
    def not_completed_href(self) -> str:
        return self.address.list_of(Stage.NOT_COMPLETED)

    @property
    def insights_href(self) -> str:
        """The address of the insights into the same interviews."""
        return f"{reverse('desk-insights')}?{urlencode(self.address.parameters)}"

    @property
    def lowest_rate(self) -> int:
        return LOWEST_COMPLETION_RATE

    @property
    def kept_from(self) -> datetime | None:
        """When the numbers were counted; None where they are those of this moment."""
        return self.funnel.counted_at if self.address.period in KEPT_PERIODS else None

    @property
    def periods(self) -> list[Period]:
        return list(Period)


def describe_duration(duration: timedelta) -> str:
    """The duration in at most two units."""
    minutes = round(duration.total_seconds() / 60)
    hours, days = minutes // 60, minutes // (24 * 60)
    if minutes < 1:
        return gettext("under a minute")
    if hours < 1:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    if days < 2:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes % 60}
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def load_numbers(user: User, address: HomeAddress) -> Numbers | None:
    """The numbers of the interviews that the user may see; None for users who see none. Two queries."""
    if not user.has_perm("interviews.view_interview"):
        return None
    jobs = choosable_jobs(user, address.job_id)
    if address.job_id not in {job.pk for job in jobs}:
        address = address.change(job_id=None)
    interviews = Interview.objects.visible_to(user)
    if address.job_id:
        interviews = interviews.filter(job=address.job_id)
    who = "all" if user.has_perm(VIEW_ALL_JOBS) else str(user.pk)
    return Numbers(
        address, FunnelNumbers.of_period(interviews, address.period, f"{who}:{address.job_id or 'all'}"), jobs
    )


def choosable_jobs(user: User, chosen: UUID | None) -> list[JobDescription]:
    """The newest open jobs, after the chosen one."""
    jobs = JobDescription.objects.visible_to(user).filter(Q(is_open=True) | Q(pk=chosen)).only("title")
    chosen_first = Case(When(pk=chosen, then=0), default=1)
    return list(jobs.order_by(chosen_first, "-created_at")[:MAX_JOBS])
