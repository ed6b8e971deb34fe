"""The phone call that an attempt is held over. Its transitions are in `transitions/call.py`."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from screener.models import BaseModel

SID_LENGTH = 64
ONE_LIVE_CALL = "one_live_call_per_number"


class Call(BaseModel):
    """The phone side of an attempt, as the carrier reports it."""

    class Status(models.TextChoices):
        PLANNED = "", _("Not placed yet")
        QUEUED = "queued", _("Queued")
        INITIATED = "initiated", _("Initiated")
        RINGING = "ringing", _("Ringing")
        IN_PROGRESS = "in-progress", _("In progress")
        COMPLETED = "completed", _("Completed")
        BUSY = "busy", _("Busy")
        NO_ANSWER = "no-answer", _("No answer")
        FAILED = "failed", _("Failed")
        CANCELED = "canceled", _("Canceled")

    ENDED: ClassVar[dict[str, str]] = {
        Status.COMPLETED: "HUNG_UP",
        Status.BUSY: "BUSY",
        Status.NO_ANSWER: "NO_ANSWER",
        Status.FAILED: "CARRIER_ERROR",
        Status.CANCELED: "CARRIER_ERROR",
    }
    """The outcome of an attempt whose call ended so, unless the conversation had come to its own end."""

    REASONS: ClassVar[dict[str, str]] = {
        Status.COMPLETED: gettext_noop("The line went before the conversation was over."),
        Status.BUSY: gettext_noop("The line was busy."),
        Status.NO_ANSWER: gettext_noop("Nobody answered."),
        Status.FAILED: gettext_noop("The carrier could not put the call through."),
        Status.CANCELED: gettext_noop("The call was called off before anybody answered."),
    }

    UNANSWERED: ClassVar[set[str]] = ENDED.keys() - {Status.COMPLETED}

    REACHED: ClassVar[set[str]] = {
        Status.RINGING,
        Status.IN_PROGRESS,
        Status.COMPLETED,
        Status.BUSY,
        Status.NO_ANSWER,
    }
    """The carrier has reached the number: it rang, or was busy."""

    ORDER = ["", "queued", "initiated", "ringing", "in-progress", *ENDED]

    attempt = models.OneToOneField("interviews.Attempt", on_delete=models.CASCADE, related_name="call")
    number = models.CharField(max_length=16)
    twilio_sid = models.CharField(max_length=SID_LENGTH, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, blank=True)
    answered_by = models.CharField(max_length=24, blank=True)
    sequence = models.IntegerField(default=-1, help_text=_("The highest sequence number seen"))
    error_code = models.CharField(max_length=10, blank=True)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=5, null=True, blank=True)
    price_unit = models.CharField(max_length=3, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_polled_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["twilio_sid"], condition=~Q(twilio_sid=""), name="twilio_sid_is_unique"),
            models.UniqueConstraint(fields=["number"], condition=Q(ended_at__isnull=True), name=ONE_LIVE_CALL),
        ]
        indexes = [
            models.Index(fields=["number"], name="calls_to_a_number"),
            models.Index(fields=["ended_at"], condition=Q(price__isnull=True), name="calls_without_price"),
        ]

    @classmethod
    def create_received(cls, attempt: BaseModel, *, number: str, sid: str) -> "Call":
        """Add the call that the candidate makes for this attempt. It is answered at once."""
        return cls.objects.create(attempt_id=attempt.pk, number=number, twilio_sid=sid, status=cls.Status.IN_PROGRESS)

    def __str__(self) -> str:
        return self.twilio_sid or gettext("not placed")

    def set_price(self, price: str | None, unit: str) -> None:
        """Save the price. The carrier knows it some time after the end; None: not known yet, poll again later."""
        if price:
            self.update_fields(price=price, price_unit=unit)
