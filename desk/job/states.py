"""Where a candidate stands for a job, as the desk groups and describes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from interviews.conversation.engine import QUESTION_STAGES
from interviews.models import Attempt, Interview, WaitReason
from screener.labels import in_sentence


class DeskState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    TALKING = "talking", _("Under way")
    ASSESSING = "assessing", _("Being assessed")
    READY = "ready", _("Ready")
    UNCLEAR = "unclear", _("Unclear")
    ENDED = "ended", _("Ended")


UNDER_WAY = (DeskState.WAITING, DeskState.TALKING, DeskState.ASSESSING)
"""States that change without a reviewer."""
FINISHED = (DeskState.READY, DeskState.UNCLEAR)
"""States with a result."""


def with_state(interviews: "QuerySet[Interview]") -> "QuerySet[Interview]":
    """Annotate `desk_state`."""
    live_attempts = Attempt.objects.live().filter(interview=OuterRef("pk"))
    cases = [
        When(Q(status__in=Interview.LIVE) & Exists(live_attempts), then=Value(DeskState.TALKING)),
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
            return StateText(
                gettext("Being assessed: %(settled)s of %(questions)s answers done")
                % {"settled": progress.settled, "questions": progress.questions}
            )
        case DeskState.READY | DeskState.UNCLEAR:
            return StateText(_describe_result(interview), interview.completed_at)
        case DeskState.ENDED:
            return StateText(_describe_end(interview), interview.completed_at)
        case _:
            assert_never(state)


def _describe_result(interview: Interview) -> str:
    return gettext("Result %(status)s") % {"status": in_sentence(interview.get_result_status_display())}


def _describe_call(attempt: Attempt | None, progress: Progress) -> str:
    if attempt and attempt.is_self_service:
        return _describe_self_service(attempt, progress)
    if attempt is None or attempt.answered_at is None:
        return gettext("Calling now")
    if attempt.stage in QUESTION_STAGES and attempt.position is not None:
        return gettext("Talking now: question %(number)s of %(questions)s") % {
            "number": attempt.position + 1,
            "questions": progress.questions,
        }
    return gettext("Talking now: introduction")


def _describe_self_service(attempt: Attempt, progress: Progress) -> str:
    channel = in_sentence(attempt.get_channel_display())
    if attempt.stage in QUESTION_STAGES and attempt.position is not None:
        return gettext("Answering now, %(channel)s: question %(number)s of %(questions)s") % {
            "channel": channel,
            "number": attempt.position + 1,
            "questions": progress.questions,
        }
    return gettext("Reading the introduction now, %(channel)s") % {"channel": channel}


def _describe_wait(interview: Interview, attempt: Attempt | None, now: datetime) -> StateText:
    if interview.channel != Attempt.Channel.PHONE:
        return StateText(gettext("Waiting for the candidate"), None, in_sentence(interview.get_channel_display()))
    tries = (
        gettext("%(number)s of %(max_attempts)s attempts made")
        % {"number": attempt.number, "max_attempts": interview.job.max_attempts}
        if attempt
        else ""
    )
    is_usual = interview.wait_reason == WaitReason.ATTEMPT_SPACING
    reason = "" if is_usual else in_sentence(interview.get_wait_reason_display())
    detail = ", ".join(part for part in (reason, tries) if part)
    due = interview.next_attempt_at
    if interview.wait_reason == WaitReason.CAMPAIGN:
        return StateText(gettext("No call planned"), None, detail)
    if due is None or due <= now:
        return StateText(gettext("Call due now"), None, detail)
    if interview.is_held_without_call:
        return StateText(gettext("No call planned, waits until"), due, detail)
    return StateText(gettext("Next call"), due, detail)


def _describe_end(interview: Interview) -> str:
    outcome = interview.get_outcome_display()
    if interview.status == Interview.Status.CANCELLED:
        return outcome or interview.get_status_display()
    return gettext("Ended: %(outcome)s") % {"outcome": in_sentence(outcome)} if outcome else gettext("Ended")
