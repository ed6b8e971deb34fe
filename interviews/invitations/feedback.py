"""Stores the feedback of a candidate about their interview."""

from django.utils.translation import gettext, gettext_noop

from interviews.models import Feedback, Interview, lock_interview
from screener.models import InvalidTransition

MAX_WORDS = 1000
NOT_OVER = gettext_noop("Your interview is not over yet. Come back after it.")
NOT_HELD = gettext_noop("This interview did not take place, so that there is nothing to say of it.")
HELD = (
    *(Interview.Outcome.COMPLETE, Interview.Outcome.PARTIAL, Interview.Outcome.TOO_LITTLE),
    *(Interview.Outcome.DECLINED, Interview.Outcome.PERSON_REQUESTED, Interview.Outcome.BY_CANDIDATE),
    Interview.Outcome.NOT_ELIGIBLE,
)
"""The outcomes of interviews that their candidates can speak of."""


def save_feedback(interview: Interview, *, clear: int, fair: int, words: str) -> Feedback:
    """Keep the feedback of this interview, in place of an earlier one. Raises InvalidTransition before its end."""
    with lock_interview(interview):
        if interview.is_live:
            raise InvalidTransition(gettext(NOT_OVER))
        if interview.outcome not in HELD:
            raise InvalidTransition(gettext(NOT_HELD))
        values = {"job": interview.job, "clear": clear, "fair": fair, "words": words[:MAX_WORDS]}
        return Feedback.objects.update_or_create(interview=interview, defaults=values)[0]


def feedback_of(interview: Interview) -> Feedback | None:
    return Feedback.objects.filter(interview=interview).first()
