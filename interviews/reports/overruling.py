"""Disagreement of people with the machine: on criteria, and on recommendations."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from interviews.models import Assessment, Decision, Interview
from interviews.models.result import Recommendation
from jobs.models.bank_usage import MIN_SHOWN

NEWEST_INTERVIEWS = 1000
NEWEST_DECIDED = 10_000
OVERRULED_BY = 2.0
"""In points of 10: about one level of the rubric."""
NOTED_DIFFERENCE = 0.5


@dataclass(frozen=True)
class CriterionFigures:
    """`compared`: answers that the machine and a person have scored. `overruled`: those with scores far apart.

    `mean_difference`: the score of people minus that of the machine; None: fewer answers than MIN_SHOWN.
    """

    name: str
    compared: int
    overruled: int
    mean_difference: float | None

    @property
    def is_higher(self) -> bool:
        return self.mean_difference is not None and self.mean_difference >= NOTED_DIFFERENCE

    @property
    def points_lower(self) -> float:
        return -(self.mean_difference or 0)

    @property
    def is_lower(self) -> bool:
        return self.points_lower >= NOTED_DIFFERENCE


@dataclass(frozen=True)
class DecisionFigures:
    """`by_outcome`: how many interviews have this recommendation and this last decision."""

    by_outcome: dict[tuple[str, str], int]

    @property
    def decided(self) -> int:
        return sum(self.by_outcome.values())

    @property
    def overruled(self) -> int:
        return sum(count for (recommended, verdict), count in self.by_outcome.items() if recommended != verdict)

    @property
    def verdicts(self) -> list[str]:
        return [str(verdict.label) for verdict in Recommendation]

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """(recommendation, the decisions with their numbers of interviews)."""
        return [
            (
                str(recommended.label),
                [(str(verdict.label), self.by_outcome.get((recommended, verdict), 0)) for verdict in Recommendation],
            )
            for recommended in Recommendation
        ]


def criterion_figures(interviews: QuerySet[Interview]) -> list[CriterionFigures]:
    """The criteria of the newest of these interviews, those that are overruled most often first. One query.

    Of each person the last score of an answer counts, and of the machine its last one.
    """
    newest = interviews.order_by("-created_at").values("pk")[:NEWEST_INTERVIEWS]
    of_people = Assessment.objects.filter(response=OuterRef("response"), source=Assessment.Source.PERSON)
    scored = Assessment.objects.filter(Exists(of_people), response__interview__in=newest, score__isnull=False)
    by_response = defaultdict[UUID, list[Assessment]](list)
    for assessment in scored.order_by("created_at").only("response_id", "source", "label", "criteria"):
        by_response[assessment.response_id].append(assessment)
    differences = defaultdict[str, list[float]](list)
    for assessments in by_response.values():
        for name, difference in _differences(assessments):
            differences[name].append(difference)
    figures = [_figures_of(name, its_differences) for name, its_differences in differences.items()]
    return sorted(figures, key=lambda criterion: (-criterion.overruled / criterion.compared, criterion.name))


def decision_figures(interviews: QuerySet[Interview]) -> DecisionFigures:
    """The recommendations and the last decisions of the newest of these interviews that have both. One query."""
    last = Decision.objects.filter(interview=OuterRef("pk")).order_by("-created_at").values("verdict")[:1]
    with_both = interviews.filter(decided_at__isnull=False).exclude(recommended="").order_by("-created_at")
    newest = Interview.objects.filter(pk__in=with_both.values("pk")[:NEWEST_DECIDED])
    decided: Any = newest.annotate(verdict=Subquery(last))
    rows = decided.order_by().values_list("recommended", "verdict").annotate(count=Count("pk"))
    return DecisionFigures({(recommended, verdict): count for recommended, verdict, count in rows if verdict})


def _differences(assessments: list[Assessment]) -> Iterable[tuple[str, float]]:
    by_judge = {
        (assessment.is_by_person, assessment.label if assessment.is_by_person else ""): assessment
        for assessment in assessments
    }
    machine = by_judge.pop((False, ""), None)
    if machine is None:
        return
    of_machine = {criterion.criterion: criterion.score for criterion in machine.criteria}
    for assessment in by_judge.values():
        for criterion in assessment.criteria:
            if criterion.criterion in of_machine:
                yield criterion.name, criterion.score - of_machine[criterion.criterion]


def _figures_of(name: str, differences: list[float]) -> CriterionFigures:
    return CriterionFigures(
        name=name,
        compared=len(differences),
        overruled=sum(abs(difference) >= OVERRULED_BY for difference in differences),
        mean_difference=fmean(differences) if len(differences) >= MIN_SHOWN else None,
    )
