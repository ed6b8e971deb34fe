"""The interview: its states, and the only ways in which they change."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from math import ceil
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from interviews.channels import get_channel
from interviews.models.event import EventKind, InterviewEvent, event_kind
from interviews.task_handles import CONCLUDE, DIAL
from interviews.wait_reason import CAPACITY_REASONS, WaitReason
from screener.models import InvalidTransition, LeasableModel, LeasableQuerySet

SOON_SECONDS = 30
ONE_LIVE_INTERVIEW = "one_live_interview_per_candidate_and_job"
NO_NEXT_ATTEMPT: dict[str, Any] = {"next_attempt_at": None, "wait_reason": "", "waiting_for": "", "dial_slot_at": None}
UNASKED = "The interview was over before this question was answered."

P = ParamSpec("P")
R = TypeVar("R")


def verb(method: "Callable[Concatenate[Interview, P], R]") -> "Callable[Concatenate[Interview, P], R]":
    """One transition: the row is locked and read afresh, then guard, change and history, all or nothing."""

    @functools.wraps(method)
    def run(self: "Interview", *args: P.args, **kwargs: P.kwargs) -> R:
        with self.locked():
            return method(self, *args, **kwargs)

    return cast("Callable[Concatenate[Interview, P], R]", run)


class InterviewQuerySet(LeasableQuerySet["Interview"]):
    def needing_attention(self) -> Self:
        """Those whose result waits for a person: until it is mended, or somebody has decided with it before them."""
        waiting = self.filter(result_status__in=Interview.NEEDS_A_PERSON)
        return waiting.exclude(decisions__result__is_current=True)

    def to_decide(self) -> Self:
        """Those with a recommendation, on which nobody has decided yet."""
        return self.filter(result_status=Interview.ResultStatus.READY, decisions__isnull=True)


InterviewManager = models.Manager.from_queryset(InterviewQuerySet)


class ScreeningManager(InterviewManager["Interview"]):
    """Leaves out practice, which only its candidate sees.

    Related managers, such as `candidate.interviews`, inherit this; a foreign key leads to practice all the same.
    """

    def get_queryset(self) -> InterviewQuerySet:
        return cast(InterviewQuerySet, super().get_queryset().exclude(purpose=Interview.Purpose.PRACTICE))


class Interview(LeasableModel):
    class Purpose(models.TextChoices):
        SCREENING = "screening", "Screening"
        PRACTICE = "practice", "Practice"

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        IN_PROGRESS = "in_progress", "In progress"
        COMPLETED = "completed", "Completed"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Outcome(models.TextChoices):
        COMPLETE = "complete", "Complete"
        PARTIAL = "partial", "Partial"
        UNREACHED = "unreached", "Not reached"
        DECLINED = "declined", "Declined"
        OPTED_OUT = "opted_out", "Asked not to be called again"
        WRONG_PERSON = "wrong_person", "Wrong person"
        NOT_PERMITTED = "not_permitted", "Not permitted"
        TOO_LITTLE = "too_little", "Too few answers"
        EXPIRED = "expired", "Expired"
        BY_HR = "by_hr", "Cancelled by HR"
        BY_CANDIDATE = "by_candidate", "Cancelled by the candidate"
        BY_CLIENT = "by_client", "Cancelled over the API"

    class ResultStatus(models.TextChoices):
        NONE = "none", "None"
        PENDING = "pending", "Being assessed"
        READY = "ready", "Ready"
        INCOMPLETE = "incomplete", "Incomplete"
        NEEDS_REVIEW = "needs_review", "Needs review"

    LIVE = (Status.PENDING, Status.IN_PROGRESS)
    NEEDS_A_PERSON = (ResultStatus.INCOMPLETE, ResultStatus.NEEDS_REVIEW)
    OUTCOMES_OF = {
        Status.COMPLETED: {Outcome.COMPLETE, Outcome.PARTIAL},
        Status.FAILED: {
            Outcome.UNREACHED,
            Outcome.DECLINED,
            Outcome.OPTED_OUT,
            Outcome.WRONG_PERSON,
            Outcome.NOT_PERMITTED,
            Outcome.TOO_LITTLE,
            Outcome.EXPIRED,
        },
        Status.CANCELLED: {Outcome.BY_HR, Outcome.BY_CANDIDATE, Outcome.BY_CLIENT},
    }

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="interviews")
    job = models.ForeignKey("jobs.JobDescription", on_delete=models.PROTECT, related_name="interviews")
    question_set = models.ForeignKey("jobs.QuestionSet", on_delete=models.PROTECT, related_name="interviews")
    campaign = models.ForeignKey(
        "interviews.Campaign", on_delete=models.SET_NULL, null=True, blank=True, related_name="interviews"
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.SCREENING)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PENDING, db_index=True)
    outcome = models.CharField(max_length=14, choices=Outcome.choices, blank=True)
    outcome_reason = models.TextField(blank=True)
    result_status = models.CharField(max_length=12, choices=ResultStatus.choices, default=ResultStatus.NONE)
    language = models.CharField(max_length=10, default="en")
    scheduled_for = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True, db_index=True)
    dial_slot_at = models.DateTimeField(null=True, blank=True, editable=False, db_column="turn_at")
    waiting_for = models.TextField(blank=True, help_text="Why the next call is not made now")
    wait_reason = models.CharField(
        max_length=20, choices=WaitReason.choices, blank=True, default="", db_default="", editable=False
    )
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)

    objects = ScreeningManager()
    all_objects = InterviewManager()
    """For the work on interviews: calls, answers and results, whatever their purpose."""

    _holding = False
    _history: list[InterviewEvent]

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "job"],
                condition=Q(status__in=["pending", "in_progress"], purpose="screening"),
                name=ONE_LIVE_INTERVIEW,
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=["pending", "in_progress"], outcome="")
                    | Q(status="completed", outcome__in=["complete", "partial"])
                    | Q(status="cancelled", outcome__in=["by_hr", "by_candidate", "by_client"])
                    | Q(
                        status="failed",
                        outcome__in=[
                            "unreached",
                            "declined",
                            "opted_out",
                            "wrong_person",
                            "not_permitted",
                            "too_little",
                            "expired",
                        ],
                    )
                ),
                name="interview_outcome_fits_its_status",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["pending", "in_progress"], next_attempt_at__isnull=False),
                name="interviews_due",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=["pending", "in_progress"], next_attempt_at__isnull=True),
                name="interviews_in_a_call",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(status__in=["pending", "in_progress"], wait_reason__in=CAPACITY_REASONS),
                name="waiting_for_capacity",
            ),
            models.Index(fields=["completed_at"], condition=Q(result_status="pending"), name="interviews_to_conclude"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} for {self.job}"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this row, read afresh, to the end of the transaction. What hangs on it is changed under this lock."""
        if self._holding:
            yield
            return
        with transaction.atomic():
            self.refresh_from_db(from_queryset=Interview.all_objects.select_for_update(of=("self",)))
            with self.held():
                yield

    @contextmanager
    def held(self) -> Iterator[None]:
        """For whoever has read this row with its lock: what follows needs no lock of its own.

        The history of it is written at its end, in one statement.
        """
        self._holding, self._history = True, []
        try:
            yield
            InterviewEvent.insert(self._history)
        finally:
            self._holding, self._history = False, []

    def add_event(self, kind: EventKind, *, actor: str = "screener", reason: str = "", **data: Any) -> None:
        """Something happened that changed no state of the interview itself."""
        self.queue_event(kind=kind, actor=actor, reason=reason, data=data)

    def queue_event(self, **event: Any) -> None:
        """Add this to the history, in the order in which it is told."""
        happened = InterviewEvent(interview=self, **event)
        if self._holding:
            self._history.append(happened)
        else:
            happened.save()

    def _move(self, kind: EventKind, status: str, *, actor: str, reason: str, **changes: Any) -> None:
        before = self.status
        self.update_fields(status=status, **changes)
        self.queue_event(
            kind=kind,
            actor=actor,
            before=before,
            after=status,
            reason=reason,
            data={key: str(value) for key, value in changes.items() if key in ("outcome", "result_status")},
        )

    @verb
    def begin(self, *, actor: str = "candidate") -> None:
        """The candidate has consented. Saying it again in a later attempt changes nothing."""
        if self.status == self.Status.IN_PROGRESS:
            return
        if self.status != self.Status.PENDING:
            raise InvalidTransition(f"This interview is {self.get_status_display().lower()}; it can't begin any more.")
        self._move(
            EventKind.INTERVIEW_BEGUN, self.Status.IN_PROGRESS, actor=actor, reason="", started_at=timezone.now()
        )

    @verb
    def void_consent(self, *, reason: str) -> None:
        """What seemed to consent was no person: back to where nobody has consented yet."""
        if self.status == self.Status.IN_PROGRESS:
            self._move(
                EventKind.INTERVIEW_VOIDED, self.Status.PENDING, actor="screener", reason=reason, started_at=None
            )

    @verb
    def schedule_next_attempt(self, when: datetime, *, wait_reason: str = "", reason: str = "") -> None:
        """Let the next call be due at `when`. `reason` explains the code `wait_reason` to people.

        A longer wait with the same code adds no event.
        """
        if not self.is_live:
            raise InvalidTransition("This interview is over; it can't be called again. Start a new one.")
        if reason and wait_reason != self.wait_reason:
            self.add_event(EventKind.INTERVIEW_WAITING, reason=reason, until=when.isoformat())
        self.update_fields(next_attempt_at=when, wait_reason=wait_reason, waiting_for=reason)
        seconds = (when - timezone.now()).total_seconds()
        if seconds < SOON_SECONDS:  # what is due later lies on this row until the sweep finds it (ENGINE)
            DIAL.defer(self.pk, delay=max(0, ceil(seconds)))

    def clear_next_attempt(self) -> None:
        """Let no call be due, for now."""
        self.update_fields(**NO_NEXT_ATTEMPT)

    @verb
    def finish(self, outcome: str, *, reason: str = "", actor: str = "screener") -> None:
        """The conversation is over, or will not take place. Final: whoever comes second changes nothing.

        What was not answered by now never is; answers that are in work are worked on to their end.
        """
        if not self.is_live:
            return
        status = next(status for status, outcomes in self.OUTCOMES_OF.items() if outcome in outcomes)
        now = timezone.now()
        completed = status == self.Status.COMPLETED
        self._move(
            event_kind("interview", status),
            status,
            actor=actor,
            reason=reason,
            outcome=outcome,
            outcome_reason=reason,
            result_status=self.ResultStatus.PENDING if completed else self.ResultStatus.NONE,
            completed_at=now,
            duration_seconds=int((now - self.started_at).total_seconds()) if self.started_at else None,
            **NO_NEXT_ATTEMPT,
        )
        for event in self.responses.skip_open(reason=UNASKED):
            self.queue_event(**event)
        if completed:
            CONCLUDE.defer(self.pk)

    @verb
    def cancel(self, outcome: str, *, actor: str, reason: str = "") -> None:
        """Called off. Unlike `finish`, asking it of an interview that is over is an error."""
        if not self.is_live:
            raise InvalidTransition(
                f"This interview is {self.get_status_display().lower()}; it can no longer be cancelled."
            )
        self.finish(outcome, actor=actor, reason=reason)
        if attempt := self.attempts.live().first():
            get_channel(attempt.channel).end_attempt(attempt.pk)

    @verb
    def set_result_status(self, result_status: str, *, reason: str) -> None:
        """There is a result, or it is known why there can be none yet."""
        if self.status != self.Status.COMPLETED:
            raise InvalidTransition("Only a completed interview has a result.")
        before = self.result_status
        self.release(result_status=result_status)
        self.queue_event(kind=event_kind("result", result_status), before=before, after=result_status, reason=reason)

    @verb
    def reopen_result(self, *, actor: str, reason: str) -> None:
        """Something that the result rests on is being done again: what it was so far is history."""
        if self.status != self.Status.COMPLETED:
            raise InvalidTransition("Only a completed interview can be scored again.")
        self.results.filter(is_current=True).update(is_current=False)
        self.release(result_status=self.ResultStatus.PENDING)
        self.add_event(EventKind.RESULT_REOPENED, actor=actor, reason=reason)
        CONCLUDE.defer(self.pk)
