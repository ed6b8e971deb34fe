"""Where a candidate stands for a job, as the desk groups and describes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from django.db import models
from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from interviews.conversation.engine import QUESTION_STAGES
from interviews.models import Attempt, Interview, WaitReason


class DeskState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    TALKING = "talking", "On the phone"
    ASSESSING = "assessing", "Being assessed"
    READY = "ready", "Ready"
    UNCLEAR = "unclear", "Unclear"
    ENDED = "ended", "Ended"


UNDER_WAY = (DeskState.WAITING, DeskState.TALKING, DeskState.ASSESSING)
"""States that change without a reviewer."""
FINISHED = (DeskState.READY, DeskState.UNCLEAR)
"""States with a result."""


def with_state(interviews: "QuerySet[Interview]") -> "QuerySet[Interview]":
    """Annotate `desk_state`."""
    live_attempts = Attempt.objects.live().filter(interview=OuterRef("pk"))
    cases = [
        When(Exists(live_attempts), status__in=Interview.LIVE, then=Value(DeskState.TALKING)),
        When(status__in=Interview.LIVE, then=Value(DeskState.WAITING)),
        When(result_status=Interview.ResultStatus.PENDING, then=Value(DeskState.ASSESSING)),
        When(result_status=Interview.ResultStatus.READY, then=Value(DeskState.READY)),
        When(result_status__in=Interview.NEEDS_A_PERSON, then=Value(DeskState.UNCLEAR)),
    ]
    return interviews.annotate(desk_state=Case(*cases, default=Value(DeskState.ENDED), output_field=models.CharField()))


@dataclass(frozen=True)
class Progress:
    """How far the questions of an interview are: their number, and how many of them are settled."""

    questions: int = 0
    settled: int = 0


@dataclass(frozen=True)
class StateText:
    """A state in words. `at`: the time that belongs between `text` and `detail`, such as that of the next call."""

    text: str
    at: datetime | None = None
    detail: str = ""


def describe_state(
    interview: Interview, state: DeskState, attempt: Attempt | None, progress: Progress, now: datetime
) -> StateText:
    """Describe the state. `attempt`: the last one."""
    match state:
        case DeskState.TALKING:
            return StateText(_describe_call(attempt, progress))
        case DeskState.WAITING:
            return _describe_wait(interview, attempt, now)
        case DeskState.ASSESSING:
            return StateText(f"Being assessed: {progress.settled} of {progress.questions} answers done")
        case DeskState.READY | DeskState.UNCLEAR:
            return StateText(f"Result {interview.get_result_status_display().lower()}", interview.completed_at)
        case DeskState.ENDED:
            return StateText(_describe_end(interview), interview.completed_at)
        case _:
            assert_never(state)


def _describe_call(attempt: Attempt | None, progress: Progress) -> str:
    if attempt is None or attempt.answered_at is None:
        return "Calling now"
    if attempt.stage in QUESTION_STAGES and attempt.position is not None:
        return f"Talking now: question {attempt.position + 1} of {progress.questions}"
    return "Talking now: introduction"


def _describe_wait(interview: Interview, attempt: Attempt | None, now: datetime) -> StateText:
    tries = f"{attempt.number} of {interview.job.max_attempts} attempts made" if attempt else ""
    is_usual = interview.wait_reason == WaitReason.ATTEMPT_SPACING
    reason = "" if is_usual else interview.get_wait_reason_display().lower()
    detail = ", ".join(part for part in (reason, tries) if part)
    due = interview.next_attempt_at
    if due is None or due <= now:
        return StateText("Call due now", None, detail)
    return StateText("Next call", due, detail)


def _describe_end(interview: Interview) -> str:
    outcome = interview.get_outcome_display()
    if interview.status == Interview.Status.CANCELLED:
        return outcome or interview.get_status_display()
    return f"Ended: {outcome.lower()}" if outcome else "Ended"
