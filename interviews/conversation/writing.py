"""The conversation during the questions, where the candidate writes and chooses in a form.

A written answer ends where the candidate sends it, so that none is checked. A text that reads as a request in place of
an answer is acted on once: the next text is the answer.
"""

from dataclasses import replace

from interviews.conversation.elements import (
    AnswerWritten,
    ConversationState,
    ConversationStep,
    RequestRecorded,
)
from interviews.conversation.phrases.intent import Intent, Understanding
from interviews.conversation.prompts import LeadIn
from interviews.conversation.questioning import (
    REQUEST_INTENTS,
    SKIP_INTENTS,
    after_request,
    after_silence,
    ask_again,
    ask_next,
    may_postpone_question,
    request_in,
)

WRITTEN_REQUESTS = REQUEST_INTENTS - {Intent.LATER, Intent.BUSY, Intent.HOLD_ON}
"""A page waits for its reader, so that a request for time needs no reply of its own."""


def after_choice(state: ConversationState, choice: Intent) -> ConversationStep:
    """A choice that the form did not offer has no effect."""
    if choice not in REQUEST_INTENTS or (choice is Intent.COME_BACK and not may_postpone_question(state)):
        return ask_again(state, LeadIn.REPEATED)
    return after_request(state, Understanding(choice))


def after_writing(state: ConversationState, text: str) -> ConversationStep:
    """Keep the text as the answer, unless it is clearly a request. An empty text is a silence."""
    position, text = state.open_positions[0], text.strip()
    if not text:
        return after_silence(state)
    request = request_in(text, state.language)
    if request is None or request.is_guess:
        return ask_next(state, LeadIn.NEXT, AnswerWritten(position, text))
    if request.intent in (Intent.NEVER, *SKIP_INTENTS):
        return after_request(state, request, (RequestRecorded(position, request.intent),))
    return _ask_back(state, request, text)


def _ask_back(state: ConversationState, request: Understanding, text: str) -> ConversationStep:
    """Act on a written request. After the first one, the text is the answer, as the candidate has read the reply."""
    position, progress = state.open_positions[0], state.progress
    if progress.checks:
        return ask_next(state, LeadIn.NEXT, AnswerWritten(position, text))
    state = replace(state, progress=replace(progress, checks=progress.checks + 1))
    recorded_request = RequestRecorded(position, request.intent)
    is_futile = request.intent is Intent.COME_BACK and not may_postpone_question(state)
    if request.intent not in WRITTEN_REQUESTS or is_futile:
        return ask_again(state, LeadIn.REPEATED, recorded_request)
    return after_request(state, request, (recorded_request,))
