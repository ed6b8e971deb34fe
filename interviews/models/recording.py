"""The audio of one turn: columns and queries. Its transitions are in `transitions/answer.py`."""

import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candidates.models import private_folder
from interviews.conversation import engine
from interviews.models.interview import Interview
from interviews.models.no_answer import NoAnswer
from screener.encryption.fields import EncryptedTextField
from screener.models import LeasableManager, LeasableModel


def private_storage() -> Any:
    return storages["private"]


def interview_folder(interview: Interview) -> str:
    """The folder in private storage that holds the recordings of this interview, and no other file."""
    return f"{private_folder(interview.candidate_id)}/{interview.pk}"


def recording_path(recording: "Recording", _filename: str) -> str:
    return f"{interview_folder(recording.response.interview)}/{uuid.uuid4().hex}.wav"


class Recording(LeasableModel):
    """The turn's input reports that the recording exists and how it ended; the callback, that it is available."""

    class Status(models.TextChoices):
        EXPECTED = "expected", _("Expected")
        AVAILABLE = "available", _("At the carrier")
        STORED = "stored", _("Stored")
        ABSENT = "absent", _("Lost")
        ERASED = "erased", _("Erased")

    class Ended(models.TextChoices):
        UNKNOWN = "", _("Not known yet")
        PAUSE = "pause", _("By a pause")
        KEY = "key", _("By a key")
        REPEAT = "repeat", _("To hear the question again")
        LIMIT = "limit", _("At its limit")
        HANGUP = "hangup", _("By hanging up")

    SETTLED = (Status.STORED, Status.ERASED)
    NOT_TRANSCRIBED_YET = ("", "in-progress")

    response = models.ForeignKey("interviews.InterviewResponse", on_delete=models.CASCADE, related_name="recordings")
    attempt = models.ForeignKey("interviews.Attempt", on_delete=models.CASCADE, related_name="recordings")
    turn = models.PositiveSmallIntegerField()
    continues = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="continuations",
        help_text=_("The recording that was cut off at its limit, and whose end this one is; its audio has both"),
    )
    sid = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.EXPECTED)
    ended = models.CharField(max_length=10, choices=Ended.choices, blank=True)
    request = models.CharField(
        max_length=20,
        choices=NoAnswer.choices,
        blank=True,
        db_default="",
        default="",
        help_text=_("What the candidate said in place of an answer"),
    )
    seconds = models.PositiveIntegerField(null=True, blank=True)
    chosen = models.BooleanField(default=False)
    file = models.FileField(storage=private_storage, upload_to=recording_path, blank=True, max_length=255)
    error = models.TextField(blank=True)
    carrier_transcript = EncryptedTextField(blank=True)
    carrier_transcript_status = models.CharField(max_length=20, blank=True)
    deleted_at_carrier = models.DateTimeField(null=True, blank=True)

    objects = LeasableManager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "turn"], name="one_take_per_turn"),
            models.UniqueConstraint(fields=["sid"], condition=~Q(sid=""), name="recording_sid_is_unique"),
            models.UniqueConstraint(fields=["response"], condition=Q(chosen=True), name="one_chosen_take_per_response"),
        ]
        indexes = [
            models.Index(
                fields=["updated_at"], condition=Q(status__in=["expected", "available"]), name="takes_in_work"
            ),
            models.Index(fields=["created_at"], condition=~Q(status="erased"), name="kept_recordings"),
        ]

    def __str__(self) -> str:
        return gettext("Recording of turn %(turn)s") % {"turn": self.turn}

    @property
    def is_usable(self) -> bool:
        """Whether this may be an answer, by its length and its end."""
        was_asked_again = bool(self.request) or self.ended == self.Ended.REPEAT
        is_discarded = was_asked_again or self.attempt.outcome == self.attempt.Outcome.VOICEMAIL
        return not is_discarded and engine.may_be_answer(self.seconds)

    @property
    def was_reported_absent(self) -> bool:
        """Whether the carrier reported that there is no audio, and it was never fetched."""
        return self.status == self.Status.ABSENT and not self.tries

    def save_audio(self, audio_bytes: bytes) -> str:
        """Write the audio into private storage and return its name there. It may take long: hold no lock meanwhile."""
        return str(self.file.storage.save(recording_path(self, ""), ContentFile(audio_bytes)))
