from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from interviews.records import CriterionRecord
from screener.db.record_field import records_field
from screener.models import AppendOnly


class Assessment(AppendOnly):
    """The scoring of one response by a model or by a person: a score per criterion, with evidence.

    `is_current` says which assessment counts. `role` says how it was given and never changes: a second opinion that
    HR has chosen to count stays one.
    """

    MUTABLE_FIELDS: ClassVar[frozenset[str]] = frozenset({"is_current"})

    class Source(models.TextChoices):
        MODEL = "model", _("Language model")
        PERSON = "person", _("Person")

    class Role(models.TextChoices):
        SCORE = "score", _("Score")
        SECOND_OPINION = "second_opinion", _("Second opinion")

    response = models.ForeignKey("interviews.InterviewResponse", on_delete=models.CASCADE, related_name="assessments")
    is_current = models.BooleanField(default=True)
    role = models.CharField(max_length=14, choices=Role.choices, default=Role.SCORE, db_default=Role.SCORE)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.MODEL, db_default=Source.MODEL)
    scored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text=_("The user who scored; empty for models, and for people who scored through the API"),
    )
    is_blind = models.BooleanField(
        default=False, db_default=False, help_text=_("Whether the person had seen no other assessment of the response")
    )
    score = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    criteria = records_field(
        CriterionRecord, default=list, help_text=_("Per criterion: score, weight, reason, evidence, flags")
    )
    feedback = models.TextField(blank=True)
    note = models.TextField(blank=True, default="", db_default="", help_text=_("What a person noted for colleagues"))
    flags = models.JSONField(default=list)
    reason = models.TextField(blank=True, help_text=_("Why there is no score"))
    rubric_version = models.CharField(max_length=64)
    model = models.CharField(max_length=100, blank=True)
    label = models.CharField(max_length=150)
    prompt_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["response"], condition=Q(is_current=True), name="one_current_assessment"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 10)), name="score_from_0_to_10"
            ),
            models.CheckConstraint(
                condition=Q(source="person", score__isnull=False, model="") & ~Q(label="")
                | Q(source="model", role="score", scored_by__isnull=True, is_blind=False),
                name="assessment_fits_its_source",
            ),
        ]
        indexes = [
            models.Index(
                fields=["response"],
                condition=Q(is_current=True, score__isnull=True),
                name="assessments_without_score",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score if self.score is not None else 'no score'} by {self.label}"

    @property
    def is_by_person(self) -> bool:
        return self.source == self.Source.PERSON

    @property
    def has_enough_quotes(self) -> bool:
        """Whether criteria with at least half of the rubric's weight have a verified quote."""
        quoted_weights = [criterion.weight for criterion in self.criteria if criterion.verified_evidence]
        return bool(quoted_weights) and 2 * sum(quoted_weights) >= sum(criterion.weight for criterion in self.criteria)
