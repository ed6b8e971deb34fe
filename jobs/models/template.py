"""Interview templates: versions of slots, fixed questions and settings from which jobs are filled."""

from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jobs.bank.interview_types import USUAL_MIXES, InterviewType
from jobs.eligibility.question import EligibilityQuestion
from jobs.field_limits import MAX_QUESTIONS, MAX_REASON_LENGTH
from jobs.models.job import JobDescription, QuestionSet
from jobs.models.membership import with_visible_job
from jobs.templates.eligibility import TemplateEligibility, asked_in, eligibility_languages
from jobs.templates.parts import TemplatePart, fixed_languages, usual_parts
from jobs.unlawful_questions import EligibilityWarning, QuestionWarning, find_topics
from screener.access.viewer import Viewer
from screener.db.record_field import records_field
from screener.language_tag import primary_tag
from screener.models import AppendOnly, BaseModel

MAX_NAME_LENGTH, MAX_SEED_LENGTH = 200, 64
MAX_PARTS = 3 * MAX_QUESTIONS
"""Fixed questions are written once per language."""
JOB_SETTINGS = (
    "channels",
    "consent_required",
    "answer_pause_seconds",
    "takes_allowed",
    "preparation_seconds",
    "record_video",
    "leave_voicemail",
    "max_attempts",
    "attempt_spacing",
    "sends_reminders",
    "sends_thanks",
    "sms_first",
    "blind_review",
)
"""The settings of a job that a template may have."""
CONTENT = ("parts", "eligibility", "rubric", *JOB_SETTINGS)
"""The fields of a version that an edit may change."""


def _optional(name: str) -> Any:
    """Return a copy of the job's field that may be null: the job then keeps its own value."""
    field = JobDescription._meta.get_field(name)
    _, _, arguments, options = field.deconstruct()  # type: ignore[union-attr]
    inherited = {key: options[key] for key in options if key not in ("default", "db_default")}
    return type(field)(*arguments, **inherited | {"null": True, "blank": True})


class TemplateQuerySet(models.QuerySet["Template"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """All templates: they belong to the organisation, and name neither a candidate nor a job."""
        return self

    def with_current_version(self) -> Self:
        """Prefetch only the newest version of each template."""
        newest = TemplateVersion.objects.order_by("template_id", "-number").distinct("template_id")
        return self.prefetch_related(models.Prefetch("versions", newest, to_attr="newest_versions"))


class Template(BaseModel):
    """A template for the interviews of many jobs. Its versions hold the questions. It is never deleted."""

    name = models.CharField(max_length=MAX_NAME_LENGTH)
    interview_type = models.CharField(max_length=10, choices=InterviewType.choices, default=InterviewType.MIXED)
    in_use = models.BooleanField(default=True, help_text=_("Offered for jobs"))
    starter_key = models.CharField(
        max_length=40, null=True, blank=True, unique=True, editable=False, help_text="Of a template of the product"
    )

    objects = models.Manager.from_queryset(TemplateQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "interview template"
        constraints = [models.UniqueConstraint(Lower("name"), name="template_name_is_unique")]

    def __str__(self) -> str:
        """The name. That of a template of the product is translated."""
        return gettext(self.name) if self.starter_key else self.name

    @property
    def current_version(self) -> "TemplateVersion":
        """The newest version, as it was prefetched or as it is now."""
        prefetched: list[TemplateVersion] = getattr(self, "newest_versions", [])
        return prefetched[0] if prefetched else self.versions.order_by("-number")[0]

    def add_first_version(self, *, by: str) -> "TemplateVersion":
        """Begin with the usual slots for the type of interview."""
        return self.add_version(by=by, parts=usual_parts(USUAL_MIXES[self.interview_type]))

    def add_version(self, *, by: str, note: str = "", **changes: Any) -> "TemplateVersion":
        """Add a version with these changes of `CONTENT`, and return it. Without a change the newest one is returned."""
        with transaction.atomic():
            Template.objects.select_for_update().get(pk=self.pk)
            newest = self.versions.order_by("-number").first()
            content = (newest.content if newest else {}) | changes
            if newest and content == newest.content:
                return newest
            self.update_fields()  # for `updated_at`
            number = newest.number + 1 if newest else 1
            return self.versions.create(number=number, author=by, note=note, **content)


class TemplateVersion(AppendOnly):
    """Questions, rubric and settings. A database trigger rejects every change (migration of this table).

    `eligibility`: for jobs that have no eligibility questions. Where a setting is null, the job keeps its own.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    author = models.CharField(max_length=150, editable=False)
    note = models.CharField(
        max_length=MAX_REASON_LENGTH, blank=True, help_text=_("What was changed and why, for your colleagues")
    )
    parts = records_field(TemplatePart)
    eligibility = records_field(TemplateEligibility, default=list, db_default=[], blank=True)
    rubric: Any = models.JSONField(null=True, blank=True)
    channels = _optional("channels")
    consent_required = _optional("consent_required")
    answer_pause_seconds = _optional("answer_pause_seconds")
    takes_allowed = _optional("takes_allowed")
    preparation_seconds = _optional("preparation_seconds")
    record_video = _optional("record_video")
    leave_voicemail = _optional("leave_voicemail")
    max_attempts = _optional("max_attempts")
    attempt_spacing = _optional("attempt_spacing")
    sends_reminders = _optional("sends_reminders")
    sends_thanks = _optional("sends_thanks")
    sms_first = _optional("sms_first")
    blind_review = _optional("blind_review")

    class Meta:
        ordering = ["template", "-number"]
        verbose_name = "template version"
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_is_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="template_versions_count_from_1"),
            models.CheckConstraint(
                condition=Q(channels__isnull=True) | Q(channels__len__gt=0), name="template_channels_not_empty"
            ),
            models.CheckConstraint(condition=Q(parts__0__isnull=False), name="template_has_a_part"),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"

    @property
    def content(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in CONTENT}

    @property
    def job_fields(self) -> dict[str, Any]:
        """The fields of a job that the version sets."""
        return {name: own for name in ("rubric", *JOB_SETTINGS) if (own := getattr(self, name)) is not None}

    @property
    def languages(self) -> list[str]:
        """The languages in which all own questions of the template are written; empty without own questions."""
        written = [tags for tags in (fixed_languages(self.parts), eligibility_languages(self.eligibility)) if tags]
        return sorted(set.intersection(*map(set, written))) if written else []

    def is_written_in(self, language: str) -> bool:
        return language in self.languages or not (fixed_languages(self.parts) or self.eligibility)

    def eligibility_in(self, language: str) -> list[EligibilityQuestion]:
        return asked_in(self.eligibility, language)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of a job by name, None where the job keeps its own."""
        return {name: getattr(self, name) for name in JOB_SETTINGS}

    @property
    def warnings(self) -> list[QuestionWarning]:
        """The fixed questions on subjects that employers must not ask about, by the position of their part."""
        topics = [(position, find_topics(part.text, part.language)) for position, part in enumerate(self.parts)]
        return [QuestionWarning(position, names) for position, names in topics if names]

    @property
    def eligibility_warnings(self) -> list[EligibilityWarning]:
        """The eligibility questions on such subjects, by their position among those of all languages."""
        topics = [
            (place, find_topics(question.text, question.language)) for place, question in enumerate(self.eligibility)
        ]
        return [EligibilityWarning(place, names) for place, names in topics if names]


class TemplateUseQuerySet(models.QuerySet["TemplateUse"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The uses for jobs that the viewer may see."""
        return with_visible_job(self, viewer)


class TemplateUse(AppendOnly):
    """A job was filled from a version. The seed repeats the choice of questions."""

    job = models.ForeignKey(JobDescription, on_delete=models.CASCADE, related_name="template_uses")
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="uses")
    question_set = models.OneToOneField(QuestionSet, on_delete=models.CASCADE, related_name="template_use")
    seed = models.CharField(max_length=MAX_SEED_LENGTH)
    actor = models.CharField(max_length=150)

    objects = models.Manager.from_queryset(TemplateUseQuerySet)()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.job}: {self.version}"

    @property
    def leaves_out_eligibility(self) -> bool:
        """Whether the job kept eligibility questions of its own instead of those of the version."""
        wanted = self.version.eligibility_in(primary_tag(self.question_set.language))
        return bool(wanted) and self.question_set.eligibility != wanted
