"""Takes a turn of an attempt: applies an input and stores the reply."""

from collections.abc import Callable

from interviews.conversation.eligibility_question import EligibilityQuestion
from interviews.conversation.engine import Prompt, prompt_data
from interviews.models import Attempt, LockedAttempt, TurnReply
from interviews.models.transitions.conversation import ReceivedInput, apply_input

RenderPrompt = Callable[[Prompt], str]
"""Converts a prompt into the reply that the channel sends, for the phone into TwiML."""


def take_turn(attempt: LockedAttempt, turn: int, received_input: ReceivedInput, render: RenderPrompt) -> TurnReply:
    """Apply an input, then store and return the reply.

    Raises StaleTurn, and changes nothing, if the turn is over or has not begun.
    """
    prompt = apply_input(attempt, turn, received_input)
    reply = TurnReply(
        attempt=attempt.row,
        turn=turn,
        input_kind=received_input.kind,
        prompt=prompt_data(prompt),
        body=render(prompt),
    )
    TurnReply.insert([reply])
    return reply


def spoken_eligibility(attempt: LockedAttempt) -> list[EligibilityQuestion]:
    """Return the eligibility questions of the interview, for its script."""
    return [answer.spoken_question for answer in attempt.eligibility_answers]


def stored_reply(attempt: Attempt, turn: int) -> TurnReply | None:
    """Return the stored reply of this turn, or None if the turn has not begun or ended without an input."""
    return TurnReply.objects.filter(attempt=attempt, turn=turn).first()
