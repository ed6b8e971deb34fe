"""Personal questions: the questions of a job in the words of one candidate's resume."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from candidates.models import Candidate
from jobs.models import QuestionSet, with_visible_job
from jobs.question_checks import RefusedQuestion
from screener.access.viewer import Viewer
from screener.db.record_field import records_field
from screener.models import InvalidTransition, LeasableModel, LeasableQuerySet
from screener.records import QuestionSpec, Record

ONE_LIVE_SET = "one_live_personal_set_per_candidate_and_version"
NOT_READY = gettext_noop("These personal questions can't be approved. Their status: %(status)s.")
REPLACED = gettext_noop(
    "The questions of the job were replaced since these were written, so they are not used. Have new ones written."
)
NOT_LIVE = gettext_noop("These personal questions are not in use: %(status)s.")


class PersonalQuestion(Record):
    """A question of the set in other words. Competency, weight and limits are those of the question at `position`."""

    position: int
    text: str
    good_answer: str = ""


class RefusedPersonalQuestion(RefusedQuestion):
    """Words that are not used. The question at `position` keeps its own."""

    position: int


class PersonalQuestionsQuerySet(LeasableQuerySet["PersonalQuestions"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Those for the jobs that the viewer may see."""
        return with_visible_job(self, viewer, relation="question_set__job")

    def live(self) -> Self:
        return self.filter(status__in=PersonalQuestions.LIVE)

    def approved(self) -> Self:
        return self.filter(status=PersonalQuestions.Status.APPROVED)


class PersonalQuestions(LeasableModel):
    """A personal set for one candidate and one version of a job's questions. It holds the questions that differ.

    It is used once a person has approved it, in interviews that are planned from then on. Its words never change; a
    withdrawn set makes room for another one.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Being written")
        READY = "ready", _("To be approved")
        APPROVED = "approved", _("Approved")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        FAILED = "failed", _("Could not be written")

    LIVE = (Status.PENDING, Status.READY, Status.APPROVED)

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="personal_questions")
    question_set = models.ForeignKey(QuestionSet, on_delete=models.CASCADE, related_name="personal_questions")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    error = models.TextField(blank=True, help_text=_("Why there are no personal questions"))
    questions = records_field(PersonalQuestion, default=list, blank=True, help_text=_("The questions that differ"))
    refused = records_field(
        RefusedPersonalQuestion, default=list, blank=True, help_text=_("What the model wrote and is not asked")
    )
    source = models.CharField(max_length=100, blank=True, help_text=_("Who wrote them: a model"))
    prompt_hash = models.CharField(max_length=64, blank=True)
    resume_hash = models.CharField(max_length=64, blank=True, help_text=_("Of the resume that they were written from"))
    resume_is_cut = models.BooleanField(default=False, help_text=_("The model read the beginning of the resume only"))
    resume_instructs = models.BooleanField(default=False, help_text=_("The resume has words that address a model"))
    created_by = models.CharField(max_length=150)
    written_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=150, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(PersonalQuestionsQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "personal questions"
        verbose_name_plural = "personal questions"
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "question_set"],
                condition=Q(status__in=["pending", "ready", "approved"]),
                name=ONE_LIVE_SET,
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | (~Q(approved_by="") & Q(approved_at__isnull=False)),
                name="approved_personal_set_has_an_approver",
            ),
        ]
        indexes = [models.Index(fields=["updated_at"], condition=Q(status="pending"), name="personal_sets_to_write")]

    def __str__(self) -> str:
        return gettext("Personal questions for %(candidate)s") % {"candidate": self.candidate}

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def is_replaced(self) -> bool:
        """Whether the job has another approved version, with which these questions are not used."""
        return self.question_set.status != QuestionSet.Status.APPROVED

    def applied_to(self, questions: list[QuestionSpec]) -> list[QuestionSpec]:
        """Return the questions of the set with the personal words in their places. All else stays as it is."""
        worded = {entry.position: entry for entry in self.questions}
        return [
            question.model_copy(update={"text": entry.text, "good_answer": entry.good_answer or question.good_answer})
            if (entry := worded.get(position))
            else question
            for position, question in enumerate(questions)
        ]

    def set_written(self, **content: Any) -> None:
        self.release(status=self.Status.READY, written_at=timezone.now(), error="", **content)

    def set_failed(self, reason: str, **content: Any) -> None:
        self.release(status=self.Status.FAILED, error=reason, **content)

    def approve(self, *, by: str) -> None:
        """Use these questions in interviews that are planned from now on. Call it on a locked row. Idempotent."""
        if self.status == self.Status.APPROVED:
            return
        if self.status != self.Status.READY:
            raise InvalidTransition(gettext(NOT_READY) % {"status": self.get_status_display()})
        if self.is_replaced:
            raise InvalidTransition(gettext(REPLACED))
        self.update_fields(status=self.Status.APPROVED, approved_by=by, approved_at=timezone.now())

    def withdraw(self, *, by: str) -> None:
        """Use these questions no more. Planned interviews keep their words. Call it on a locked row. Idempotent."""
        if self.status == self.Status.WITHDRAWN:
            return
        if not self.is_live:
            raise InvalidTransition(gettext(NOT_LIVE) % {"status": self.get_status_display()})
        self.release(status=self.Status.WITHDRAWN, withdrawn_by=by, withdrawn_at=timezone.now())

    def blank(self, *, by: str) -> None:
        """Forget the words, which come from the resume. Call it on a locked row. Idempotent."""
        if self.is_live:
            self.withdraw(by=by)
        self.update_fields(questions=[], refused=[], error="", resume_hash="")
