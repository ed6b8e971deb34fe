"""Lifting the refusals of a candidate."""

from django.db import transaction

from candidates.models import DoNotCall
from interviews.models.event import EventKind
from interviews.models.transitions.interview import lock_interview


@transaction.atomic
def lift_refusal(entry: DoNotCall, *, by: str, reason: str) -> None:
    """Lift an entry of the do-not-call list, and note it in the history of the interview that it came from.

    Raises InvalidTransition if the entry was lifted before.
    """
    entry.lift(by=by, reason=reason)
    if entry.interview:
        with lock_interview(entry.interview) as interview:
            interview.add_event(EventKind.REFUSAL_LIFTED, actor=by, reason=reason, refusal=entry.kind)
