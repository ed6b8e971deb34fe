"""How the questions of a job are answered, and which of them tell candidates apart."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from statistics import fmean, median, stdev
from typing import Any
from uuid import UUID

from django.db.models import Case, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from interviews.calibration.agreement import pearson_correlation
from interviews.models import Interview, InterviewResponse, Recording
from interviews.reports.bank_usage import ANSWERED, LEFT_OUT, NEVER_REACHED
from jobs.bank.statistics.weaknesses import MIN_COMPARED, MIN_SEPARATION, MIN_SPREAD
from jobs.models.bank_usage import MIN_SHOWN

NEWEST_INTERVIEWS = 1000
CLEAR_SEPARATION = 0.3
"""The usual threshold for items of selection tests."""


class Separation(TextChoices):
    """Whether candidates who score well on the other questions also score well on this one."""

    CLEAR = "clear", _("separates candidates clearly")
    WEAK = "weak", _("separates candidates a little")
    NONE = "none", _("does not separate candidates")
    UNKNOWN = "unknown", _("too few scores to say")


@dataclass(frozen=True)
class QuestionFigures:
    """A figure is None where fewer than MIN_SHOWN answers have it.

    `compared`: the number of scored answers in interviews with other scored answers. `correlation`: between the score
    of this question and the mean of the others.
    """

    question: str
    asked: int
    answered: int
    left_out: int
    scored: int
    mean_score: float | None
    spread: float | None
    median_seconds: float | None
    compared: int
    correlation: float | None

    @property
    def answered_percent(self) -> int | None:
        return 100 * self.answered // self.asked if self.asked else None

    @property
    def separation(self) -> Separation:
        if self.compared < MIN_COMPARED:
            return Separation.UNKNOWN
        if self.spread is not None and self.spread < MIN_SPREAD:
            return Separation.NONE
        if self.correlation is None or self.correlation < MIN_SEPARATION:
            return Separation.NONE
        return Separation.CLEAR if self.correlation >= CLEAR_SEPARATION else Separation.WEAK


@dataclass(frozen=True)
class _Answer:
    interview: UUID
    asked: bool
    outcome: str
    score: float | None
    seconds: float | None


def question_figures(interviews: QuerySet[Interview]) -> list[QuestionFigures]:
    """The figures of each question in the newest of these interviews, in the order of asking. One query.

    Follow-up questions are left out: each of them was asked once.
    """
    answers = defaultdict[str, list[_Answer]](list)
    for question, *columns in _rows_of(interviews):
        answers[question].append(_Answer(*columns))
    totals = _totals_of(answers)
    return [_figures_of(question, its_answers, totals) for question, its_answers in answers.items()]


def _rows_of(interviews: QuerySet[Interview]) -> list[tuple[Any, ...]]:
    newest = interviews.order_by("-created_at").values("pk")[:NEWEST_INTERVIEWS]
    chosen = Recording.objects.filter(response=OuterRef("pk"), chosen=True)
    responses: Any = InterviewResponse.objects.filter(interview__in=newest, parent=None).annotate(
        current=FilteredRelation("assessments", condition=Q(assessments__is_current=True)),
        was_asked=Case(When(NEVER_REACHED, then=Value(False)), default=Value(True)),
        outcome=Case(When(ANSWERED, then=Value("answered")), When(LEFT_OUT, then=Value("left_out")), default=Value("")),
        seconds=Subquery(chosen.values("seconds")[:1]),
        score=F("current__score"),
        question_of_job=Case(When(base_question="", then="question"), default="base_question"),
    )
    columns = ("question_of_job", "interview_id", "was_asked", "outcome", "score", "seconds")
    return list(responses.order_by("position").values_list(*columns))


def _totals_of(answers: dict[str, list[_Answer]]) -> dict[UUID, tuple[float, int]]:
    """The sum and the number of the scores of each interview."""
    totals = defaultdict[UUID, tuple[float, int]](lambda: (0.0, 0))
    for answer in chain.from_iterable(answers.values()):
        if answer.score is not None:
            total, count = totals[answer.interview]
            totals[answer.interview] = total + float(answer.score), count + 1
    return totals


def _figures_of(question: str, answers: list[_Answer], totals: dict[UUID, tuple[float, int]]) -> QuestionFigures:
    scores = [float(answer.score) for answer in answers if answer.score is not None]
    times = [float(answer.seconds) for answer in answers if answer.seconds is not None]
    pairs = []
    for answer in answers:
        total, count = totals.get(answer.interview, (0.0, 0))
        if answer.score is not None and count > 1:
            own = float(answer.score)
            pairs.append((own, (total - own) / (count - 1)))
    has_scores = len(scores) >= MIN_SHOWN
    return QuestionFigures(
        question=question,
        asked=sum(answer.asked for answer in answers),
        answered=sum(answer.outcome == "answered" for answer in answers),
        left_out=sum(answer.outcome == "left_out" for answer in answers),
        scored=len(scores),
        mean_score=fmean(scores) if has_scores else None,
        spread=stdev(scores) if has_scores else None,
        median_seconds=median(times) if len(times) >= MIN_SHOWN else None,
        compared=len(pairs),
        correlation=pearson_correlation(pairs) if len(pairs) >= MIN_SHOWN else None,
    )
