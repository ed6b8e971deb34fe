from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from interviews.models.interview import Interview
from interviews.records import Judge
from screener.db.record_field import records_field
from screener.models import AppendOnly
from screener.records import Point


class Recommendation(models.TextChoices):
    HIRE = "hire", _("Hire")
    CONSIDER = "consider", _("Consider")
    REJECT = "reject", _("Reject")


class InterviewResult(AppendOnly):
    """The score of an interview, its coverage, and the recommendation with its reasons. A reviewer decides."""

    MUTABLE_FIELDS: ClassVar[frozenset[str]] = frozenset({"is_current"})

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="results")
    is_current = models.BooleanField(default=True)
    overall_score = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    coverage = models.DecimalField(max_digits=4, decimal_places=3)
    recommendation = models.CharField(max_length=10, choices=Recommendation.choices, blank=True)
    opinion = models.CharField(
        max_length=10,
        choices=Recommendation.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("What the interviewer itself would recommend; compared with the thresholds, and no more"),
    )
    reasoning = models.TextField(blank=True)
    grounds = records_field(
        Point, default=list, db_default=[], help_text=_("The statements of the reasoning: text, position, quote")
    )
    strengths = records_field(Point, default=list)
    improvements = records_field(Point, default=list)
    flags = models.JSONField(default=list)
    hire_at = models.DecimalField(max_digits=3, decimal_places=1)
    consider_at = models.DecimalField(max_digits=3, decimal_places=1)
    model = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=200, blank=True)
    judges = records_field(
        Judge, default=list, db_default=[], help_text=_("Who scored the answers: source, name, positions")
    )
    prompt_hash = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["interview"], condition=Q(is_current=True), name="one_current_result"),
            models.CheckConstraint(
                condition=Q(overall_score__isnull=False) | Q(recommendation=""),
                name="no_recommendation_without_a_score",
            ),
            models.CheckConstraint(
                condition=Q(overall_score__isnull=True) | Q(overall_score__range=(0, 10)),
                name="overall_score_from_0_to_10",
            ),
        ]
        indexes = [
            models.Index(
                fields=["interview"],
                condition=Q(is_current=True),
                include=("overall_score", "recommendation"),
                name="current_scores",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_recommendation_display() or 'No recommendation'} ({self.overall_score})"
