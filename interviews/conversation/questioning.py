"""The conversation during the questions."""

from dataclasses import replace
from typing import assert_never

from interviews.conversation.elements import (
    AnswerKept,
    AskQuestion,
    ConversationState,
    ConversationStep,
    Ending,
    HangUp,
    Input,
    KeyPressed,
    LeadIn,
    NoReply,
    PickedUp,
    QuestionAsked,
    QuestionUnanswered,
    RecordAnswer,
    RecordedAnswer,
    RecordingEnd,
    Stage,
    WordsSpoken,
    end_conversation,
)

MAX_SILENCES = 2
"""A question is repeated after the first silence; the second one leaves it unanswered."""

MIN_ANSWER_SECONDS = 1
"""A shorter recording is noise on the line."""


def may_be_answer(seconds: int | None) -> bool:
    """Whether a recording is long enough for an answer. One of unknown length may be."""
    return seconds is None or seconds >= MIN_ANSWER_SECONDS


def after_question(state: ConversationState, input: Input) -> ConversationStep:
    position = state.open_positions[0]
    match input:
        case KeyPressed("*"):
            return ConversationStep(state, AskQuestion(position, LeadIn.REPEATED))
        case KeyPressed():
            return ConversationStep(state, RecordAnswer(position))
        case RecordedAnswer(ended=RecordingEnd.REPEAT):
            return ConversationStep(replace(state, silences=0), AskQuestion(position, LeadIn.REPEATED))
        case RecordedAnswer(seconds=seconds) if may_be_answer(seconds):
            return _ask_next_question(state, AnswerKept(position))
        case PickedUp() | WordsSpoken() | NoReply() | RecordedAnswer():
            return _after_silence(state, position)
        case _ as unreachable:
            assert_never(unreachable)


def _after_silence(state: ConversationState, position: int) -> ConversationStep:
    if state.silences + 1 < MAX_SILENCES:
        state = replace(state, silences=state.silences + 1)
        return ConversationStep(state, AskQuestion(position, LeadIn.UNHEARD))
    return _ask_next_question(state, QuestionUnanswered(position))


def _ask_next_question(state: ConversationState, fact: AnswerKept | QuestionUnanswered) -> ConversationStep:
    state = replace(state, open_positions=state.open_positions[1:], silences=0)
    if not state.open_positions:
        return end_conversation(state, Ending.FINISHED, fact)
    position = state.open_positions[0]
    return ConversationStep(state, AskQuestion(position, LeadIn.NEXT), (fact, QuestionAsked(position)))


def after_hang_up(state: ConversationState, answer: RecordedAnswer) -> ConversationStep:
    """Keep the answer to the last question: many candidates hang up when they are done.

    Any other recording is left as it is. It becomes the answer if no better one follows.
    """
    is_last = state.stage is Stage.QUESTION and len(state.open_positions) == 1
    if is_last and may_be_answer(answer.seconds):
        return replace(_ask_next_question(state, AnswerKept(state.open_positions[0])), prompt=HangUp())
    return ConversationStep(state, HangUp())
