"""The end of interviews that wait for their candidate: with the invitation, by the answers that were given."""

from datetime import timedelta

from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_noop

from interviews.models import Attempt, Interview, Invitation, LockedInterview, WaitReason, lock_interview
from interviews.models.invitations.invitation import DEFAULT_DAYS
from interviews.models.transitions.coverage import finish_by_coverage, hand_over
from jobs.channels import Channel

NO_CHOICE = gettext_noop("The candidate was invited, and chose neither a time nor a way before the invitation expired.")
NOT_FINISHED = gettext_noop("The candidate did not finish the interview in time.")
NOT_ADJUSTED = gettext_noop("The candidate asked for another way, and no one arranged it. Get in touch, then decide.")
WITHOUT_INVITATION = timedelta(days=DEFAULT_DAYS)
"""How long after the last input an interview stays open that a client holds step by step."""
MAX_ENDED_AT_ONCE = 200


def waits_for_choice(interview: Interview) -> bool:
    """Whether calls are held for the candidate, or for a reviewer on their behalf, as long as the invitation is open.

    A candidate who was invited and left is not called: they go on by their link.
    """
    if interview.wait_reason == WaitReason.LEFT_OPEN:
        return interview.invitations.exists()
    return interview.is_held_without_call


def end_wait(interview: LockedInterview) -> None:
    """Finish an interview whose time is over. Answers that were given count; without enough of them it is expired."""
    row = interview.row
    if row.wait_reason == WaitReason.ADJUSTMENT:
        hand_over(interview, reason=NOT_ADJUSTED, data={"why": WaitReason.ADJUSTMENT})
        return
    reason = NO_CHOICE if row.status == Interview.Status.PENDING else NOT_FINISHED
    finish_by_coverage(interview, reason=reason, too_little=Interview.Outcome.EXPIRED)


def expire_interviews() -> None:
    """Finish the interviews outside of the phone whose time is over. On the phone, the due call is the end."""
    for interview in overdue_interviews()[:MAX_ENDED_AT_ONCE]:
        with lock_interview(interview) as locked_interview:
            if overdue_interviews().filter(pk=interview.pk).exists():
                end_wait(locked_interview)


def overdue_interviews() -> QuerySet[Interview]:
    """Live interviews outside of the phone whose invitation has expired, or that were left without one.

    An interview whose candidate is at work is none of them.
    """
    ends = Invitation.objects.filter(interview=OuterRef("pk")).order_by().values("interview")
    inputs = Attempt.objects.filter(interview=OuterRef("pk")).order_by().values("interview")
    last_input_at = Subquery(inputs.annotate(last=Max(Greatest("created_at", "last_input_at"))).values("last"))
    end = Coalesce(
        Subquery(ends.annotate(end=Max("expires_at")).values("end")),
        Greatest(F("created_at"), last_input_at) + WITHOUT_INVITATION,
    )
    open_attempts = Attempt.objects.live().filter(interview=OuterRef("pk"))
    waiting = Interview.objects.live().filter(next_attempt_at__isnull=True).exclude(channel=Channel.PHONE)
    return waiting.filter(~Exists(open_attempts)).alias(end=end).filter(end__lte=timezone.now()).order_by("created_at")
