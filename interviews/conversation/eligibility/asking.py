"""The eligibility questions of a conversation, between consent and the interview's own questions.

Each is asked until it is understood, at most twice; then it is left open for a person, with the candidate's words. So
is one that the candidate does not answer. An answer that would end the interview counts only when it was read back and
confirmed.
"""

from dataclasses import replace
from typing import assert_never

from interviews.conversation import phrases
from interviews.conversation.elements import (
    AnswerState,
    ChoiceMade,
    ConversationState,
    ConversationStep,
    EligibilityAnswered,
    EligibilityAsked,
    Fact,
    Input,
    KeyPressed,
    LineLost,
    NoReply,
    PickedUp,
    QuestionAsked,
    QuestionProgress,
    RecordedAnswer,
    Stage,
    WordsSpoken,
    WrittenAnswer,
    end_conversation,
)
from interviews.conversation.eligibility.understanding import EligibilityReply, understand_answer, value_of_keys
from interviews.conversation.eligibility_question import EligibilityKind, EligibilityQuestion
from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.understanding import understand_utterance
from interviews.conversation.prompts import (
    AskEligibility,
    AskQuestion,
    EligibilityLead,
    Ending,
    LeadIn,
    ReadBack,
)
from interviews.conversation.questioning import STOP_ENDINGS, confirm_stop, ending_after_request

MAX_TRIES = 2
"""How often a question without an answer is asked, and an answer without confirmation is read back."""

MAX_REQUESTS = 4
"""How often a question is repeated because of requests of the candidate."""

MAX_READ_BACKS = 2
"""How often the answers to one question are read back. After that the question stays open, for a person."""

LEADS_BY_INTENT = {
    Intent.REPEAT: EligibilityLead.REPEATED,
    Intent.SLOWER: EligibilityLead.REPEATED,
    Intent.EXPLAIN: EligibilityLead.EXPLAINED,
    Intent.WHY: EligibilityLead.REASON,
    Intent.WHAT_ABOUT: EligibilityLead.REASON,
    Intent.HOLD_ON: EligibilityLead.WAITING,
}
"""The other requests are questions that only people at the employer can answer."""

REPLY_KEYS = {"1": Intent.YES, "2": Intent.NO, "*": Intent.REPEAT}


def begin_questions(state: ConversationState, *facts: Fact) -> ConversationStep:
    """Ask the first question after the consent: an eligibility question, or else one of the interview."""
    if state.eligibility:
        return _ask(replace(state, stage=Stage.ELIGIBILITY), EligibilityLead.FIRST, *facts, is_new=True)
    return _ask_first_question(state, *facts)


def resume_eligibility(step: ConversationStep) -> ConversationStep:
    """Continue with the eligibility question that was asked last, after the candidate confirmed to go on."""
    if step.state.stage is not Stage.QUESTION:
        return step
    return _ask(replace(step.state, stage=Stage.ELIGIBILITY), EligibilityLead.REPEATED)


def after_eligibility(state: ConversationState, input: Input) -> ConversationStep:
    """Apply the reply to an eligibility question."""
    if not state.eligibility:
        return _ask_first_question(state)
    question = state.eligibility[0]
    match input:
        case KeyPressed("*"):
            return _ask(state, EligibilityLead.REPEATED)
        case KeyPressed("0") if question.kind is not EligibilityKind.NUMBER:
            return confirm_stop(state, Intent.PERSON)
        case KeyPressed(key, number):
            keys = number or key
            return _after_reply(state, EligibilityReply(value_of_keys(keys, question)), keys)
        case WordsSpoken(words) | WrittenAnswer(words) if words.strip():
            return _after_reply(state, understand_answer(words, question, state.language, today=state.today), words)
        case ChoiceMade(choice):
            return _after_reply(state, EligibilityReply(request=Understanding(choice)), "")
        case PickedUp() | WordsSpoken() | WrittenAnswer() | NoReply() | RecordedAnswer() | LineLost():
            return _try_again(state, EligibilityLead.SILENCE)
        case _ as unreachable:
            assert_never(unreachable)


def _after_reply(state: ConversationState, reply: EligibilityReply, words: str) -> ConversationStep:
    question = state.eligibility[0]
    if reply.value:
        return _after_value(state, question, reply.value, words)
    if reply.is_declined:
        return _close(state, AnswerState.DECLINED, words)
    if reply.request is None:
        return _try_again(_with_words(state, words), EligibilityLead.UNCLEAR)
    return _after_request(_with_words(state, words), reply.request)


def _with_words(state: ConversationState, words: str) -> ConversationState:
    """Keep the candidate's words, for an answer that is never understood."""
    return replace(state, progress=replace(state.progress, answer_words=words or state.progress.answer_words))


def _after_value(state: ConversationState, question: EligibilityQuestion, value: str, words: str) -> ConversationStep:
    if question.is_met_by(value) or not question.is_knock_out:
        return _close(state, AnswerState.ANSWERED, words, value)
    if state.progress.checks >= MAX_READ_BACKS:
        return _close(state, AnswerState.NOT_UNDERSTOOD, words)
    progress = replace(state.progress, answer_words=words, answer_value=value, checks=state.progress.checks + 1)
    state = replace(state, stage=Stage.READ_BACK, silences=0, progress=progress)
    return ConversationStep(state, ReadBack(question.position, value))


def _after_request(state: ConversationState, request: Understanding) -> ConversationStep:
    """Grant a request that ends the call. Answer a question, and ask again."""
    if request.intent in STOP_ENDINGS:
        return confirm_stop(state, request.intent)
    if conversation_end := ending_after_request(state, request):
        return end_conversation(state, conversation_end)
    if state.progress.repeats >= MAX_REQUESTS:
        return _try_again(state, EligibilityLead.UNCLEAR)
    state = replace(state, slow=state.slow or request.intent is Intent.SLOWER)
    return _ask(state, LEADS_BY_INTENT.get(request.intent, EligibilityLead.OTHER_QUESTION))


def _try_again(state: ConversationState, lead: EligibilityLead) -> ConversationStep:
    """Ask once more in other words. After that the question stays open, for a person."""
    if state.silences + 1 < MAX_TRIES:
        return _ask(replace(state, silences=state.silences + 1), lead)
    words = state.progress.answer_words
    return _close(state, AnswerState.NOT_UNDERSTOOD if words else AnswerState.NO_REPLY, words)


def after_read_back(state: ConversationState, input: Input) -> ConversationStep:
    """Apply the reply to the read-back of an answer. Without a clear reply the question stays open."""
    if not state.eligibility:
        return _ask_first_question(state)
    question, progress = state.eligibility[0], state.progress
    understanding = _understand_confirmation(input, state.language)
    intent = understanding.intent
    if intent is Intent.YES:
        return _close(state, AnswerState.ANSWERED, progress.answer_words, progress.answer_value)
    if intent is Intent.NO:
        cleared = replace(progress, answer_value="")
        return _ask(replace(state, stage=Stage.ELIGIBILITY, silences=0, progress=cleared), EligibilityLead.REPEATED)
    if intent in STOP_ENDINGS:
        return confirm_stop(replace(state, stage=Stage.ELIGIBILITY), intent)
    if conversation_end := ending_after_request(state, understanding):
        return end_conversation(state, conversation_end)
    if state.silences + 1 < MAX_TRIES:
        state = replace(state, silences=state.silences + 1)
        return ConversationStep(state, ReadBack(question.position, progress.answer_value, again=True))
    return _close(state, AnswerState.NOT_UNDERSTOOD, progress.answer_words)


def _understand_confirmation(input: Input, language: str) -> Understanding:
    match input:
        case KeyPressed(key):
            return Understanding(REPLY_KEYS.get(key, Intent.UNCLEAR))
        case ChoiceMade(choice):
            return Understanding(choice)
        case WordsSpoken(words) | WrittenAnswer(words):
            return understand_utterance(words, Expecting.ELIGIBILITY, phrases.for_language(language))
        case _:
            return Understanding(Intent.UNCLEAR)


def _close(state: ConversationState, answer_state: AnswerState, words: str, value: str = "") -> ConversationStep:
    """Keep the answer, and go on with the next question unless it ends the interview."""
    question = state.eligibility[0]
    is_met = question.is_met_by(value) if value else None
    answer = EligibilityAnswered(question.position, answer_state, words, value, is_met)
    if is_met is False and question.is_knock_out:
        return end_conversation(state, Ending.NOT_ELIGIBLE, answer)
    state = replace(
        state, stage=Stage.ELIGIBILITY, silences=0, eligibility=state.eligibility[1:], progress=QuestionProgress()
    )
    if state.eligibility:
        return _ask(state, EligibilityLead.NEXT, answer, is_new=True)
    return _ask_first_question(state, answer)


def _ask(state: ConversationState, lead: EligibilityLead, *facts: Fact, is_new: bool = False) -> ConversationStep:
    position = state.eligibility[0].position
    if is_new:
        return ConversationStep(state, AskEligibility(position, lead), (*facts, EligibilityAsked(position)))
    state = replace(state, progress=replace(state.progress, repeats=state.progress.repeats + 1))
    return ConversationStep(state, AskEligibility(position, lead), facts)


def _ask_first_question(state: ConversationState, *facts: Fact) -> ConversationStep:
    if not state.open_positions:
        return end_conversation(state, Ending.FINISHED, *facts)
    position = state.open_positions[0]
    lead = LeadIn.RESUMED if state.resumed else LeadIn.FIRST
    state = replace(state, stage=Stage.QUESTION)
    return ConversationStep(state, AskQuestion(position, lead), (*facts, QuestionAsked(position)))
