"""One exchange of an attempt: an input arrives, a reply goes back."""

from collections.abc import Callable

from interviews.conversation.engine import Prompt, prompt_data
from interviews.models import Attempt, LockedAttempt, TurnReply
from interviews.models.transitions.conversation import ReceivedInput, apply_input

Render = Callable[[Prompt], str]
"""Returns the prompt as the channel delivers it."""


def take_turn(attempt: LockedAttempt, turn: int, received: ReceivedInput, render: Render) -> TurnReply:
    """Apply an input and store the reply.

    Raises StaleTurn, with nothing changed, when the turn is over or has not begun.
    """
    prompt = apply_input(attempt, turn, received)
    reply = TurnReply(
        attempt=attempt.row,
        turn=turn,
        input_kind=received.kind,
        prompt=prompt_data(prompt),
        body=render(prompt),
    )
    TurnReply.insert([reply])
    return reply


def stored_reply(attempt: Attempt, turn: int) -> TurnReply | None:
    """Return the reply that this turn got, or None for a turn that has not begun or was taken without an input."""
    return TurnReply.objects.filter(attempt=attempt, turn=turn).first()
