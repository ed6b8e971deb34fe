"""The answer of an interview to one eligibility question. It is kept apart from responses, because it is not scored."""

from typing import Self, cast

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from interviews.conversation import eligibility_question as spoken
from interviews.models.interview import Interview, visible_records
from jobs.eligibility.question import EligibilityQuestion
from screener.access.viewer import Viewer
from screener.db.record_field import record_field
from screener.models import BaseModel

MAX_VALUE_LENGTH = 100
MAX_REASON_LENGTH = 500


class EligibilityAnswerQuerySet(models.QuerySet["EligibilityAnswer"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The answers of the interviews that the viewer may see, without practice."""
        return cast(Self, visible_records(self, viewer))

    def open(self) -> Self:
        return self.filter(status__in=EligibilityAnswer.OPEN)


class EligibilityAnswer(BaseModel):
    class Status(models.TextChoices):
        PLANNED = "planned", _("Not asked yet")
        ASKED = "asked", _("Asked")
        ANSWERED = "answered", _("Answered")
        NOT_UNDERSTOOD = "not_understood", _("Not understood")
        DECLINED = "declined", _("Did not want to answer")
        NO_REPLY = "no_reply", _("No reply")
        NOT_REACHED = "not_reached", _("Interview over before")

    OPEN = (Status.PLANNED, Status.ASKED)
    FOR_A_PERSON = (Status.NOT_UNDERSTOOD, Status.DECLINED, Status.NO_REPLY)
    """Closed without a value, and left to a person. They do not count as a requirement that is not met."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="eligibility_answers")
    position = models.PositiveSmallIntegerField()
    question = record_field(EligibilityQuestion)
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.PLANNED)
    words = models.TextField(blank=True, help_text=_("What the candidate said, wrote or pressed, word for word"))
    value = models.CharField(
        max_length=MAX_VALUE_LENGTH,
        blank=True,
        help_text=_("What was understood: yes or no, a number, a date or an option"),
    )
    is_met = models.BooleanField(
        null=True, blank=True, help_text=_("Whether the value meets the requirement; empty: there is no value")
    )
    attempt = models.ForeignKey("interviews.Attempt", on_delete=models.SET_NULL, null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    corrected_by = models.CharField(max_length=150, blank=True)
    correction_reason = models.CharField(max_length=MAX_REASON_LENGTH, blank=True)

    objects = models.Manager.from_queryset(EligibilityAnswerQuerySet)()

    class Meta:
        ordering = ["interview", "position"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "position"], name="one_eligibility_answer_per_position"),
            models.CheckConstraint(
                condition=Q(status="answered", is_met__isnull=False) | (~Q(status="answered") & Q(is_met__isnull=True)),
                name="only_answers_meet_requirements",
            ),
        ]
        indexes = [
            models.Index(fields=["interview"], condition=Q(is_met=False), name="unmet_requirements"),
            models.Index(
                fields=["interview"],
                condition=Q(status__in=["not_understood", "declined", "no_reply"]),
                name="requirements_for_a_person",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Requirement %(number)s") % {"number": self.position + 1}

    def correct(self, value: str, *, is_met: bool, by: str, reason: str) -> None:
        """Set the value that a person entered. The candidate's words stay."""
        self.update_fields(
            status=self.Status.ANSWERED, value=value, is_met=is_met, corrected_by=by, correction_reason=reason
        )

    @property
    def asked_question(self) -> EligibilityQuestion:
        assert self.question is not None
        return self.question

    @property
    def spoken_question(self) -> spoken.EligibilityQuestion:
        """The question in the form of the conversation."""
        return as_spoken(self.asked_question, self.position)

    @property
    def value_text(self) -> str:
        return self.asked_question.describe_value(self.value) if self.value else ""

    @property
    def is_for_person(self) -> bool:
        return self.status in self.FOR_A_PERSON


def as_spoken(question: EligibilityQuestion, position: int) -> spoken.EligibilityQuestion:
    return spoken.EligibilityQuestion(
        position=position,
        text=question.text,
        kind=spoken.EligibilityKind(question.kind),
        is_knock_out=question.is_knock_out,
        accepted=tuple(question.accepted),
        options=tuple(question.options),
        unit=spoken.EligibilityUnit(question.unit),
        minimum=question.minimum,
        maximum=question.maximum,
        earliest=question.earliest,
        latest=question.latest,
    )
