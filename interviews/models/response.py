"""What was asked, what was answered, and what the answer is worth."""

import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils import timezone

from interviews.conversation import engine
from interviews.models.event import event_kind
from interviews.models.interview import Interview
from interviews.records import CriterionRecord, SpeechMetrics
from interviews.task_handles import ASSESS, CONCLUDE, FETCH_AUDIO, TRANSCRIBE
from screener.db.record_field import record_field, records_field
from screener.models import AppendOnly, InvalidTransition, LeasableManager, LeasableModel, LeasableQuerySet


def private_storage() -> Any:
    return storages["private"]


class ResponseQuerySet(LeasableQuerySet["InterviewResponse"]):
    def skip_open(self, *, reason: str) -> list[dict[str, Any]]:
        """Nobody will answer what is still open among these, all of one interview. Returns the history of that.

        Call it under the interview's lock.
        """
        still_open = list(self.filter(status__in=InterviewResponse.OPEN))
        if still_open:
            these = self.filter(pk__in=[one.pk for one in still_open])
            skipped = InterviewResponse.Status.SKIPPED
            these.update(status=skipped, status_reason=reason, updated_at=timezone.now())
        return [one.moved(to=InterviewResponse.Status.SKIPPED, reason=reason) for one in still_open]


class InterviewResponse(LeasableModel):
    class Status(models.TextChoices):
        PLANNED = "planned", "Not asked yet"
        ASKED = "asked", "Asked"
        ANSWERED = "answered", "Answered"
        TRANSCRIBED = "transcribed", "Transcribed"
        ASSESSED = "assessed", "Assessed"
        SILENT = "silent", "Silent"
        TOO_SHORT = "too_short", "Too short"
        SKIPPED = "skipped", "Skipped"
        AUDIO_LOST = "audio_lost", "Audio lost"
        UNINTELLIGIBLE = "unintelligible", "Unintelligible"
        MODEL_UNAVAILABLE = "model_unavailable", "Could not be scored"

    OPEN = (Status.PLANNED, Status.ASKED)
    IN_WORK = (Status.ANSWERED, Status.TRANSCRIBED)
    UNSAID = (*OPEN, Status.SILENT, Status.SKIPPED)
    SETTLED_BY_US = (Status.AUDIO_LOST, Status.UNINTELLIGIBLE, Status.MODEL_UNAVAILABLE)

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="responses")
    position = models.PositiveSmallIntegerField()
    question = models.TextField()
    competency = models.CharField(max_length=200, blank=True)
    weight = models.FloatField(default=1)
    max_seconds = models.PositiveSmallIntegerField(default=120)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="follow_ups")
    status = models.CharField(max_length=18, choices=Status.choices, default=Status.PLANNED)
    status_reason = models.TextField(blank=True)
    transcript = models.TextField(blank=True)
    transcript_source = models.CharField(max_length=40, blank=True)
    transcript_confidence = models.FloatField(null=True, blank=True)
    transcript_times = models.JSONField(null=True, blank=True)
    measures = record_field(SpeechMetrics, help_text="How it was spoken: information, never part of a score")

    objects = models.Manager.from_queryset(ResponseQuerySet)()

    class Meta:
        ordering = ["interview", "position"]
        constraints = [
            models.UniqueConstraint(fields=["interview", "position"], name="one_response_per_position"),
        ]
        indexes = [
            models.Index(
                fields=["updated_at"], condition=Q(status__in=["answered", "transcribed"]), name="responses_in_work"
            ),
        ]

    def __str__(self) -> str:
        return f"Question {self.position + 1}"

    @property
    def is_settled(self) -> bool:
        return self.status not in self.OPEN + self.IN_WORK

    @property
    def chosen_take(self) -> "Recording | None":
        return next((take for take in self.takes.all() if take.chosen), None)

    @property
    def current_assessment(self) -> "Assessment | None":
        """None while it is scored again, or where that failed. Found among prefetched ones: a list is one query."""
        assessed = self.status == self.Status.ASSESSED
        return next((one for one in self.assessments.all() if one.is_current), None) if assessed else None

    @property
    def has_failed(self) -> bool:
        """Whether there is no score by our doing: something broke, or what came of it cannot be relied on."""
        found = self.current_assessment
        return self.status in self.SETTLED_BY_US or (found is not None and found.score is None)

    def ask(self) -> None:
        if self.status == self.Status.PLANNED:
            self._move(self.Status.ASKED)

    def take(self, recording: "Recording") -> None:
        """This recording is the answer."""
        if self.status not in self.OPEN:
            raise InvalidTransition(f"Question {self.position + 1} already has its answer.")
        if not recording.chosen:
            recording.update_fields(chosen=True)
        self._move(self.Status.ANSWERED)
        recording.pass_on()

    def came_after_all(self, recording: "Recording") -> None:
        """This take is there, though the answer was believed lost, or the interview was closed without it."""
        lost = self.status == self.Status.AUDIO_LOST and recording.chosen
        late = self.status == self.Status.SKIPPED and recording.is_usable
        if not (lost or late) or self.interview.status in (Interview.Status.FAILED, Interview.Status.CANCELLED):
            return
        if not recording.chosen:
            recording.update_fields(chosen=True)
        self._move(self.Status.ANSWERED, reason="The answer came late.")
        if not self.interview.is_live:
            self.interview.reopen_result(actor="carrier", reason="An answer came late.")

    def take_back(self, *, reason: str) -> None:
        """Nobody was asked after all: a machine had answered. The question costs nothing and is asked again."""
        if self.status != self.Status.PLANNED:
            self.takes.filter(chosen=True).update(chosen=False)
            self.assessments.filter(is_current=True).update(is_current=False)
            forgotten = {
                "transcript": "",
                "transcript_source": "",
                "transcript_confidence": None,
                "transcript_times": None,
                "measures": None,
            }
            self._move(self.Status.PLANNED, reason=reason, **forgotten)

    def transcribed(
        self, text: str, *, source: str, confidence: float | None, times: Any, measures: SpeechMetrics | None = None
    ) -> None:
        self._guard(self.Status.ANSWERED)
        self._move(
            self.Status.TRANSCRIBED,
            transcript=text,
            transcript_source=source,
            transcript_confidence=confidence,
            transcript_times=times,
            measures=measures,
        )

    def assessed(self, **assessment: Any) -> "Assessment":
        """Add the assessment that counts from now on."""
        self._guard(self.Status.TRANSCRIBED)
        self.assessments.filter(is_current=True).update(is_current=False)
        added = self.assessments.create(**assessment)
        self._move(self.Status.ASSESSED)
        return added

    def settle(self, status: str, *, reason: str) -> None:
        """No score will come of this answer, by the candidate's doing or by ours. Settling twice changes nothing."""
        if self.is_settled:
            return
        self._move(status, reason=reason)

    def try_again(self) -> None:
        """Take the answer up again where it failed, or score the same words again. What was found before stays visible.

        Where there is nothing to take up (silence, a skipped question) nothing changes.
        """
        take = self.takes.filter(chosen=True).first()
        if self.transcript and self.status in (self.Status.ASSESSED, self.Status.MODEL_UNAVAILABLE):
            self._move(self.Status.TRANSCRIBED)
            ASSESS.defer(self.pk)
        elif take and self.status in self.SETTLED_BY_US:
            self._move(self.Status.ANSWERED)
            take.try_again()

    def moved(self, *, to: str, reason: str) -> dict[str, Any]:
        """A move from where it is now, as the history tells it."""
        kind, data = event_kind("response", to), {"position": self.position}
        return {"kind": kind, "before": self.status, "after": to, "reason": reason, "data": data}

    def _guard(self, needed: str) -> None:
        if self.status != needed:
            raise InvalidTransition(f"Question {self.position + 1} is {self.status}, not {needed}.")

    def _move(self, status: str, *, reason: str = "", **changes: Any) -> None:
        """Call it under the interview's lock."""
        moved = self.moved(to=status, reason=reason)
        self.release(status=status, status_reason=reason, **changes)
        self.interview.remember(**moved)
        if self.is_settled and not self.interview.is_live and not self._is_waited_for():
            CONCLUDE.defer(self.interview_id)

    def _is_waited_for(self) -> bool:
        """Whether there are others without which the interview can't be concluded."""
        unsettled = self.interview.responses.filter(status__in=self.OPEN + self.IN_WORK)
        return unsettled.exclude(pk=self.pk).exists()


def share(some: Iterable[InterviewResponse], total: float) -> Decimal:
    """How much of the questions, by weight, these are. A decimal, as three fifths are less than 0.6 in floats."""
    return Decimal(str(round(sum(one.weight for one in some) / total, 3))) if total else Decimal(0)


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

    response = models.ForeignKey(InterviewResponse, on_delete=models.CASCADE, related_name="takes")
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
    def was_denied(self) -> bool:
        """Whether the carrier said that there is no audio, and nobody has looked."""
        return self.status == self.Status.ABSENT and not self.tries

    def available(self, *, seconds: int | None) -> None:
        """The carrier has the audio ready, whatever it said before. Hearing it again changes nothing.

        `seconds`: its length without the silence at its ends, which was not known when the caller had just given it.
        """
        denied = self.was_denied
        if self.status == self.Status.EXPECTED or denied:
            self.update_fields(
                status=self.Status.AVAILABLE, seconds=self.seconds if seconds is None else seconds, error=""
            )
            if self.ended != self.Ended.REPEAT:
                FETCH_AUDIO.defer(self.pk)
                if denied or not self.chosen:
                    self.response.came_after_all(self)

    def denied(self, *, reason: str) -> None:
        """The carrier says that it has no audio. What it said to have is looked for all the same."""
        if self.status == self.Status.EXPECTED:
            self.lost(reason=reason)

    def put_away(self, audio: bytes) -> str:
        """Write the audio into our storage, which may take its time: call it without a lock. Returns its name."""
        return str(self.file.storage.save(recording_path(self, ""), ContentFile(audio)))

    def stored(self, file: str) -> None:
        """The audio is safe here, under this name."""
        self.release(file=file, status=self.Status.STORED, error="")

    def lost(self, *, reason: str) -> None:
        """There is no audio and there will be none."""
        if self.status in (self.Status.EXPECTED, self.Status.AVAILABLE):
            self.release(status=self.Status.ABSENT, error=reason, tries=self.tries)
            self.pass_on()

    def try_again(self) -> None:
        """Fetch what was given up, or hand what is here to the next step once more."""
        if self.status == self.Status.ABSENT:
            self.release(status=self.Status.AVAILABLE, error="")
            FETCH_AUDIO.defer(self.pk)
        else:
            self.pass_on()

    def carrier_said(self, text: str, *, status: str) -> None:
        """The carrier's own transcription of this take."""
        if self.carrier_transcript_status in self.NOT_TRANSCRIBED_YET:
            self.update_fields(carrier_transcript=text, carrier_transcript_status=status)
            if self.chosen and self.status == self.Status.STORED:  # nobody waits for it before
                InterviewResponse.objects.filter(pk=self.response_id, retry_at__isnull=False).update(retry_at=None)
            self.pass_on()

    def pass_on(self) -> None:
        """Hand a chosen take to the next step, if it is ready for it."""
        if not self.chosen:
            return
        if self.status == self.Status.STORED:
            TRANSCRIBE.defer(self.response_id)
        elif self.status == self.Status.ABSENT:
            self.response.settle(InterviewResponse.Status.AUDIO_LOST, reason=self.error)


class Assessment(AppendOnly):
    """What one answer was found to be worth, by whom, and on which words that rests."""

    FROZEN_EXCEPT: ClassVar[frozenset[str]] = frozenset({"is_current"})

    response = models.ForeignKey(InterviewResponse, on_delete=models.CASCADE, related_name="assessments")
    is_current = models.BooleanField(default=True)
    score = models.DecimalField(max_digits=4, decimal_places=2, null=True, blank=True)
    criteria = records_field(
        CriterionRecord, default=list, help_text="Per criterion: score, weight, reason, evidence, flags"
    )
    feedback = models.TextField(blank=True)
    flags = models.JSONField(default=list)
    reason = models.TextField(blank=True, help_text="Why there is no score")
    rubric_version = models.CharField(max_length=64)
    model = models.CharField(max_length=100)
    label = models.CharField(max_length=100)
    prompt_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["response"], condition=Q(is_current=True), name="one_current_assessment"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 10)), name="score_from_0_to_10"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score if self.score is not None else 'no score'} by {self.label}"

    @property
    def shows_words(self) -> bool:
        """Whether words of the answer are shown for criteria that carry at least half of the rubric's weight."""
        quoted = [criterion.weight for criterion in self.criteria if criterion.quotes]
        return bool(quoted) and 2 * sum(quoted) >= sum(criterion.weight for criterion in self.criteria)
