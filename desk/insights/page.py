"""The content of the page of insights, in a fixed number of queries."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from desk.home.numbers import choosable_jobs
from desk.insights.address import InsightsAddress
from interviews.models import Interview
from interviews.reports.funnel import Period
from interviews.reports.groups import Group, GroupComparison, Grouping, compare_groups, template_names
from interviews.reports.job_questions import QuestionFigures, question_figures
from interviews.reports.overruling import CriterionFigures, DecisionFigures, criterion_figures, decision_figures
from interviews.scoring.blind_review import job_hides_scores, sees_all_scores
from jobs.channels import Channel
from jobs.models import JobDescription


@dataclass(frozen=True)
class GroupRow:
    name: str
    group: Group


@dataclass(frozen=True)
class Groups:
    """`interviews`: the number of compared interviews."""

    rows: list[GroupRow]
    comparison: GroupComparison

    @property
    def interviews(self) -> int:
        others = self.comparison.others
        return sum(row.group.invited for row in self.rows) + (others.invited if others else 0)

    @property
    def lowest_name(self) -> str:
        return self._name_of(self.comparison.lowest)

    @property
    def highest_name(self) -> str:
        return self._name_of(self.comparison.highest)

    def _name_of(self, group: Group | None) -> str:
        return next((row.name for row in self.rows if row.group is group), "")


@dataclass(frozen=True)
class JobInsights:
    """`None`: scores of the job are hidden from the reader."""

    questions: list[QuestionFigures] | None
    criteria: list[CriterionFigures] | None


@dataclass(frozen=True)
class Insights:
    """`offered`: how the reader may group. `job`: of the chosen job.

    `decisions`: None where scores are hidden from the reader.
    """

    address: InsightsAddress
    offered: list[Grouping]
    jobs: list[JobDescription]
    groups: Groups
    decisions: DecisionFigures | None
    job: JobInsights | None

    @classmethod
    def load(cls, address: InsightsAddress, user: User) -> "Insights":
        jobs = choosable_jobs(user, address.job_id)
        chosen = next((job for job in jobs if job.pk == address.job_id), None)
        if chosen is None:
            address = address.change(job_id=None)
        offered = offered_groupings(user)
        if address.grouping not in offered:
            address = address.change(grouping=offered[0])
        start = address.period.start(timezone.now())
        interviews = Interview.objects.visible_to(user).filter(created_at__gte=start)
        if chosen:
            interviews = interviews.filter(job=chosen)
        shows_decisions = not job_hides_scores(user, chosen) if chosen else sees_all_scores(user)
        return cls(
            address=address,
            offered=offered,
            jobs=jobs,
            groups=_load_groups(interviews, address.grouping),
            decisions=decision_figures(interviews) if shows_decisions else None,
            job=_load_job(interviews, shows_scores=shows_decisions) if chosen else None,
        )

    @property
    def periods(self) -> list[Period]:
        return list(Period)

    @property
    def groupings(self) -> list[tuple[str, str, bool]]:
        """(label, address, whether it is the present one)."""
        present = self.address.grouping
        return [
            (str(grouping.label), str(self.address.change(grouping=grouping)), grouping == present)
            for grouping in self.offered
        ]


def offered_groupings(user: User) -> list[Grouping]:
    """The first one is the usual one. A source is the text of a consent, and a group may be one person."""
    sees_consents = user.has_perm("candidates.view_consent")
    return [grouping for grouping in Grouping if sees_consents or grouping != Grouping.SOURCE]


def _load_groups(interviews: QuerySet[Interview], grouping: Grouping) -> Groups:
    comparison = compare_groups(interviews, grouping)
    names = template_names(comparison.groups) if grouping == Grouping.TEMPLATE else {}
    rows = [GroupRow(_group_name(group.key, grouping, names), group) for group in comparison.groups]
    return Groups(rows, comparison)


def _group_name(key: str, grouping: Grouping, names: dict[str, str]) -> str:
    if grouping == Grouping.CHANNEL:
        return str(Channel(key).label)
    if grouping == Grouping.TEMPLATE:
        return names.get(key, _("Without a template"))
    return key or _("No source entered")


def _load_job(interviews: QuerySet[Interview], *, shows_scores: bool) -> JobInsights:
    if not shows_scores:
        return JobInsights(None, None)
    return JobInsights(question_figures(interviews), criterion_figures(interviews))
