"""The phone call that an attempt is held over."""

from typing import Any, ClassVar

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from interviews.task_handles import ASSIGN_CAPACITY, HANG_UP
from screener.db.constraints import violates_constraint
from screener.models import BaseModel

SID_LENGTH = 64
ONE_LIVE_CALL = "one_live_call_per_number"


class Call(BaseModel):
    """The phone side of an attempt, as the carrier tells it."""

    class Status(models.TextChoices):
        PLANNED = "", "Not placed yet"
        QUEUED = "queued", "Queued"
        INITIATED = "initiated", "Initiated"
        RINGING = "ringing", "Ringing"
        IN_PROGRESS = "in-progress", "In progress"
        COMPLETED = "completed", "Completed"
        BUSY = "busy", "Busy"
        NO_ANSWER = "no-answer", "No answer"
        FAILED = "failed", "Failed"
        CANCELED = "canceled", "Canceled"

    ENDED: ClassVar[dict[str, str]] = {
        Status.COMPLETED: "HUNG_UP",
        Status.BUSY: "BUSY",
        Status.NO_ANSWER: "NO_ANSWER",
        Status.FAILED: "CARRIER_ERROR",
        Status.CANCELED: "CARRIER_ERROR",
    }
    """How an attempt ended when its call ended so, unless the conversation had come to its own end."""

    REASONS: ClassVar[dict[str, str]] = {
        Status.COMPLETED: "The line went before the conversation was over.",
        Status.BUSY: "The line was busy.",
        Status.NO_ANSWER: "Nobody answered.",
        Status.FAILED: "The carrier could not put the call through.",
        Status.CANCELED: "The call was called off before anybody answered.",
    }

    UNANSWERED: ClassVar[set[str]] = ENDED.keys() - {Status.COMPLETED}

    ORDER = ["", "queued", "initiated", "ringing", "in-progress", *ENDED]

    attempt = models.OneToOneField("interviews.Attempt", on_delete=models.CASCADE, related_name="call")
    number = models.CharField(max_length=16)
    twilio_sid = models.CharField(max_length=SID_LENGTH, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, blank=True)
    answered_by = models.CharField(max_length=24, blank=True)
    sequence = models.IntegerField(default=-1, help_text="The highest sequence number seen")
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

    def __str__(self) -> str:
        return self.twilio_sid or "not placed"

    def match_or_adopt_sid(self, sid: str) -> bool:
        """Whether this is the call that the carrier means. The first to tell us its id is believed."""
        if not self.twilio_sid and 0 < len(sid) <= SID_LENGTH and not Call.objects.filter(twilio_sid=sid).exists():
            self.update_fields(twilio_sid=sid)
            if self.ended_at:
                self._reopen_if_possible()
            # Called off before the carrier had told us its id, or no longer the one that counts.
            if self.ended_at or not self.attempt.interview.is_live:
                HANG_UP.defer(self.attempt.pk)
        return bool(sid) and self.twilio_sid == sid

    def _reopen_if_possible(self) -> None:
        """The carrier was believed not to have this call, and now tells of it.

        It goes on, unless there is another one by now, for this interview or to this number.
        """
        if not self.attempt.interview.is_live or self.attempt.has_successor:
            return
        try:
            with transaction.atomic():
                self.update_fields(ended_at=None, status=self.Status.PLANNED)
        except IntegrityError as error:
            if not violates_constraint(error, ONE_LIVE_CALL):
                raise
            self.refresh_from_db(fields=["ended_at", "status"])
        else:
            self.attempt.reopen()

    def apply_status(self, status: str, *, sequence: int | None = None, why: str = "", **details: Any) -> None:
        """What the carrier says of the call now. Late and repeated news change nothing; an ended call stays ended.

        `why`: what went wrong with it, in a sentence. Call it with the attempt held.
        """
        if self.ended_at or (sequence is not None and sequence <= self.sequence):
            return
        if self.ORDER.index(status) < self.ORDER.index(self.status):
            status = self.status  # asking takes longer than telling
        ended = status in self.ENDED
        known = {key: value for key, value in details.items() if value not in ("", None)}
        self.update_fields(
            status=status,
            sequence=self.sequence if sequence is None else sequence,
            ended_at=timezone.now() if ended else None,
            **known,
        )
        if ended:
            ASSIGN_CAPACITY.defer()
            reason = f"{self.REASONS[status]} {why}".strip()
            self.attempt.end(self.attempt.Outcome[self.ENDED[status]], reason=reason)

    def set_price(self, price: str | None, unit: str) -> None:
        """What it cost is known some time after it has ended. Asked for and not known yet: asked again later."""
        if price:
            self.update_fields(price=price, price_unit=unit)

    def mark_never_placed(self, outcome: str, *, reason: str) -> None:
        """The carrier refused it, or is known not to have got it."""
        if not self.ended_at:
            self.update_fields(status=self.Status.FAILED, ended_at=timezone.now())
            ASSIGN_CAPACITY.defer()
            self.attempt.end(outcome, reason=reason)
