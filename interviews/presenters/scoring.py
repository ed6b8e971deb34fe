"""The content of the pages on which people score answers. Text only: the templates escape it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext

from interviews.flags import flag_labels
from interviews.models import Assessment, Interview, InterviewResponse
from interviews.models.response import ResponseQuerySet
from interviews.records import CriterionRecord, Evidence


def scoring_queue(response: InterviewResponse, user: User) -> ResponseQuerySet:
    """The answers among which a person who scores this one goes on."""
    visible: ResponseQuerySet = InterviewResponse.objects.visible_to(user)
    if response.has_score:
        return visible.without_opinion_of(user).filter(interview=response.interview_id)
    # The first score has the result of this interview computed again, during which it is not in the general queue.
    unclear_interviews = Interview.objects.with_unclear_result()
    in_queue = Q(interview=response.interview_id) | Q(interview__in=unclear_interviews)
    return visible.without_score().filter(in_queue)


@dataclass(frozen=True)
class ScoringProgress:
    """How many answers of the interview the person has done, and where to go from this one."""

    scored_count: int
    answer_count: int
    waiting_count: int
    previous: InterviewResponse | None
    next: InterviewResponse | None

    @classmethod
    def for_response(cls, response: InterviewResponse, user: User) -> "ScoringProgress":
        response_queue = scoring_queue(response, user)
        scorable_responses = response.interview.responses.filter(status__in=InterviewResponse.SCORABLE).exclude(
            transcript=""
        )
        answer_count = scorable_responses.count()
        return cls(
            scored_count=answer_count - response_queue.filter(interview=response.interview_id).count(),
            answer_count=answer_count,
            waiting_count=response_queue.count(),
            previous=response_queue.last_before(response),
            next=response_queue.next_after(response),
        )


@dataclass(frozen=True)
class Opinion:
    """An assessment beside others of the same answer."""

    assessment: Assessment

    @property
    def flag_texts(self) -> list[str]:
        return flag_labels(self.assessment.flags)

    @property
    def role_text(self) -> str:
        """How it was given, for people."""
        if self.assessment.is_current:
            return gettext("counts")
        if self.assessment.role == Assessment.Role.SECOND_OPINION:
            return gettext("second opinion")
        return gettext("replaced") if self.assessment.score is not None else gettext("rejected")


@dataclass(frozen=True)
class OpinionCell:
    """The score of one criterion in one assessment. `difference`: to the first assessment of the row."""

    score: float | None
    difference: float | None
    evidence: list[Evidence]
    reason: str


@dataclass(frozen=True)
class OpinionRow:
    name: str
    cells: list[OpinionCell]


@dataclass(frozen=True)
class OpinionsPage:
    """All assessments of an answer side by side, the one that counts first."""

    response: InterviewResponse
    opinions: list[Opinion]
    rows: list[OpinionRow]

    @classmethod
    def for_response(cls, response: InterviewResponse) -> "OpinionsPage":
        assessments = sorted(response.assessments.all(), key=lambda assessment: not assessment.is_current)
        scored_assessments = [assessment for assessment in assessments if assessment.score is not None]
        return cls(
            response,
            [Opinion(assessment) for assessment in scored_assessments],
            list(_opinion_rows(scored_assessments)),
        )

    @property
    def score_differences(self) -> list[Decimal | None]:
        """How far each score is from the first one. None for the first."""
        scores = [opinion.assessment.score or Decimal(0) for opinion in self.opinions]
        return [None, *(score - scores[0] for score in scores[1:])] if scores else []

    @property
    def opinion_columns(self) -> list[tuple[Opinion, Decimal | None]]:
        return list(zip_longest(self.opinions, self.score_differences))


def _opinion_rows(assessments: list[Assessment]) -> Iterator[OpinionRow]:
    """Yield a row for each criterion that any of the assessments has, in the order of the rubrics."""
    criterion_names = {criterion.criterion: criterion.name for entry in assessments for criterion in entry.criteria}
    for criterion_key, name in criterion_names.items():
        records = [_criterion_of(assessment, criterion_key) for assessment in assessments]
        first_score = records[0].score if records[0] else None
        yield OpinionRow(name, [_opinion_cell(record, first_score, at) for at, record in enumerate(records)])


def _criterion_of(assessment: Assessment, criterion_key: str) -> CriterionRecord | None:
    return next((criterion for criterion in assessment.criteria if criterion.criterion == criterion_key), None)


def _opinion_cell(record: CriterionRecord | None, first_score: float | None, column: int) -> OpinionCell:
    if record is None:
        return OpinionCell(None, None, [], "")
    difference = record.score - first_score if column and first_score is not None else None
    return OpinionCell(record.score, difference, record.evidence, record.reason)
