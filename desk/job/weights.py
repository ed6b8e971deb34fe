"""Competencies of a job, and scores with other weights than its questions have.

A weight that the reader chooses changes the ranking on the page. It is part of the address and is never stored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import (
    DecimalField,
    ExpressionWrapper,
    F,
    FilteredRelation,
    FloatField,
    OuterRef,
    Q,
    Subquery,
    Sum,
)
from django.db.models.expressions import Case, CombinedExpression, Value, When
from django.db.models.functions import Cast, NullIf, Round
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from interviews.models import InterviewResponse
from interviews.models.no_answer import NoAnswer
from jobs.models import JobDescription, QuestionSet

MAX_KEY_LENGTH = 40
UNNAMED = _("Other questions")
LOWEST_SCALE = 10.0


@dataclass(frozen=True)
class Competency:
    """A competency that questions of the job are about. `weight`: the sum of the weights of its questions."""

    key: str
    name: str
    weight: float

    @property
    def label(self) -> str:
        return self.name or str(UNNAMED)


def competencies_of(job: JobDescription) -> list[Competency]:
    """The competencies of the current questions, followed by those that only earlier questions were about."""
    weights: dict[str, float] = {}
    for question_set in _current_first(job.question_sets.all()):
        sums: dict[str, float] = {}
        for question in question_set.questions:
            sums[question.competency] = sums.get(question.competency, 0) + question.weight
        weights = weights | {name: weight for name, weight in sums.items() if name not in weights}
    competencies: dict[str, Competency] = {}
    for name, weight in weights.items():
        key = _key_of(name, competencies)
        competencies[key] = Competency(key, name, weight)
    return list(competencies.values())


def _current_first(question_sets: Iterable[QuestionSet]) -> list[QuestionSet]:
    """Question sets that interviews may have, the approved one first. No interview has a draft."""
    used = [entry for entry in question_sets if entry.status != QuestionSet.Status.DRAFT and entry.approved_at]
    return sorted(used, key=lambda entry: (entry.status != QuestionSet.Status.APPROVED, -entry.version))


def _key_of(name: str, taken: Mapping[str, Competency]) -> str:
    """The name in an address. It depends on the name alone, unless two names look alike."""
    digest = sha256(name.encode()).hexdigest()[:8]
    key = slugify(name)[:MAX_KEY_LENGTH] or digest
    return f"{key}-{digest}" if key in taken else key


@dataclass(frozen=True)
class Weights:
    """The competencies with the weights that the reader chose, by key. Without any, the questions' weights count."""

    competencies: list[Competency]
    chosen: dict[str, float]

    def __bool__(self) -> bool:
        return bool(self.chosen)

    def of(self, competency: Competency) -> float:
        return self.chosen.get(competency.key, competency.weight)

    @property
    def scale(self) -> float:
        """The upper end of the sliders."""
        return max(LOWEST_SCALE, *(2 * competency.weight for competency in self.competencies), 0)

    @property
    def are_zero(self) -> bool:
        """Whether no competency counts, so that there is no score."""
        return bool(self.competencies) and not any(self.of(competency) for competency in self.competencies)

    def score(self) -> Subquery:
        """Return an interview's score with these weights, by the rules of `interviews/scoring/overall_score.py`."""
        factors = [
            When(competency=entry.name, then=Value(self.of(entry) / entry.weight))
            for entry in self.competencies
            if entry.key in self.chosen and entry.weight
        ]
        return _weighted_score(Case(*factors, default=Value(1.0), output_field=FloatField()))


def competency_score(competency: Competency) -> Subquery:
    """Return an interview's score in one competency."""
    factor = Case(When(competency=competency.name, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    return _weighted_score(factor)


def _weighted_score(factor: Case) -> Subquery:
    counted = InterviewResponse.objects.filter(interview=OuterRef("pk")).exclude(
        Q(interview__person_requested_at__isnull=False),
        Q(status=InterviewResponse.Status.SKIPPED),
        Q(no_answer__in=("", NoAnswer.ASKED_PERSON)),
    )
    is_assessed = Q(status=InterviewResponse.Status.ASSESSED, assessments__is_current=True)
    weight: CombinedExpression = F("weight") * factor
    points = Cast(F("current__score"), FloatField()) * F("weight") * factor
    mean = ExpressionWrapper(Sum(points) / NullIf(Sum(weight), Value(0.0)), output_field=FloatField())
    scores = (
        counted.annotate(current=FilteredRelation("assessments", condition=is_assessed))
        .order_by()
        .values("interview")
        .annotate(mean=Round(Cast(mean, DecimalField(max_digits=6, decimal_places=4)), 2))
    )
    return Subquery(scores.values("mean"), output_field=DecimalField(max_digits=4, decimal_places=2))
