"""The states and inputs of a conversation before its first question."""

from dataclasses import replace
from datetime import time

from interviews.conversation.engine import (
    ConversationState,
    ConversationStep,
    Stage,
    WordsSpoken,
)
from interviews.conversation.introduction import (
    STAGE_PROMPTS,
    apply_reply,
)
from interviews.conversation.phrases.intent import Intent, Understanding
from interviews.conversation.phrases.requested_time import RequestedTime

AT_FIVE = RequestedTime(clock=time(17))
STAGES = list(STAGE_PROMPTS)
WORDS = WordsSpoken("words")


def at(stage: Stage, **more: object) -> ConversationState:
    return replace(ConversationState(stage=stage, turn=4, open_positions=(0, 1)), **more)  # type: ignore[arg-type]


def reply_with(state: ConversationState, intent: Intent, *also: Intent, **more: object) -> ConversationStep:
    return apply_reply(state, WORDS, Understanding(intent, frozenset(also), **more))  # type: ignore[arg-type]
