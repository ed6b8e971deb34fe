"""What was asked, what was answered, and what the answer is worth."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from interviews.models.assessment import Assessment
from interviews.models.event import EventKind, event_kind
from interviews.models.interview import Interview
from interviews.models.recording import Recording
from interviews.records import SpeechMetrics
from interviews.task_handles import ASSESS, CONCLUDE
from screener.db.record_field import record_field
from screener.models import InvalidTransition, LeasableModel, LeasableQuerySet


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
        return [one.transition_event(to=InterviewResponse.Status.SKIPPED, reason=reason) for one in still_open]

    def waiting_for_person(self) -> Self:
        """Transcribed answers without a score, of results that need a person and on which nobody has decided."""
        unscored = Assessment.objects.filter(response=OuterRef("pk"), is_current=True, score__isnull=True)
        statuses = (InterviewResponse.Status.TRANSCRIBED, InterviewResponse.Status.MODEL_UNAVAILABLE)
        waiting = Q(status__in=statuses) | Q(Exists(unscored), status=InterviewResponse.Status.ASSESSED)
        return self.filter(waiting, interview__in=Interview.objects.needing_attention()).exclude(transcript="")


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
    SCORABLE = (Status.TRANSCRIBED, Status.ASSESSED, Status.MODEL_UNAVAILABLE)

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
    def chosen_recording(self) -> Recording | None:
        return next((take for take in self.takes.all() if take.chosen), None)

    @property
    def current_assessment(self) -> Assessment | None:
        """None while it is scored again, or where that failed. Found among prefetched ones: a list is one query."""
        assessed = self.status == self.Status.ASSESSED
        return next((one for one in self.assessments.all() if one.is_current), None) if assessed else None

    @property
    def has_score(self) -> bool:
        current = self.current_assessment
        return current is not None and current.score is not None

    @property
    def has_failed(self) -> bool:
        """Whether there is no score by our doing: something broke, or what came of it cannot be relied on."""
        found = self.current_assessment
        return self.status in self.SETTLED_BY_US or (found is not None and found.score is None)

    def mark_asked(self) -> None:
        if self.status == self.Status.PLANNED:
            self._move(self.Status.ASKED)

    def accept_recording(self, recording: Recording) -> None:
        """This recording is the answer."""
        if self.status not in self.OPEN:
            raise InvalidTransition(f"Question {self.position + 1} already has its answer.")
        if not recording.chosen:
            recording.update_fields(chosen=True)
        self._move(self.Status.ANSWERED)
        recording.enqueue_next_step()

    def accept_late_recording(self, recording: Recording) -> None:
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

    def reset_to_planned(self, *, reason: str) -> None:
        """Nobody was asked after all: a machine had answered. The question costs nothing and is asked again."""
        if self.status != self.Status.PLANNED:
            self.takes.filter(chosen=True).update(chosen=False)
            self.assessments.filter(is_current=True).update(is_current=False)
            forgotten: dict[str, Any] = {
                "transcript": "",
                "transcript_source": "",
                "transcript_confidence": None,
                "transcript_times": None,
                "measures": None,
            }
            self._move(self.Status.PLANNED, reason=reason, **forgotten)

    def save_transcript(
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

    def add_assessment(self, *, actor: str = "screener", **assessment: Any) -> Assessment:
        """Add the assessment that counts from now on."""
        self._guard(self.Status.TRANSCRIBED)
        return self._replace_assessment(actor, **assessment)

    def add_person_assessment(self, *, actor: str, **assessment: Any) -> Assessment:
        """Add a person's assessment. It counts where there is no score, and is a second opinion elsewhere."""
        if self.status not in self.SCORABLE or not self.transcript:
            raise InvalidTransition(f"Question {self.position + 1} has no transcript that can be scored.")
        if not self.has_score:
            return self._replace_assessment(actor, **assessment)
        opinion = self.assessments.create(is_current=False, role=Assessment.Role.SECOND_OPINION, **assessment)
        self._queue_score_event(EventKind.RESPONSE_SECOND_OPINION, opinion, actor=actor, reason="")
        return opinion

    def choose_assessment(self, chosen: Assessment, *, actor: str, reason: str) -> None:
        """Let another assessment of this response count from now on."""
        self._guard(self.Status.ASSESSED)
        if chosen.score is None or chosen.is_current:
            raise InvalidTransition(f"The score of question {self.position + 1} can't be replaced by this one.")
        self.assessments.filter(is_current=True).update(is_current=False)
        chosen.update_fields(is_current=True)
        self._queue_score_event(EventKind.RESPONSE_SCORE_CHOSEN, chosen, actor=actor, reason=reason)
        self.interview.reopen_result(actor=actor, reason=reason)

    def _replace_assessment(self, actor: str, **assessment: Any) -> Assessment:
        self.assessments.filter(is_current=True).update(is_current=False)
        added = self.assessments.create(**assessment)
        self._move(self.Status.ASSESSED, actor=actor)
        return added

    def _queue_score_event(self, kind: EventKind, assessment: Assessment, *, actor: str, reason: str) -> None:
        data = {"position": self.position, "assessment": str(assessment.pk)}
        self.interview.queue_event(kind=kind, actor=actor, reason=reason, data=data)

    def close_unscored(self, status: str, *, reason: str) -> None:
        """No score will come of this answer, by the candidate's doing or by ours. Settling twice changes nothing."""
        if self.is_settled:
            return
        self._move(status, reason=reason)

    def skip_postponement(self) -> None:
        """Let the step that was postponed run now."""
        type(self).objects.filter(pk=self.pk, retry_at__isnull=False).update(retry_at=None)

    def restart_work(self) -> None:
        """Take the answer up again where it failed, or score the same words again. What was found before stays visible.

        Where there is nothing to take up (silence, a skipped question) nothing changes.
        """
        take = self.takes.filter(chosen=True).first()
        if self.status == self.Status.TRANSCRIBED:
            self.skip_postponement()
            ASSESS.defer(self.pk)
        elif self.transcript and self.status in (self.Status.ASSESSED, self.Status.MODEL_UNAVAILABLE):
            self._move(self.Status.TRANSCRIBED)
            ASSESS.defer(self.pk)
        elif take and self.status in self.SETTLED_BY_US:
            self._move(self.Status.ANSWERED)
            take.restart_work()

    def transition_event(self, *, to: str, reason: str) -> dict[str, Any]:
        """A move from where it is now, as the history tells it."""
        kind, data = event_kind("response", to), {"position": self.position}
        return {"kind": kind, "before": self.status, "after": to, "reason": reason, "data": data}

    def _guard(self, needed: str) -> None:
        if self.status != needed:
            raise InvalidTransition(f"Question {self.position + 1} is {self.status}, not {needed}.")

    def _move(self, status: str, *, actor: str = "screener", reason: str = "", **changes: Any) -> None:
        """Call it under the interview's lock."""
        moved = self.transition_event(to=status, reason=reason) | {"actor": actor}
        self.release(status=status, status_reason=reason, **changes)
        self.interview.queue_event(**moved)
        if self.is_settled and not self.interview.is_live and not self._has_unsettled_siblings():
            self._conclude_interview()

    def _conclude_interview(self) -> None:
        if self.interview.result_status in Interview.NEEDS_A_PERSON:
            self.interview.reopen_result(actor="screener", reason="The last answer that waited is settled.")
        else:
            CONCLUDE.defer(self.interview_id)

    def _has_unsettled_siblings(self) -> bool:
        """Whether there are others without which the interview can't be concluded."""
        unsettled = self.interview.responses.filter(status__in=self.OPEN + self.IN_WORK)
        return unsettled.exclude(pk=self.pk).exists()


def weighted_coverage(some: Iterable[InterviewResponse], total: float) -> Decimal:
    """How much of the questions, by weight, these are. A decimal, as three fifths are less than 0.6 in floats."""
    return Decimal(str(round(sum(one.weight for one in some) / total, 3))) if total else Decimal(0)
