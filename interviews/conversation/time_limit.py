"""The conversation after an answer that its limit cut off. The candidate may end it, once."""

from dataclasses import replace

from interviews.conversation.elements import (
    AnswerKept,
    ConversationState,
    ConversationStep,
    Input,
    LineLost,
    RecordedAnswer,
    RecordingEnd,
    Stage,
    end_conversation,
)
from interviews.conversation.phrases.intent import Intent, Understanding
from interviews.conversation.prompts import HangUp, LeadIn, RecordAnswer
from interviews.conversation.questioning import (
    DELAY_INTENTS,
    STOP_ENDINGS,
    ask_next,
    confirm_stop,
    ending_after_request,
    may_be_answer,
    request_in,
)

WITH_AUDIO = frozenset(RecordingEnd) - {RecordingEnd.REPEAT}
"""The ends of a recording whose audio is kept."""

FUTILE_AT_END = DELAY_INTENTS | {Intent.REFUSE}
"""Requests that the end of the interview grants, after its last question."""


def let_go_on(state: ConversationState) -> ConversationStep:
    """Record the end of the answer. A longer pause is not waited for: most candidates are done."""
    progress = replace(state.progress, checked_turn=state.turn - 1, patient=False, has_long_pause=False)
    state = replace(state, stage=Stage.GO_ON, silences=0, progress=progress)
    return ConversationStep(state, RecordAnswer(state.open_positions[0], goes_on=True))


def after_limit(state: ConversationState, input: Input) -> ConversationStep:
    """Keep the answer in any case: with its end, or without one if the candidate added none."""
    position, cut_turn = state.open_positions[0], state.progress.checked_turn
    request = _clear_request(input, state.language)
    kept_answer = AnswerKept(position) if request is None and _has_audio(input) else AnswerKept(position, cut_turn)
    is_gone = isinstance(input, LineLost) or (isinstance(input, RecordedAnswer) and input.ended is RecordingEnd.HANGUP)
    step = _after_answer(state, kept_answer, request, is_gone=is_gone)
    return replace(step, prompt=HangUp()) if is_gone else step


def _has_audio(input: Input) -> bool:
    return isinstance(input, RecordedAnswer) and may_be_answer(input.seconds) and input.ended in WITH_AUDIO


def _clear_request(input: Input, language: str) -> Understanding | None:
    """The request in place of the end of an answer. A mere guess belongs to the answer."""
    request = request_in(input.words, language) if isinstance(input, RecordedAnswer) else None
    return None if request and request.is_guess else request


def _after_answer(
    state: ConversationState, kept_answer: AnswerKept, request: Understanding | None, *, is_gone: bool
) -> ConversationStep:
    """Go on with the next question, unless the request ends the interview. Whether to stop is confirmed first."""
    step = ask_next(replace(state, stage=Stage.QUESTION), LeadIn.NEXT, kept_answer)
    conversation_end = ending_after_request(state, request) if request else None
    is_last = step.state.stage is Stage.OVER
    if request is None or conversation_end is None or (is_last and request.intent in FUTILE_AT_END):
        return step
    if request.intent in STOP_ENDINGS and not is_last and not is_gone:
        return replace(confirm_stop(step.state, request.intent), facts=step.facts)
    return end_conversation(state, conversation_end, kept_answer)
