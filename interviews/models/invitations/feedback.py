"""The candidates' opinion of their interview. It never has a part in a decision."""

from dataclasses import dataclass
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Avg, Count, Exists, OuterRef, Q

from interviews.models.interview import Interview
from jobs.models import JobDescription
from screener.models import BaseModel

LOWEST, HIGHEST = 1, 5
LEAST_ANSWERS = 5
"""Below this number of answers no average and no words are shown: they would tell who gave them."""


@dataclass(frozen=True)
class FeedbackSummary:
    """How clear and how fair the candidates of a job found it. The averages are None while the answers are too few."""

    count: int
    clear: float | None
    fair: float | None

    @property
    def is_shown(self) -> bool:
        return self.clear is not None


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def without_practice(self) -> Self:
        practice = Interview.all_objects.filter(pk=OuterRef("interview_id"), purpose=Interview.Purpose.PRACTICE)
        return self.filter(~Exists(practice))  # reads the index of practice, not a row for each answer

    def summary(self) -> FeedbackSummary:
        """Summarise the feedback without practice. One query."""
        totals = self.without_practice().aggregate(count=Count("pk"), clear=Avg("clear"), fair=Avg("fair"))
        if totals["count"] < LEAST_ANSWERS:
            return FeedbackSummary(totals["count"], None, None)
        return FeedbackSummary(**totals)


def _score_field() -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)])


class Feedback(BaseModel):
    """The answers of one candidate about one interview, from 1 to 5. `job`: that of the interview, for its average."""

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="feedback")
    job = models.ForeignKey(JobDescription, on_delete=models.CASCADE, related_name="feedback", db_index=False)
    clear = _score_field()
    fair = _score_field()
    words = models.TextField(blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "feedback"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["job"], include=["clear", "fair"], name="feedback_by_job")]
        constraints = [
            models.CheckConstraint(
                condition=Q(clear__range=(LOWEST, HIGHEST), fair__range=(LOWEST, HIGHEST)), name="feedback_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clear}, {self.fair}"
