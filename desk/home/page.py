"""The content of the home page, in a fixed number of queries."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from candidates.checks import missing_keys
from desk.home.address import HomeAddress
from desk.home.first_steps import Step, load_first_steps
from desk.home.needs import Needs, load_needs
from desk.home.numbers import Numbers, load_numbers
from desk.home.running import Running, load_running
from desk.home.spending import Spending, load_spending
from desk.versions import version_of
from interviews.models import DialRate
from jobs.models import JobMembership
from screener.access.viewer import VIEW_ALL_JOBS
from screener.costs.monthly_budget import spent_budget_reason
from screener.models import Organisation

SECONDS_BETWEEN_UPDATES = 10
SECONDS_WHEN_IDLE = 30


@dataclass(frozen=True)
class Warnings:
    """Conditions that keep calls or scores from being made. Empty texts and None: there are none."""

    lacks_employer: bool
    unreadable_list: str
    budget_spent: str
    calls_paused: DialRate | None


@dataclass(frozen=True)
class Home:
    address: HomeAddress
    warnings: Warnings
    steps: list[Step]
    needs: Needs
    running: Running
    numbers: Numbers | None
    spending: list[Spending]
    has_no_job: bool
    """The user sees only jobs that they are a member of, and there is none."""

    @classmethod
    def load(cls, user: User, query: QueryDict) -> "Home":
        numbers = load_numbers(user, HomeAddress.parse(query))
        sees_all = user.has_perm(VIEW_ALL_JOBS)
        return cls(
            address=numbers.address if numbers else HomeAddress(),
            warnings=_load_warnings(user),
            steps=load_first_steps(user) if sees_all else [],
            needs=load_needs(user),
            running=load_running(user),
            numbers=numbers,
            spending=load_spending(user),
            has_no_job=not sees_all and not JobMembership.objects.filter(user=user).exists(),
        )

    @property
    def version(self) -> str:
        """Equal for two pages that look the same."""
        return version_of(self._content)

    @property
    def _content(self) -> tuple[Any, ...]:
        numbers = self.numbers and (self.numbers.funnel, [(job.pk, job.title) for job in self.numbers.jobs])
        paused = self.warnings.calls_paused and self.warnings.calls_paused.paused_until
        warnings = (self.warnings.lacks_employer, self.warnings.unreadable_list, self.warnings.budget_spent, paused)
        campaigns = [(entry.campaign.pk, entry.planned, entry.over) for entry in self.running.campaigns]
        next_call = (self.running.next_call_at, self.running.is_call_due)
        running = (self.running.tallies, campaigns, self.running.campaign_count, next_call)
        steps = [(str(step.title), step.is_done) for step in self.steps]
        needs = [(row.key, str(row.kind), row.title, row.detail, row.score) for row in self.needs.rows]
        spending = [(entry.amount, entry.limit_amount) for entry in self.spending]
        return (str(self.address), warnings, steps, needs, self.needs.tallies, running, numbers, spending)

    @property
    def update_interval(self) -> int:
        return SECONDS_BETWEEN_UPDATES if self.running.is_under_way else SECONDS_WHEN_IDLE

    @property
    def update_address(self) -> str:
        """The address that sends no content while the page looks as it does now."""
        parameters = self.address.parameters | {"v": self.version}
        return f"{self.address.path}?{urlencode(parameters)}"

    @property
    def finished(self) -> int:
        """The number of interviews to decide. The title of the page counts those that are added."""
        return self.needs.to_decide

    @property
    def summary(self) -> str:
        """For screen readers: how many rows wait, and how many calls run."""
        tallies = [*self.needs.tallies, *(tally for tally in self.running.tallies if tally.count)]
        return ", ".join(f"{tally.count} {tally.label}" for tally in tallies) or _("Nothing waits, and nothing runs.")


def _load_warnings(user: User) -> Warnings:
    """Users who see no interviews get no warning of budgets and paused calls."""
    sees_interviews = user.has_perm("interviews.view_interview")
    return Warnings(
        lacks_employer=Organisation.current() is None,
        unreadable_list=missing_keys(),
        budget_spent=spent_budget_reason() if sees_interviews else "",
        calls_paused=DialRate.current_pause() if sees_interviews else None,
    )
