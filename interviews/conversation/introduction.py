"""The conversation before the first question: who answers, and whether they consent."""

from dataclasses import replace
from typing import assert_never

from interviews.conversation import phrases
from interviews.conversation.elements import (
    AskConsent,
    AskIdentity,
    AskQuestion,
    ConsentGiven,
    ConversationState,
    ConversationStep,
    Ending,
    Input,
    KeyPressed,
    LeadIn,
    NoReply,
    PickedUp,
    Prompt,
    QuestionAsked,
    RecordedAnswer,
    Stage,
    WordsSpoken,
    end_conversation,
)
from interviews.conversation.phrases.meaning import Meaning, meaning_of

MAX_SILENCES = 2
"""A prompt is repeated after the first silence; the second one ends the stage."""

KEYS = {"1": Meaning.YES, "2": Meaning.NO, "9": Meaning.NEVER}


def after_identity(state: ConversationState, input: Input) -> ConversationStep:
    match _meaning(input, state.language):
        case Meaning.YES:
            state = replace(state, stage=Stage.CONSENT, silences=0)
            return ConversationStep(state, AskConsent(resumed=state.resumed))
        case Meaning.NO | Meaning.WRONG:
            return end_conversation(state, Ending.WRONG_PERSON)
        case Meaning.REFUSED:
            return end_conversation(state, Ending.DECLINED)
        case Meaning.NEVER:
            return end_conversation(state, Ending.OPTED_OUT)
        case Meaning.UNCLEAR:
            return _ask_again(state, AskIdentity(again=True))
        case _ as unreachable:
            assert_never(unreachable)


def after_consent(state: ConversationState, input: Input) -> ConversationStep:
    match _meaning(input, state.language):
        case Meaning.YES:
            return _ask_first_question(replace(state, stage=Stage.QUESTION, silences=0))
        case Meaning.NO | Meaning.REFUSED:
            return end_conversation(state, Ending.DECLINED)
        case Meaning.WRONG:
            return end_conversation(state, Ending.WRONG_PERSON)
        case Meaning.NEVER:
            return end_conversation(state, Ending.OPTED_OUT)
        case Meaning.UNCLEAR:
            return _ask_again(state, AskConsent(again=True, resumed=state.resumed))
        case _ as unreachable:
            assert_never(unreachable)


def _ask_first_question(state: ConversationState) -> ConversationStep:
    if not state.open_positions:
        return end_conversation(state, Ending.FINISHED, ConsentGiven())
    position = state.open_positions[0]
    lead = LeadIn.RESUMED if state.resumed else LeadIn.FIRST
    return ConversationStep(state, AskQuestion(position, lead), (ConsentGiven(), QuestionAsked(position)))


def _ask_again(state: ConversationState, prompt: Prompt) -> ConversationStep:
    if state.silences + 1 < MAX_SILENCES:
        return ConversationStep(replace(state, silences=state.silences + 1), prompt)
    return end_conversation(state, Ending.NO_REPLY)


def _meaning(input: Input, language: str) -> Meaning:
    match input:
        case KeyPressed(key):
            return KEYS.get(key, Meaning.UNCLEAR)
        case WordsSpoken(words):
            return meaning_of(words, phrases.for_language(language))
        case PickedUp() | NoReply() | RecordedAnswer():
            return Meaning.UNCLEAR
        case _ as unreachable:
            assert_never(unreachable)
