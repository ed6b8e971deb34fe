"""Takes a turn of an attempt that the candidate has opened."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from interviews.conversation import engine
from interviews.models import LockedAttempt, TurnReply, lock_attempt
from interviews.models.transitions.conversation import ReceivedInput
from interviews.self_service.attempts import may_continue
from interviews.turns import stored_reply, take_turn

RenderQuestion = Callable[[LockedAttempt, engine.Prompt], str]
"""Converts a prompt into the reply that the page or the client gets."""


@contextmanager
def lock_open_attempt(attempt_id: UUID) -> Iterator[LockedAttempt]:
    """Lock an attempt that can take an input. One that was left goes on.

    Raises StaleTurn where the interview is over, or another attempt has followed.
    """
    with lock_attempt(attempt_id) as attempt:
        row = attempt.row
        if not attempt.interview.row.is_live or (not row.is_live and (row.has_successor or not may_continue(row))):
            raise engine.StaleTurn
        if not row.is_live:
            attempt.resume()
        yield attempt


def take_input(
    attempt_id: UUID,
    turn: int,
    received_input: ReceivedInput,
    render: RenderQuestion,
    *,
    after: Callable[[LockedAttempt], None] | None = None,
) -> TurnReply:
    """Apply an input and return the reply. The same input for the same turn gets the same reply again.

    `after`: called in the same transaction.

    Raises StaleTurn, and changes nothing, where the turn is over by another input: in another window, or on another
    device.
    """
    try:
        with lock_open_attempt(attempt_id) as attempt:
            reply = take_turn(attempt, turn, received_input, partial(render, attempt))
            if after is not None:
                after(attempt)
            if attempt.row.stage == engine.Stage.OVER:
                attempt.end(attempt.row.Outcome.ANSWERED)
            return reply
    except engine.StaleTurn:
        earlier_reply = repeated_reply(attempt_id, turn, received_input)
        if earlier_reply is None:
            raise
        return earlier_reply


def repeated_reply(attempt_id: UUID, turn: int, received_input: ReceivedInput) -> TurnReply | None:
    """Return the reply of this turn, if it got the same input before."""
    with lock_attempt(attempt_id) as attempt:
        reply = stored_reply(attempt.row, turn)
        if reply is None or reply.input_kind != received_input.kind:
            return None
        match received_input.input:
            case engine.WrittenAnswer(text):
                is_same = _is_kept_text(attempt, turn, text)
            case engine.RecordedAnswer():
                is_same = attempt.row.recordings.filter(turn=turn, sid=received_input.recording_sid).exists()
            case _:
                is_same = True
        return reply if is_same else None


def _is_kept_text(attempt: LockedAttempt, turn: int, text: str) -> bool:
    """Whether the text is the answer that was kept at this turn. An empty one was kept nowhere."""
    last_reply = stored_reply(attempt.row, turn - 1)
    if last_reply and "requirement" in last_reply.prompt:
        answer = attempt.interview.row.eligibility_answers.get(position=last_reply.prompt["requirement"])
        return text.strip() in (answer.words, attempt.row.question_progress.answer_words)
    position = last_reply.prompt.get("position") if last_reply else None
    response = attempt.responses.get(position) if position is not None else None
    if response is None:
        return False
    response.row.refresh_from_db(fields=["transcript"])
    return response.row.transcript == text.strip()
