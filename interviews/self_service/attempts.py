"""Attempts that the candidate opens, leaves and continues, at any moment and on any device.

One attempt of an interview is open at a time. While it is, no call is placed; the plan of the next call stays.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from interviews.calling.retries import plan_call_after_leaving
from interviews.conversation import engine
from interviews.models import (
    Attempt,
    EventKind,
    Interview,
    LockedAttempt,
    LockedInterview,
    lock_attempt,
    lock_interview,
)
from interviews.models.transitions.conversation import settle_lost_line
from interviews.models.transitions.interview import INTERVIEW_OVER, ChannelNotAllowed
from jobs.channels import Channel
from screener.models import InvalidTransition

CONTINUED_STAGES = engine.ELIGIBILITY_STAGES | engine.QUESTION_STAGES
MAX_ENDED_AT_ONCE = 200
ACTIVE_AGAIN_AFTER = timedelta(seconds=30)
"""Activity within this time after the last is not written."""

IN_A_CALL = gettext_noop("We are calling you at this moment, or speak with you. Take the call, or come back after it.")
SAVED_AND_LEFT = gettext_noop("The candidate left, to come back later.")
MOVED_ON = gettext_noop("The candidate continued on another channel.")
IDLE = gettext_noop("The candidate did nothing for a while.")


class InterviewOver(InvalidTransition):
    """The candidate acts too late: the interview is over."""


class InCall(InvalidTransition):
    """A call of this interview is being placed, rings or is under way. The candidate can't hold it twice at once."""


def open_attempt(interview: Interview, channel: Channel) -> Attempt:
    """Return the open attempt over this channel. The last one is continued, or another one is opened.

    An attempt that is open on another such channel ends: the candidate moves on. Raises InterviewOver, InCall or
    ChannelNotAllowed.
    """
    with lock_interview(interview) as locked_interview:
        if not interview.is_live:
            raise InterviewOver(gettext(INTERVIEW_OVER))
        if channel not in interview.job.channels:
            raise ChannelNotAllowed(channel)
        newest_attempt = interview.attempts.order_by("-number").first()
        if newest_attempt is None or newest_attempt.channel != channel:
            leave_for_other_channel(locked_interview)
            return _create_attempt(locked_interview, channel)
        if newest_attempt.is_live:
            return newest_attempt
        if may_continue(newest_attempt):
            LockedAttempt(newest_attempt, locked_interview).resume()
            return newest_attempt
        return _create_attempt(locked_interview, channel)


def may_continue(attempt: Attempt) -> bool:
    """Whether this attempt, the newest of its interview, goes on with the candidate's next input."""
    return attempt.is_live or (attempt.outcome == attempt.Outcome.LEFT and attempt.stage in CONTINUED_STAGES)


def leave_for_other_channel(interview: LockedInterview) -> None:
    """End the open attempt, because the candidate goes on over another channel. Raises InCall during a call."""
    live_attempt = interview.row.attempts.live().first()
    if live_attempt is None:
        return
    if not live_attempt.is_self_service:
        raise InCall(gettext(IN_A_CALL))
    _end(LockedAttempt(live_attempt, interview), reason=MOVED_ON)


def leave_attempt(attempt_id: UUID) -> None:
    """The candidate goes, to come back later: the interview stays open, at the same question."""
    with lock_attempt(attempt_id) as attempt:
        _leave(attempt, reason=SAVED_AND_LEFT)


def note_activity(attempt_id: UUID) -> None:
    """Keep an attempt open whose candidate is at work, though no input has come."""
    now = timezone.now()
    is_old = Q(last_input_at__isnull=True) | Q(last_input_at__lt=now - ACTIVE_AGAIN_AFTER)
    Attempt.objects.opened_by_candidates().filter(is_old, pk=attempt_id).update(last_input_at=now)


def end_idle_attempts() -> None:
    """End the attempts whose candidates have gone without a word. They can continue them all the same."""
    idle_since = timezone.now() - settings.IDLE_ATTEMPT_AFTER
    last_activity = Greatest("created_at", "last_input_at")  # in PostgreSQL, GREATEST ignores NULL
    open_attempts = Attempt.objects.opened_by_candidates().alias(last_activity=last_activity)
    idle_ids = open_attempts.filter(last_activity__lt=idle_since).values_list("pk", flat=True)
    for attempt_id in list(idle_ids[:MAX_ENDED_AT_ONCE]):
        with lock_attempt(attempt_id) as attempt:
            if max(attempt.row.created_at, attempt.row.last_input_at or attempt.row.created_at) < idle_since:
                _leave(attempt, reason=IDLE)


def _leave(attempt: LockedAttempt, *, reason: str) -> None:
    if attempt.row.is_live:
        _end(attempt, reason=reason)
        plan_call_after_leaving(attempt.interview)


def _end(attempt: LockedAttempt, *, reason: str) -> None:
    """A recording that was to be confirmed is kept. A request to stop that was not confirmed is none."""
    if attempt.row.stage == engine.Stage.CHECK:
        settle_lost_line(attempt)
    attempt.end(Attempt.Outcome.LEFT, reason=reason)


def _create_attempt(interview: LockedInterview, channel: Channel) -> Attempt:
    """The attempt begins with the disclosure: who holds the link of the interview is its candidate."""
    attempt = interview.row.attempts.create(
        number=interview.row.attempts.count() + 1,
        channel=channel,
        direction=Attempt.Direction.INBOUND,
        stage=engine.Stage.CONSENT,
        resumed=interview.row.status == Interview.Status.IN_PROGRESS,
        send_before=timezone.now(),
    )
    interview.add_event(EventKind.ATTEMPT_OPENED, actor="candidate", attempt=str(attempt.pk), number=attempt.number)
    return attempt
