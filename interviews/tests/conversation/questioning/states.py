"""The states and inputs of a conversation during its questions."""

from dataclasses import replace

from interviews.conversation.elements import USUAL_PAUSE_SECONDS
from interviews.conversation.engine import (
    ConversationState,
    ConversationStep,
    NoReply,
    QuestionProgress,
    RecordedAnswer,
    RecordingEnd,
    Stage,
    WordsSpoken,
    next_step,
)
from interviews.conversation.phrases.intent import Intent

QUESTION = ConversationState(stage=Stage.QUESTION, turn=4, open_positions=(0, 1, 2))
LAST = replace(QUESTION, open_positions=(2,))
CHECK = replace(QUESTION, stage=Stage.CHECK, progress=QuestionProgress(checks=1, checked_turn=3))
STOP = replace(QUESTION, stage=Stage.STOP, progress=QuestionProgress(request=Intent.REFUSE))
ANSWER = "I worked in a warehouse for two years."
REFUSAL_BY_SCORE = "This is stupid, I'm not going to tell my life story to a machine, goodbye."
"""A refusal in which no phrase is found."""


def say(state: ConversationState, words: str) -> ConversationStep:
    """Record an answer whose words were understood while it was recorded."""
    return next_step(state, state.turn, RecordedAnswer(8, RecordingEnd.PAUSE, words))


def record(state: ConversationState, speech_seconds: int, silence: int = USUAL_PAUSE_SECONDS) -> ConversationStep:
    """Record an answer whose words are not known."""
    return next_step(state, state.turn, RecordedAnswer(speech_seconds + silence, RecordingEnd.PAUSE))


def reply(state: ConversationState, words: str) -> ConversationStep:
    return next_step(state, state.turn, WordsSpoken(words) if words else NoReply())
