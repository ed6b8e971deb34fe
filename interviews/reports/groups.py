"""Compares the funnels of groups of candidates: by source, by template of the questions, and by channel."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from candidates.models import Consent
from interviews.models import Interview
from interviews.reports.funnel import CONDITIONS, FUNNEL, Stage
from jobs.models import Template

NEWEST_INTERVIEWS = 10_000
"""The number of compared interviews. Grouping a million takes seconds."""
MOST_GROUPS = 12
MIN_COMPARED = 30
"""The least reached candidates whose interview is over. With fewer, the rate of a group is not compared."""
CHANCE = 0.05
"""The accepted rate of false differences between groups."""

COUNTED = (*FUNNEL, Stage.REACHED_AND_OVER)


class Grouping(TextChoices):
    SOURCE = "source", _("By source")
    TEMPLATE = "template", _("By interview template")
    CHANNEL = "channel", _("By channel")


@dataclass(frozen=True)
class Group:
    """`key`: the value that the interviews share. Empty: they have no value."""

    key: str
    counts: dict[Stage, int]

    @property
    def funnel(self) -> list[tuple[str, int]]:
        """The stages in their order: label and count."""
        return [(str(stage.label), self.counts[stage]) for stage in FUNNEL]

    @property
    def invited(self) -> int:
        return self.counts[Stage.INVITED]

    @property
    def over(self) -> int:
        return self.counts[Stage.REACHED_AND_OVER]

    @property
    def completed(self) -> int:
        return self.counts[Stage.COMPLETED]

    @property
    def completion_rate(self) -> int | None:
        """In percent of those who were reached and whose interview is over."""
        return 100 * self.completed // self.over if self.over else None


@dataclass(frozen=True)
class GroupComparison:
    """`others`: the sum of the groups that are not listed.

    `lowest`, `highest`: the groups with these completion rates; None: they do not clearly differ.
    """

    groups: list[Group]
    others: Group | None
    lowest: Group | None
    highest: Group | None

    @property
    def compared(self) -> int:
        """How many groups have enough interviews for a comparison."""
        return sum(group.over >= MIN_COMPARED for group in self.groups)


def compare_groups(interviews: QuerySet[Interview], grouping: Grouping) -> GroupComparison:
    """Count the newest of these interviews by group, in one query. Large groups come first."""
    newest = Interview.objects.filter(pk__in=interviews.order_by("-created_at").values("pk")[:NEWEST_INTERVIEWS])
    counts: dict[str, Any] = {stage.value: Count("created_at", filter=CONDITIONS[stage]) for stage in COUNTED}
    counts[Stage.INVITED] = Count("created_at")
    rows: Any = newest.annotate(group=_group_of(grouping)).order_by().values("group").annotate(**counts)
    groups = [Group(str(row["group"] or ""), {stage: row[stage.value] for stage in COUNTED}) for row in rows]
    groups.sort(key=lambda group: (-group.invited, group.key))
    listed, rest = groups[:MOST_GROUPS], groups[MOST_GROUPS:]
    lowest, highest = _extremes(listed)
    return GroupComparison(listed, _sum(rest) if rest else None, lowest, highest)


def template_names(groups: Iterable[Group]) -> dict[str, str]:
    """The names of the templates by the keys of their groups."""
    templates = Template.objects.filter(pk__in=[group.key for group in groups if group.key])
    return {str(template.pk): str(template) for template in templates}


def _group_of(grouping: Grouping) -> Any:
    if grouping == Grouping.CHANNEL:
        return F("channel")
    if grouping == Grouping.TEMPLATE:
        return F("question_set__template_use__version__template_id")
    return Subquery(_sources())


def _sources() -> Any:
    """The source of the candidate's first consent to calls. A consent given in a call has no source."""
    consents = Consent.objects.filter(
        candidate=OuterRef("candidate"), kind=Consent.Kind.CALL, given=True, attempt__isnull=True
    )
    return consents.order_by("said_at").values("source")[:1]


def _sum(groups: list[Group]) -> Group:
    return Group("", {stage: sum(group.counts[stage] for group in groups) for stage in COUNTED})


def _extremes(groups: list[Group]) -> tuple[Group | None, Group | None]:
    """The groups with the lowest and the highest completion rate, if they differ by more than chance explains."""
    large = [group for group in groups if group.over >= MIN_COMPARED]
    large.sort(key=lambda group: group.completed / group.over)
    if len(large) < 2 or not differ(large[0], large[-1], pairs=math.comb(len(large), 2)):
        return None, None
    return large[0], large[-1]


def differ(first: Group, second: Group, *, pairs: int) -> bool:
    """Whether the completion rates differ by more than chance explains: the test of two proportions.

    `pairs`: how many pairs of groups these were chosen from. With more pairs, chance alone makes a larger difference
    between the extremes, so the allowed error is divided by their number (Bonferroni).
    """
    pooled = (first.completed + second.completed) / (first.over + second.over)
    error = math.sqrt(pooled * (1 - pooled) * (1 / first.over + 1 / second.over))
    distance = abs(first.completed / first.over - second.completed / second.over)
    return error > 0 and distance / error > NormalDist().inv_cdf(1 - CHANCE / pairs / 2)
