"""Jobs and their question sets."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Self

from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jobs import field_limits
from jobs.bank.interview_types import InterviewType
from jobs.channels import Channel, phone_only
from jobs.eligibility.question import EligibilityQuestion
from jobs.models.bank import link_to_bank
from jobs.models.job_fields import between, overriding_field, score_threshold
from jobs.models.membership import JobMembership, with_visible_job
from jobs.question_checks import RefusedQuestion
from jobs.rubric import default_rubric
from jobs.spoken_title import title_in_words
from jobs.unlawful_questions import EligibilityWarning, QuestionWarning, question_warnings
from screener.access.viewer import Viewer
from screener.background.queue import RowTaskHandle
from screener.db.record_field import records_field
from screener.models import BaseModel, InvalidTransition, LeasableModel, LeasableQuerySet
from screener.models.organisation import validate_callback_number, validate_spoken_name
from screener.models.retention import job_period
from screener.records import QuestionContent, QuestionSpec

DEFAULT_QUESTION_COUNT = 5
WRITE_QUESTIONS = RowTaskHandle("jobs.write_questions", queue="rest", argument="job_id")


class JobQuerySet(LeasableQuerySet["JobDescription"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The jobs that the viewer is a member of, or all of them with the permission for all jobs."""
        return with_visible_job(self, viewer, relation="pk")


class JobDescription(LeasableModel):
    class QuestionsStatus(models.TextChoices):
        NONE = "none", _("None yet")
        PENDING = "pending", _("Being written")
        READY = "ready", _("To be approved")
        APPROVED = "approved", _("Approved")
        FAILED = "failed", _("Could not be written")

    title = models.CharField(max_length=field_limits.MAX_TITLE_LENGTH)
    spoken_title = overriding_field(
        100, validate_spoken_name, _("The title as the assistant says it; empty: derived from the title")
    )
    employer_name = overriding_field(
        60,
        validate_spoken_name,
        _("The employer's name as the assistant says it in calls for this job; empty: the organisation's"),
    )
    callback_number = overriding_field(
        16,
        validate_callback_number,
        _("The number at which candidates for this job reach a person; empty: the organisation's"),
    )
    description = models.TextField()
    language = models.CharField(max_length=10, default="en")
    interview_type = models.CharField(
        max_length=10,
        choices=InterviewType.choices,
        default=InterviewType.MIXED,
        db_default=InterviewType.MIXED.value,
        help_text=_("Sets how many questions of each type are written"),
    )
    rubric = models.JSONField(default=default_rubric)
    hire_at = score_threshold("7.0", _("Recommend to hire from this overall score (0-10)"))
    consider_at = score_threshold("5.0", _("Recommend to consider from this overall score (0-10)"))
    minimum_coverage = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.60"),
        validators=between(0, 1),
        help_text=_("Share of the questions (by weight) that must have been answered for a result"),
    )
    channels = ArrayField(
        models.CharField(max_length=10, choices=Channel.choices),
        size=len(Channel),
        default=phone_only,
        db_default=[Channel.PHONE.value],
        help_text=_("How interviews for this job may be held"),
    )
    consent_required = models.BooleanField(
        default=True, help_text=_("Only call candidates whose consent to be called is on record")
    )
    max_attempts = models.PositiveSmallIntegerField(
        default=3,
        validators=between(1, field_limits.MAX_ATTEMPTS),
        help_text=_("Maximum number of attempts to reach a candidate"),
    )
    attempt_spacing = ArrayField(
        models.PositiveIntegerField(validators=between(1, field_limits.MAX_SPACING_MINUTES)),
        size=field_limits.MAX_ATTEMPTS - 1,
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Minutes between attempts, such as 30, 240, 1440; empty: the ATTEMPT_SPACING setting"),
    )
    max_concurrent_calls = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=between(1, field_limits.MAX_CONCURRENT_CALLS),
        help_text=_("Maximum number of simultaneous calls for this job; empty: only the limit for all jobs applies"),
    )
    calls_per_day = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=between(1, field_limits.MAX_CALLS_PER_DAY),
        help_text=_("Maximum number of calls for this job within 24 hours; empty: no limit"),
    )
    answer_pause_seconds = models.PositiveSmallIntegerField(
        default=field_limits.USUAL_PAUSE_SECONDS,
        db_default=field_limits.USUAL_PAUSE_SECONDS,
        validators=between(field_limits.MIN_PAUSE_SECONDS, field_limits.MAX_PAUSE_SECONDS),
        help_text=_("Seconds of silence that end an answer on the phone: time to think, between 3 and 30"),
    )
    takes_allowed = models.PositiveSmallIntegerField(
        default=2,
        db_default=2,
        validators=between(1, field_limits.MAX_TAKES),
        help_text=_("How often an answer may be recorded in the room before it is sent; 2: it can be repeated once"),
    )
    preparation_seconds = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        validators=[MaxValueValidator(field_limits.MAX_PREPARATION_SECONDS)],
        help_text=_("Seconds to think in the room before an answer is recorded; 0: as long as the candidate wants"),
    )
    record_video = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_(
            "Ask candidates in the room whether they want to be recorded on video as well. Those who do not are "
            "interviewed in the same way. Videos are for people to watch: nothing computes on them"
        ),
    )
    leave_voicemail = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_(
            "Leave a message on a voicemail, once for each interview: the employer's name and the call-back number, "
            "nothing about an application"
        ),
    )
    sends_reminders = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Candidates who were invited and have not begun after two days get one reminder"),
    )
    sends_thanks = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Candidates are thanked after the interview, and told what happens next"),
    )
    sms_first = models.BooleanField(
        _("SMS first"),
        default=False,
        db_default=False,
        help_text=_("Messages go as SMS where the candidate's number and consent allow it, otherwise by mail"),
    )
    blind_review = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Hiring managers see scores and recommendation only after they have scored the answers or decided"),
    )
    keep_recordings_days = job_period("keep_recordings_days")
    keep_videos_days = job_period("keep_videos_days")
    keep_answers_days = job_period("keep_answers_days")
    keep_resumes_days = job_period("keep_resumes_days")
    keep_candidates_days = job_period("keep_candidates_days")
    is_open = models.BooleanField(default=True, help_text=_("No candidate is called for a closed job"))
    questions_status = models.CharField(
        max_length=10, choices=QuestionsStatus.choices, default=QuestionsStatus.NONE, editable=False
    )
    questions_error = models.TextField(blank=True, editable=False)
    question_count = models.PositiveSmallIntegerField(
        default=DEFAULT_QUESTION_COUNT, editable=False, help_text=_("Number of questions requested")
    )

    objects = models.Manager.from_queryset(JobQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "job"
        permissions = [("view_all_jobs", "Can view all jobs and their candidates, not only those with a membership")]
        constraints = [
            models.CheckConstraint(
                condition=Q(hire_at__gte=F("consider_at")), name="hire_threshold_not_below_consider"
            ),
            models.CheckConstraint(
                condition=Q(callback_number="") | Q(callback_number__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="job_callback_number_is_e164",
            ),
            models.CheckConstraint(condition=Q(minimum_coverage__range=(0, 1)), name="coverage_is_a_share"),
            models.CheckConstraint(condition=Q(channels__len__gt=0), name="job_has_a_channel"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title_to_say(self) -> str:
        return self.spoken_title or title_in_words(self.title)

    @property
    def usual_channel(self) -> Channel:
        """The channel of interviews that are planned without a channel."""
        return next(channel for channel in Channel if channel in self.channels)

    @property
    def approved_questions(self) -> "QuestionSet | None":
        return self._latest_question_set(QuestionSet.Status.APPROVED)

    @property
    def draft_questions(self) -> "QuestionSet | None":
        return self._latest_question_set(QuestionSet.Status.DRAFT)

    def _latest_question_set(self, status: str) -> "QuestionSet | None":
        """Sorts in Python, so that prefetched sets need no query per job."""
        question_sets = [question_set for question_set in self.question_sets.all() if question_set.status == status]
        return max(question_sets, key=lambda question_set: question_set.version, default=None)

    def request_questions(self, question_count: int = DEFAULT_QUESTION_COUNT) -> None:
        """Queue the writing of questions. `questions_status` shows the progress. No effect while it is pending."""
        with transaction.atomic():
            self.refresh_from_db(from_queryset=JobDescription.objects.select_for_update())
            if self.questions_status == self.QuestionsStatus.PENDING:
                return
            status = self.QuestionsStatus.PENDING
            self.update_fields(
                questions_status=status, question_count=question_count, questions_error="", retry_at=None, tries=0
            )
            WRITE_QUESTIONS.defer(self.pk)

    def set_questions_error(self, reason: str) -> None:
        self.release(questions_status=self.QuestionsStatus.FAILED, questions_error=reason)

    def add_draft(
        self,
        questions: Sequence[QuestionContent],
        *,
        source: str,
        eligibility: Sequence[EligibilityQuestion] | None = None,
        **origin: Any,
    ) -> "QuestionSet":
        """Add the next version as a draft. An existing draft is retired.

        `eligibility`: None keeps the eligibility questions of the version before.
        """
        linked_questions = link_to_bank(questions, self.language)
        with transaction.atomic():
            JobDescription.objects.select_for_update().get(pk=self.pk)
            kept = self.current_eligibility() if eligibility is None else list(eligibility)
            self.question_sets.filter(status=QuestionSet.Status.DRAFT).update(status=QuestionSet.Status.RETIRED)
            latest_version = self.question_sets.aggregate(latest=Max("version"))["latest"] or 0
            draft = self.question_sets.create(
                version=latest_version + 1,
                language=self.language,
                source=source,
                questions=linked_questions,
                eligibility=kept,
                **origin,
            )
            self.release(questions_status=self.QuestionsStatus.READY, questions_error="")
        return draft

    def current_eligibility(self) -> list[EligibilityQuestion]:
        """The eligibility questions of the draft, or else of the approved set."""
        current_sets = self.question_sets.filter(status__in=[QuestionSet.Status.DRAFT, QuestionSet.Status.APPROVED])
        newest = current_sets.order_by("-version").first()
        return newest.eligibility if newest else []

    def add_member(self, user: User, *, by: str, may_see_contact_data: bool = False) -> JobMembership:
        """Make the user a member. A membership that exists stays as it is."""
        origin = {"added_by": by, "may_see_contact_data": may_see_contact_data}
        return self.memberships.get_or_create(user=user, defaults=origin)[0]


class QuestionSetQuerySet(models.QuerySet["QuestionSet"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The question sets of the jobs that the viewer may see."""
        return with_visible_job(self, viewer)


class QuestionSet(BaseModel):
    """One version of a job's questions. Only a draft may be edited.

    A database trigger rejects every other change but the step from approved to retired (migration 0003).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        APPROVED = "approved", _("Approved")
        RETIRED = "retired", _("Retired")

    job = models.ForeignKey(JobDescription, on_delete=models.CASCADE, related_name="question_sets")
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    source = models.CharField(max_length=100, help_text=_("Who wrote it: a model, the question composer, a person"))
    prompt_hash = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    approved_by = models.CharField(max_length=150, blank=True, editable=False)
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approval_reason = models.CharField(
        max_length=field_limits.MAX_REASON_LENGTH,
        blank=True,
        editable=False,
        help_text=_("Why questions on subjects that employers must not ask about were approved"),
    )
    questions = records_field(
        QuestionSpec, help_text=_("A list of {text, competency, weight, max_seconds, follow_ups, good_answer}")
    )

    eligibility = records_field(
        EligibilityQuestion,
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Questions about requirements, asked before the others and never scored"),
    )
    refused = records_field(
        RefusedQuestion,
        default=list,
        db_default=[],
        editable=False,
        help_text=_("What the model wrote and is not asked, with the reason"),
    )

    objects = QuestionSetQuerySet.as_manager()

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

    @property
    def warnings(self) -> list[QuestionWarning]:
        """The questions on subjects that employers must not ask about."""
        texts = [question.text for question in self.questions]
        good_answers = [question.good_answer for question in self.questions]
        return question_warnings(texts, self.language, good_answers=good_answers)

    @property
    def eligibility_warnings(self) -> list[EligibilityWarning]:
        """Warnings of eligibility questions on unlawful topics."""
        warnings = question_warnings([question.text for question in self.eligibility], self.language)
        return [EligibilityWarning(warning.position, warning.topics) for warning in warnings]

    @property
    def all_warnings(self) -> list[QuestionWarning]:
        return [*self.warnings, *self.eligibility_warnings]

    def approve(self, *, by: str, reason: str = "") -> Self:
        """Approve this draft and retire the approved set. `reason`: for questions with warnings. Idempotent."""
        with transaction.atomic():
            job = JobDescription.objects.select_for_update().get(pk=self.job_id)
            self.refresh_from_db()
            if self.status == self.Status.APPROVED:
                return self
            if self.status == self.Status.RETIRED:
                raise InvalidTransition(gettext("A newer version replaced these questions. Approve the newer version."))
            job.question_sets.filter(status=self.Status.APPROVED).update(status=self.Status.RETIRED)
            self.update_fields(
                status=self.Status.APPROVED, approved_by=by, approved_at=timezone.now(), approval_reason=reason
            )
            job.update_fields(questions_status=JobDescription.QuestionsStatus.APPROVED)
        return self
