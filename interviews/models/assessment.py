from typing import ClassVar

from django.db import models
from django.db.models import Q

from interviews.records import CriterionRecord
from screener.db.record_field import records_field
from screener.models import AppendOnly


class Assessment(AppendOnly):
    """The scoring of one response by an interviewer: a score per criterion, with evidence."""

    FROZEN_EXCEPT: ClassVar[frozenset[str]] = frozenset({"is_current"})

    response = models.ForeignKey("interviews.InterviewResponse", on_delete=models.CASCADE, related_name="assessments")
    is_current = models.BooleanField(default=True)
    score = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    criteria = records_field(
        CriterionRecord, default=list, help_text="Per criterion: score, weight, reason, evidence, flags"
    )
    feedback = models.TextField(blank=True)
    flags = models.JSONField(default=list)
    reason = models.TextField(blank=True, help_text="Why there is no score")
    rubric_version = models.CharField(max_length=64)
    model = models.CharField(max_length=100)
    label = models.CharField(max_length=100)
    prompt_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["response"], condition=Q(is_current=True), name="one_current_assessment"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 10)), name="score_from_0_to_10"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score if self.score is not None else 'no score'} by {self.label}"

    @property
    def has_enough_quotes(self) -> bool:
        """Whether criteria with at least half of the rubric's weight have a verified quote."""
        quoted = [criterion.weight for criterion in self.criteria if criterion.quotes]
        return bool(quoted) and 2 * sum(quoted) >= sum(criterion.weight for criterion in self.criteria)
