"""What is being hired for, and the questions that are asked for it."""

from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from jobs import field_limits
from screener.background.queue import RowTaskHandle
from screener.db.record_field import records_field
from screener.models import BaseModel, InvalidTransition, LeasableManager, LeasableModel
from screener.records import QuestionSpec

DEFAULT_COUNT = 5
WRITE_QUESTIONS = RowTaskHandle("jobs.write_questions", queue="rest", argument="job_id")

DEFAULT_RUBRIC: list[dict[str, Any]] = [
    {
        "key": "relevance",
        "name": "Relevance",
        "weight": 3,
        "anchors": {
            "2": "Talks about something else, or repeats the question.",
            "5": "Answers part of the question in general terms.",
            "9": "Answers exactly what was asked, from their own work.",
        },
    },
    {
        "key": "specificity",
        "name": "Specificity",
        "weight": 3,
        "anchors": {
            "2": "No example, no detail.",
            "5": "An example without figures or result.",
            "9": "A concrete situation, what they did, and a result that can be checked.",
        },
    },
    {
        "key": "clarity",
        "name": "Clarity",
        "weight": 2,
        "anchors": {
            "2": "Hard to follow.",
            "5": "Understandable with some effort.",
            "9": "Ordered and easy to follow.",
        },
    },
    {
        "key": "professionalism",
        "name": "Professionalism",
        "weight": 1,
        "anchors": {
            "2": "Disrespectful or careless.",
            "5": "Neutral.",
            "9": "Respectful, takes responsibility, speaks well of others.",
        },
    },
]


def default_rubric() -> list[dict[str, Any]]:
    return [dict(criterion) for criterion in DEFAULT_RUBRIC]


class JobDescription(LeasableModel):
    class QuestionsStatus(models.TextChoices):
        NONE = "none", "None yet"
        PENDING = "pending", "Being written"
        READY = "ready", "To be approved"
        APPROVED = "approved", "Approved"
        FAILED = "failed", "Could not be written"

    title = models.CharField(max_length=200)
    description = models.TextField()
    language = models.CharField(max_length=10, default="en")
    rubric = models.JSONField(default=default_rubric)
    hire_at = models.DecimalField(
        max_digits=3,
        decimal_places=1,
        default=Decimal("7.0"),
        validators=[MinValueValidator(0), MaxValueValidator(10)],
        help_text="Recommend to hire from this overall score (0-10)",
    )
    consider_at = models.DecimalField(
        max_digits=3,
        decimal_places=1,
        default=Decimal("5.0"),
        validators=[MinValueValidator(0), MaxValueValidator(10)],
        help_text="Recommend to consider from this overall score (0-10)",
    )
    minimum_coverage = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.60"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text="Share of the questions (by weight) that must have been answered for a result",
    )
    consent_required = models.BooleanField(
        default=True, help_text="Only call people whose consent to be called is on record"
    )
    max_attempts = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(field_limits.MOST_ATTEMPTS)],
        help_text="Calls to one candidate at most, until the interview has been held",
    )
    attempt_spacing = ArrayField(
        models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(field_limits.LONGEST_SPACING)]),
        size=field_limits.MOST_ATTEMPTS - 1,
        default=list,
        db_default=[],
        blank=True,
        help_text="Minutes to wait before the second, third and further calls; empty: as in the settings",
    )
    max_concurrent_calls = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(field_limits.MOST_LINES)],
        help_text="Calls for this job that may run at once; empty: as many as for all jobs together",
    )
    calls_per_day = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(field_limits.MOST_CALLS)],
        help_text="Calls for this job within 24 hours; empty: no limit",
    )
    is_open = models.BooleanField(default=True, help_text="Nobody is called for a closed job")
    questions_status = models.CharField(
        max_length=10, choices=QuestionsStatus.choices, default=QuestionsStatus.NONE, editable=False
    )
    questions_error = models.TextField(blank=True, editable=False)
    question_count = models.PositiveSmallIntegerField(
        default=DEFAULT_COUNT, editable=False, help_text="How many questions were asked to be written"
    )

    objects = LeasableManager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "job"
        constraints = [
            models.CheckConstraint(
                condition=Q(hire_at__gte=F("consider_at")), name="hire_threshold_not_below_consider"
            ),
            models.CheckConstraint(condition=Q(minimum_coverage__range=(0, 1)), name="coverage_is_a_share"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def approved_questions(self) -> "QuestionSet | None":
        return self._newest(QuestionSet.Status.APPROVED)

    @property
    def draft_questions(self) -> "QuestionSet | None":
        return self._newest(QuestionSet.Status.DRAFT)

    def _newest(self, status: str) -> "QuestionSet | None":
        """Sorted here, so that a list page that prefetches the sets needs no query for each job."""
        sets = [one for one in self.question_sets.all() if one.status == status]
        return max(sets, key=lambda one: one.version, default=None)

    def request_questions(self, count: int = DEFAULT_COUNT) -> None:
        """Have so many questions written for this job. The worker does it; `questions_status` tells.

        Asking again while they are being written changes nothing.
        """
        with transaction.atomic():
            self.refresh_from_db(from_queryset=JobDescription.objects.select_for_update())
            if self.questions_status == self.QuestionsStatus.PENDING:
                return
            status = self.QuestionsStatus.PENDING
            self.update_fields(
                questions_status=status, question_count=count, questions_error="", retry_at=None, tries=0
            )
            WRITE_QUESTIONS.defer(self.pk)

    def questions_failed(self, why: str) -> None:
        self.release(questions_status=self.QuestionsStatus.FAILED, questions_error=why)

    def add_draft(self, questions: list[QuestionSpec], *, source: str, **origin: str) -> "QuestionSet":
        """The next version, replacing any draft there is."""
        with transaction.atomic():
            JobDescription.objects.select_for_update().get(pk=self.pk)
            self.question_sets.filter(status=QuestionSet.Status.DRAFT).update(status=QuestionSet.Status.RETIRED)
            latest = self.question_sets.aggregate(latest=Max("version"))["latest"] or 0
            draft = self.question_sets.create(
                version=latest + 1, language=self.language, source=source, questions=questions, **origin
            )
            self.release(questions_status=self.QuestionsStatus.READY, questions_error="")
        return draft


class QuestionSet(BaseModel):
    """One version of a job's questions. Only a draft may be edited.

    A database trigger rejects every other change but the step from approved to retired (migration 0003).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        RETIRED = "retired", "Retired"

    job = models.ForeignKey(JobDescription, on_delete=models.CASCADE, related_name="question_sets")
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    source = models.CharField(max_length=100, help_text="Who wrote it: a model, the offline rules, a person")
    prompt_hash = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    approved_by = models.CharField(max_length=150, blank=True, editable=False)
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    questions = records_field(QuestionSpec, help_text="A list of {text, competency, weight, max_seconds}")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["job", "version"], name="question_set_version_is_unique"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(status="approved"), name="one_approved_question_set_per_job"
            ),
            models.UniqueConstraint(fields=["job"], condition=Q(status="draft"), name="one_draft_question_set_per_job"),
        ]

    def __str__(self) -> str:
        return f"{self.job} v{self.version}"

    def approve(self, *, by: str) -> Self:
        """Put this draft into force and retire the set that was. Approving twice changes nothing."""
        with transaction.atomic():
            job = JobDescription.objects.select_for_update().get(pk=self.job_id)
            self.refresh_from_db()
            if self.status == self.Status.APPROVED:
                return self
            if self.status == self.Status.RETIRED:
                raise InvalidTransition("These questions were replaced by a newer version. Approve that one.")
            job.question_sets.filter(status=self.Status.APPROVED).update(status=self.Status.RETIRED)
            self.update_fields(status=self.Status.APPROVED, approved_by=by, approved_at=timezone.now())
            job.update_fields(questions_status=JobDescription.QuestionsStatus.APPROVED)
        return self
