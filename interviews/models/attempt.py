"""One try to hold an interview. Its transitions are in `transitions/`."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from interviews import channels
from interviews.conversation import engine
from interviews.models.interview import Interview
from interviews.models.recording import Recording
from jobs.channels import Channel
from screener.models import BaseModel


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def live(self) -> Self:
        """Attempts with a status of `Attempt.LIVE`."""
        return self.filter(ended_at__isnull=True)

    def in_a_call(self) -> Self:
        """Live attempts over a channel that we open: a call is being placed, rings or is under way."""
        return self.live().exclude(channel__in=Attempt.SELF_SERVICE)

    def opened_by_candidates(self) -> Self:
        """Live attempts over a channel that the candidate opens."""
        return self.live().filter(channel__in=Attempt.SELF_SERVICE)


class Attempt(BaseModel):
    Channel = Channel

    class Status(models.TextChoices):
        """Where an attempt stands. It follows from `answered_at` and `ended_at`; a column would be a second truth."""

        PENDING = "pending", _("Not answered yet")
        IN_PROGRESS = "in_progress", _("Under way")
        ENDED = "ended", _("Ended")

    class Direction(models.TextChoices):
        OUTBOUND = "outbound", _("We called")
        INBOUND = "inbound", _("The candidate called")

    class Outcome(models.TextChoices):
        ANSWERED = "answered", pgettext_lazy("call", "Answered")
        NO_ANSWER = "no_answer", _("No answer")
        BUSY = "busy", _("Busy")
        VOICEMAIL = "voicemail", _("Voicemail")
        HUNG_UP = "hung_up", _("Hung up")
        INVALID_NUMBER = "invalid_number", _("Invalid number")
        CARRIER_ERROR = "carrier_error", _("Carrier error")
        CALL_LATER = "call_later", _("Asked to be called later")
        NOT_HERE = "not_here", _("Candidate was not there")
        LEFT = "left", _("Left; can be continued")
        UNKNOWN = "unknown", _("Unknown: the carrier may have acted")

    SELF_SERVICE = (Channel.ROOM, Channel.TEXT)
    """The channels that the candidate opens, leaves and opens again. On the others we call."""

    LIVE = (Status.PENDING, Status.IN_PROGRESS)
    NEVER_HELD = (Outcome.INVALID_NUMBER, Outcome.CARRIER_ERROR)
    MAY_BE_MACHINE = ("", Outcome.HUNG_UP, Outcome.CALL_LATER, Outcome.NOT_HERE)
    """Outcomes that a machine's words may have had. The carrier may report the machine afterwards."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.PHONE)
    direction = models.CharField(
        max_length=8, choices=Direction.choices, default=Direction.OUTBOUND, db_default=Direction.OUTBOUND
    )
    stage = models.CharField(max_length=12, default=engine.Stage.OPENING)
    turn = models.PositiveIntegerField(default=0)
    silences = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("The question that was asked last"))
    resumed = models.BooleanField(default=False)
    slow = models.BooleanField(
        default=False, db_default=False, help_text=_("The candidate asked for slower speech, or needs more time")
    )
    pause_seconds = models.PositiveSmallIntegerField(
        default=engine.USUAL_PAUSE_SECONDS,
        db_default=engine.USUAL_PAUSE_SECONDS,
        help_text=_("The silence that ends an answer, as the interview had it when the attempt began"),
    )
    key_pressed = models.BooleanField(
        default=False, db_default=False, help_text=_("A key was pressed, as no machine does")
    )
    call_again_at = models.DateTimeField(
        null=True, blank=True, help_text=_("The time for the next call that the candidate asked for and was told")
    )
    progress = models.JSONField(null=True, blank=True, editable=False)
    """The `QuestionProgress` of the conversation."""
    outcome = models.CharField(max_length=14, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True)
    concerns_all = models.BooleanField(
        default=False, help_text=_("The carrier took no call at all, because of our account or a setting")
    )
    send_before = models.DateTimeField(help_text=_("After this moment the call is no longer placed"))
    answered_at = models.DateTimeField(null=True, blank=True)
    last_input_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    message_left_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("When a message was left on a voicemail")
    )
    apologised_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When something went wrong on our side and a call back was promised")
    )

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["interview", "number"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "number"], name="attempt_number_is_unique"),
            models.UniqueConstraint(
                fields=["interview"],
                condition=Q(message_left_at__isnull=False),
                name="one_voicemail_message_per_interview",
            ),
            models.UniqueConstraint(
                fields=["interview"], condition=Q(ended_at__isnull=True), name="one_live_attempt_per_interview"
            ),
        ]

    def __str__(self) -> str:
        return gettext("Attempt %(number)s") % {"number": self.number}

    @property
    def status(self) -> Status:
        if self.ended_at:
            return self.Status.ENDED
        return self.Status.IN_PROGRESS if self.answered_at else self.Status.PENDING

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def is_self_service(self) -> bool:
        return self.channel in self.SELF_SERVICE

    @property
    def question_progress(self) -> engine.QuestionProgress:
        return engine.QuestionProgress(**(self.progress or {}))

    @property
    def channel_service(self) -> channels.Channel:
        return channels.get_channel(self.channel)

    @property
    def has_successor(self) -> bool:
        """Whether the interview has a later attempt."""
        return self.interview.attempts.filter(number__gt=self.number).exists()

    @property
    def is_missing_last_recording(self) -> bool:
        """Whether the attempt ended while an answer was awaited, and no recording of that answer was reported."""
        if self.is_live or self.stage not in engine.RECORDING_STAGES or not self.interview.is_live:
            return False
        hung_up = Q(turn=self.turn - 1, ended=Recording.Ended.HANGUP)
        return not self.recordings.filter(hung_up | Q(turn=self.turn)).exists()
