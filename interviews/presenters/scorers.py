"""The scores of an interview by all who scored it, side by side. Text only: the templates escape it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from interviews.models import Assessment, Interview, InterviewResponse
from interviews.scoring.overall_score import score_by

NEAR = 1.0
"""Scores of a criterion that differ by no more agree."""


@dataclass(frozen=True)
class ScorerAgreement:
    """How far the scores of one person agree with those that count, over the criteria that both scored.

    `mean_difference`: how much higher the person scores on average.
    """

    criterion_count: int
    near_count: int
    mean_distance: float
    mean_difference: float

    @property
    def mean_lower(self) -> float:
        return -self.mean_difference


@dataclass(frozen=True)
class ScorerColumn:
    """The valid scores, or those of one person. `overall`: None unless the person scored every answer that counts."""

    label: str
    counts: bool
    is_blind: bool
    scores: list[Decimal | None]
    overall: Decimal | None
    agreement: ScorerAgreement | None


@dataclass(frozen=True)
class ScorersTable:
    """`responses` are the rows. The first column holds the scores that count."""

    responses: list[InterviewResponse]
    columns: list[ScorerColumn]

    @classmethod
    def of(
        cls, interview: Interview, responses: Sequence[InterviewResponse], overall: Decimal | None
    ) -> "ScorersTable | None":
        """Uses prefetched assessments. None where no one but the present judge has scored an answer.

        `overall`: the score of the result. Where there is none, the scores of no person make one up.
        """
        counting = {response.pk: current for response in responses if (current := _counting(response))}
        rows = [response for response in responses if any(_scored(response))]
        people = {
            _scorer_of(assessment): _assessments_by(_scorer_of(assessment), rows)
            for response in rows
            for assessment in _scored(response)
            if assessment.is_by_person and assessment != counting.get(response.pk)
        }
        if not people:
            return None
        columns = [_column("", rows, counting, counting, overall)]
        for own in people.values():
            name = next(iter(own.values())).label
            is_complete = overall is not None and counting.keys() <= own.keys()
            own_overall = score_by(interview, responses, own) if is_complete else None
            columns.append(_column(name, rows, own, counting, own_overall))
        return cls(rows, columns)

    @property
    def score_rows(self) -> list[tuple[InterviewResponse, list[Decimal | None]]]:
        by_row = zip(*(column.scores for column in self.columns), strict=True)
        return [(response, list(scores)) for response, scores in zip(self.responses, by_row, strict=True)]


def _scored(response: InterviewResponse) -> list[Assessment]:
    return [assessment for assessment in response.assessments.all() if assessment.score is not None]


def _counting(response: InterviewResponse) -> Assessment | None:
    current = response.current_assessment
    return current if current and current.score is not None else None


def _scorer_of(assessment: Assessment) -> tuple[int | None, str]:
    """The person who scored: a user, whose name others may have, or else a person that a client named."""
    return (assessment.scored_by_id, "" if assessment.scored_by_id else assessment.label)


def _assessments_by(scorer: tuple[int | None, str], responses: Sequence[InterviewResponse]) -> dict[UUID, Assessment]:
    """The last assessment of each response by this person."""
    newest_last = (
        (response.pk, assessment)
        for response in responses
        for assessment in reversed(_scored(response))
        if assessment.is_by_person and _scorer_of(assessment) == scorer
    )
    return dict(newest_last)


def _column(
    label: str,
    rows: Sequence[InterviewResponse],
    own: Mapping[UUID, Assessment],
    counting: Mapping[UUID, Assessment],
    overall: Decimal | None,
) -> ScorerColumn:
    assessments = [own.get(response.pk) for response in rows]
    return ScorerColumn(
        label=label,
        counts=own is counting,
        is_blind=all(assessment.is_blind for assessment in assessments if assessment),
        scores=[assessment.score if assessment else None for assessment in assessments],
        overall=overall,
        agreement=None if own is counting else _agreement(own, counting),
    )


def _agreement(own: Mapping[UUID, Assessment], counting: Mapping[UUID, Assessment]) -> ScorerAgreement | None:
    """Only scores by the same rubric are compared, and none with itself."""
    differences = [
        score - other[key]
        for pk, assessment in own.items()
        if (judged := counting.get(pk)) and judged != assessment and judged.rubric_version == assessment.rubric_version
        for other in [_criterion_scores(judged)]
        for key, score in _criterion_scores(assessment).items()
        if key in other
    ]
    if not differences:
        return None
    count = len(differences)
    near = sum(abs(difference) <= NEAR for difference in differences)
    return ScorerAgreement(count, near, sum(map(abs, differences)) / count, sum(differences) / count)


def _criterion_scores(assessment: Assessment) -> dict[str, float]:
    return {criterion.criterion: criterion.score for criterion in assessment.criteria}
