"""The rules of an interview's conversation: (state, input) -> conversation step.

Pure: no Twilio, no HTTP, no database, so every channel holds the same conversation. A channel delivers the prompt of a
step; the models save its facts.

Every exchange is a **turn**. The prompt of turn n is answered by one input for turn n, which leads to turn n+1. An
input for another turn raises StaleTurn and has no effect; the channel then repeats the reply of that turn.
"""

from dataclasses import replace
from typing import assert_never

from interviews.conversation.elements import (
    ELIGIBILITY_STAGES,
    QUESTION_STAGES,
    RECORDING_STAGES,
    USUAL_PAUSE_SECONDS,
    AnswerKept,
    AnswerState,
    AnswerWritten,
    ChoiceMade,
    ConsentGiven,
    ConversationEnded,
    ConversationState,
    ConversationStep,
    EligibilityAnswered,
    EligibilityAsked,
    EligibilityFact,
    Fact,
    HandOver,
    Input,
    KeyPressed,
    LineLost,
    NoReply,
    PickedUp,
    QuestionAsked,
    QuestionFact,
    QuestionPostponed,
    QuestionProgress,
    QuestionSkipped,
    QuestionUnanswered,
    RecordedAnswer,
    RecordingEnd,
    RequestRecorded,
    Stage,
    StaleTurn,
    WordsSpoken,
    WrittenAnswer,
)
from interviews.conversation.eligibility.asking import after_eligibility, after_read_back, resume_eligibility
from interviews.conversation.introduction import after_introduction
from interviews.conversation.prompts import (
    AskConsent,
    AskEligibility,
    AskIdentity,
    AskOptOut,
    AskQuestion,
    AskReachable,
    AskTime,
    CheckAnswer,
    ConfirmStop,
    EligibilityLead,
    Ending,
    Goodbye,
    HangUp,
    HoldOn,
    Introduction,
    LeadIn,
    Preface,
    Prompt,
    ReadBack,
    RecordAnswer,
    prompt_data,
)
from interviews.conversation.questioning import after_check, after_hang_up, after_question, after_stop, may_be_answer
from interviews.conversation.time_limit import after_limit, let_go_on
from interviews.conversation.writing import after_choice, after_writing

__all__ = [
    "ELIGIBILITY_STAGES",
    "QUESTION_STAGES",
    "RECORDING_STAGES",
    "USUAL_PAUSE_SECONDS",
    "AnswerKept",
    "AnswerState",
    "AnswerWritten",
    "AskConsent",
    "AskEligibility",
    "AskIdentity",
    "AskOptOut",
    "AskQuestion",
    "AskReachable",
    "AskTime",
    "CheckAnswer",
    "ChoiceMade",
    "ConfirmStop",
    "ConsentGiven",
    "ConversationEnded",
    "ConversationState",
    "ConversationStep",
    "EligibilityAnswered",
    "EligibilityAsked",
    "EligibilityFact",
    "EligibilityLead",
    "Ending",
    "Fact",
    "Goodbye",
    "HandOver",
    "HangUp",
    "HoldOn",
    "Input",
    "Introduction",
    "KeyPressed",
    "LeadIn",
    "LineLost",
    "NoReply",
    "PickedUp",
    "Preface",
    "Prompt",
    "QuestionAsked",
    "QuestionFact",
    "QuestionPostponed",
    "QuestionProgress",
    "QuestionSkipped",
    "QuestionUnanswered",
    "ReadBack",
    "RecordAnswer",
    "RecordedAnswer",
    "RecordingEnd",
    "RequestRecorded",
    "Stage",
    "StaleTurn",
    "WordsSpoken",
    "WrittenAnswer",
    "may_be_answer",
    "next_step",
    "prompt_data",
]


def next_step(state: ConversationState, turn: int, input: Input) -> ConversationStep:
    """Apply one input. Raises StaleTurn for an input of another turn."""
    if turn != state.turn:
        raise StaleTurn
    state = replace(state, turn=turn + 1)
    if state.stage is Stage.OVER:
        return ConversationStep(state, HangUp())
    if state.stage is Stage.GO_ON:
        return after_limit(state, input)
    if isinstance(input, RecordedAnswer) and input.ended is RecordingEnd.HANGUP:
        return after_hang_up(state, input)
    if isinstance(input, RecordedAnswer) and input.ended is RecordingEnd.LIMIT and state.stage is Stage.QUESTION:
        return let_go_on(state)
    match state.stage:
        case Stage.OPENING:
            return ConversationStep(replace(state, stage=Stage.IDENTITY), AskIdentity())
        case Stage.IDENTITY | Stage.ABSENT | Stage.STRANGER | Stage.RESCHEDULE | Stage.CONSENT | Stage.OPT_OUT:
            return after_introduction(state, input)
        case Stage.ELIGIBILITY:
            return after_eligibility(state, input)
        case Stage.READ_BACK:
            return after_read_back(state, input)
        case Stage.STOP if state.eligibility and isinstance(input, WrittenAnswer):
            return after_eligibility(replace(state, stage=Stage.ELIGIBILITY), input)
        case Stage.STOP if state.eligibility and not isinstance(input, LineLost):
            return resume_eligibility(after_stop(state, input))
        case Stage.QUESTION | Stage.STOP if isinstance(input, WrittenAnswer):
            return after_writing(replace(state, stage=Stage.QUESTION), input.text)
        case Stage.QUESTION if isinstance(input, ChoiceMade):
            return after_choice(state, input.choice)
        case Stage.QUESTION:
            return after_question(state, input)
        case Stage.CHECK:
            return after_check(state, input)
        case Stage.STOP:
            return after_stop(state, input)
        case _ as unreachable:
            assert_never(unreachable)
