"""The audio of one turn."""

import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q

from interviews.conversation import engine
from interviews.task_handles import FETCH_AUDIO, TRANSCRIBE
from screener.models import LeasableManager, LeasableModel


def private_storage() -> Any:
    return storages["private"]


def recording_path(recording: "Recording", _filename: str) -> str:
    interview = recording.response.interview
    return f"candidates/{interview.candidate_id}/{interview.pk}/{uuid.uuid4().hex}.wav"


class Recording(LeasableModel):
    """One take. The caller's action says that it exists and how it ended, the recording callback that it can be had."""

    class Status(models.TextChoices):
        EXPECTED = "expected", "Expected"
        AVAILABLE = "available", "At the carrier"
        STORED = "stored", "Stored"
        ABSENT = "absent", "Lost"

    class Ended(models.TextChoices):
        UNKNOWN = "", "Not known yet"
        PAUSE = "pause", "By a pause"
        KEY = "key", "By a key"
        REPEAT = "repeat", "To hear the question again"
        LIMIT = "limit", "At its limit"
        HANGUP = "hangup", "By hanging up"

    NOT_TRANSCRIBED_YET = ("", "in-progress")

    response = models.ForeignKey("interviews.InterviewResponse", on_delete=models.CASCADE, related_name="takes")
    attempt = models.ForeignKey("interviews.Attempt", on_delete=models.CASCADE, related_name="takes")
    turn = models.PositiveSmallIntegerField()
    sid = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.EXPECTED)
    ended = models.CharField(max_length=10, choices=Ended.choices, blank=True)
    seconds = models.PositiveIntegerField(null=True, blank=True)
    chosen = models.BooleanField(default=False)
    file = models.FileField(storage=private_storage, upload_to=recording_path, blank=True, max_length=255)
    error = models.TextField(blank=True)
    carrier_transcript = models.TextField(blank=True)
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
        ]

    def __str__(self) -> str:
        return f"Take at turn {self.turn}"

    @property
    def is_usable(self) -> bool:
        """Whether this may be an answer, for all that is known of it."""
        discarded = self.ended == self.Ended.REPEAT or self.attempt.outcome == self.attempt.Outcome.VOICEMAIL
        return not discarded and engine.may_be_answer(self.seconds)

    @property
    def was_reported_absent(self) -> bool:
        """Whether the carrier said that there is no audio, and nobody has looked."""
        return self.status == self.Status.ABSENT and not self.tries

    def mark_available(self, *, seconds: int | None) -> None:
        """The carrier has the audio ready, whatever it said before. Hearing it again changes nothing.

        `seconds`: its length without the silence at its ends, which was not known when the caller had just given it.
        """
        denied = self.was_reported_absent
        if self.status == self.Status.EXPECTED or denied:
            self.update_fields(
                status=self.Status.AVAILABLE, seconds=self.seconds if seconds is None else seconds, error=""
            )
            if self.ended != self.Ended.REPEAT:
                FETCH_AUDIO.defer(self.pk)
                if denied or not self.chosen:
                    self.response.accept_late_recording(self)

    def mark_absent_at_carrier(self, *, reason: str) -> None:
        """The carrier says that it has no audio. What it said to have is looked for all the same."""
        if self.status == self.Status.EXPECTED:
            self.mark_lost(reason=reason)

    def save_audio(self, audio: bytes) -> str:
        """Write the audio into our storage, which may take its time: call it without a lock. Returns its name."""
        return str(self.file.storage.save(recording_path(self, ""), ContentFile(audio)))

    def mark_stored(self, file: str) -> None:
        """The audio is safe here, under this name."""
        self.release(file=file, status=self.Status.STORED, error="")

    def mark_lost(self, *, reason: str) -> None:
        """There is no audio and there will be none."""
        if self.status in (self.Status.EXPECTED, self.Status.AVAILABLE):
            self.release(status=self.Status.ABSENT, error=reason, tries=self.tries)
            self.enqueue_next_step()

    def restart_work(self) -> None:
        """Fetch what was given up, or hand what is here to the next step once more."""
        if self.status == self.Status.ABSENT:
            self.release(status=self.Status.AVAILABLE, error="")
            FETCH_AUDIO.defer(self.pk)
        else:
            self.enqueue_next_step()

    def set_carrier_transcript(self, text: str, *, status: str) -> None:
        """The carrier's own transcription of this take."""
        if self.carrier_transcript_status in self.NOT_TRANSCRIBED_YET:
            self.update_fields(carrier_transcript=text, carrier_transcript_status=status)
            if self.chosen and self.status == self.Status.STORED:  # nobody waits for it before
                self.response.skip_postponement()
            self.enqueue_next_step()

    def enqueue_next_step(self) -> None:
        """Hand a chosen take to the next step, if it is ready for it."""
        if not self.chosen:
            return
        if self.status == self.Status.STORED:
            TRANSCRIBE.defer(self.response_id)
        elif self.status == self.Status.ABSENT:
            self.response.close_unscored(self.response.Status.AUDIO_LOST, reason=self.error)
