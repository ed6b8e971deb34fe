"""The conversation during the questions.

A recording is an answer unless its words are known to be a request. Words are known where the channel understands them
while it records. Where it does not, a short recording is checked: "Was that your answer?" A check never loses an
answer: without a clear reply, the recording is kept.
"""

from dataclasses import replace
from typing import assert_never

from interviews.conversation import phrases
from interviews.conversation.elements import (
    AnswerKept,
    ChoiceMade,
    ConversationEnded,
    ConversationState,
    ConversationStep,
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
    WordsSpoken,
    WrittenAnswer,
    end_conversation,
)
from interviews.conversation.phrases.intent import Expecting, Intent, Understanding
from interviews.conversation.phrases.understanding import understand_utterance
from interviews.conversation.prompts import (
    AskQuestion,
    CheckAnswer,
    ConfirmStop,
    Ending,
    HangUp,
    LeadIn,
    RecordAnswer,
)

MAX_SILENCES = 2
"""A question is repeated after the first silence; the second one leaves it unanswered."""

MIN_ANSWER_SECONDS = 1
"""A shorter recording is noise on the line."""

PATIENT_PAUSE_SECONDS = 15
"""The silence that ends a recording after a request for a moment, or after a question without an answer."""

LONG_PAUSE_LEADS = frozenset({LeadIn.ENCOURAGED, LeadIn.UNHEARD, LeadIn.UNHEARD_AGAIN})

SHORT_SECONDS = 5
"""A recording with less speech is checked, as long as few were checked in vain."""

VERY_SHORT_SECONDS = 2
ENOUGH_CONFIRMED = 2
"""After so many short answers in a row that were answers, only a very short one is checked: people may be brief."""

SECOND_LEADS = {LeadIn.REPEATED: LeadIn.REPEATED_AGAIN, LeadIn.UNHEARD: LeadIn.UNHEARD_AGAIN}
"""The words in turn with the usual ones, where a question is given again more than once."""

MAX_CHECKS = 2
"""Of one question."""

LEADS_BY_INTENT = {
    Intent.REPEAT: LeadIn.REPEATED,
    Intent.SLOWER: LeadIn.REPEATED,
    Intent.EXPLAIN: LeadIn.EXPLAINED,
    Intent.WHO_IS_THIS: LeadIn.INTRODUCED,
    Intent.WHAT_ABOUT: LeadIn.INTRODUCED,
    Intent.IS_ROBOT: LeadIn.INTRODUCED,
    Intent.RECORDING: LeadIn.RECORDED,
    Intent.DOUBT: LeadIn.GENUINE,
    Intent.LENGTH: LeadIn.LENGTH,
    Intent.OTHER_QUESTION: LeadIn.OTHER_QUESTION,
}
STOP_ENDINGS = {
    Intent.REFUSE: ConversationEnded(Ending.DECLINED),
    Intent.PERSON: ConversationEnded(Ending.PERSON_REQUESTED),
    Intent.OTHER_LANGUAGE: ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.LANGUAGE),
}
"""Requests that are confirmed before they end the interview."""

DELAY_INTENTS = frozenset({Intent.LATER, Intent.BUSY})
"""Requests to go on in another call."""

SKIP_INTENTS = frozenset({Intent.DONT_KNOW, Intent.SKIP})
REQUEST_INTENTS = frozenset(
    {*LEADS_BY_INTENT, *STOP_ENDINGS, *DELAY_INTENTS, *SKIP_INTENTS, Intent.NEVER, Intent.HOLD_ON, Intent.COME_BACK}
)
"""The intents that are no answer to a question."""

GOING_ON = frozenset({Intent.NO, Intent.REPEAT, Intent.EXPLAIN, Intent.SKIP, Intent.HOLD_ON})
"""The replies to whether to stop that take the request back."""

CHECK_KEYS = {"1": Intent.YES, "#": Intent.YES, "2": Intent.REPEAT, "*": Intent.REPEAT, "0": Intent.PERSON}
STOP_KEYS = {"1": Intent.YES, "2": Intent.NO, "*": Intent.NO}


def recording_pause(prompt: AskQuestion | RecordAnswer, usual_seconds: int) -> int:
    """Return the silence that ends the recording of this prompt."""
    is_long = prompt.patient if isinstance(prompt, RecordAnswer) else prompt.lead in LONG_PAUSE_LEADS
    return _pause_limit(usual_seconds, is_long=is_long)


def _pause_limit(usual_seconds: int, *, is_long: bool) -> int:
    return max(PATIENT_PAUSE_SECONDS, usual_seconds) if is_long else usual_seconds


def may_be_answer(duration_seconds: int | None) -> bool:
    """Whether a recording is long enough for an answer. One of unknown length may be."""
    return duration_seconds is None or duration_seconds >= MIN_ANSWER_SECONDS


def request_in(spoken_words: str, language: str) -> Understanding | None:
    """Return the request in place of an answer. None: the words may be an answer.

    A guess has to be confirmed. Once the call is over it cannot be, so the words are an answer.
    """
    if not spoken_words:
        return None
    understanding = understand_utterance(spoken_words, Expecting.QUESTION, phrases.for_language(language))
    return understanding if understanding.intent in REQUEST_INTENTS else None


# --- After a question ----------------------------------------------------------------------------------


def after_question(state: ConversationState, input: Input) -> ConversationStep:
    position = state.open_positions[0]
    match input:
        case KeyPressed("*") | RecordedAnswer(ended=RecordingEnd.REPEAT):
            return ask_again(state, LeadIn.REPEATED)
        case KeyPressed("0"):
            return confirm_stop(state, Intent.PERSON)
        case KeyPressed():
            return _record_answer(state)
        case RecordedAnswer(words=words) | WordsSpoken(words) if request := request_in(words, state.language):
            recorded_request = RequestRecorded(position, request.intent)
            return after_request(state, request, (recorded_request,) if isinstance(input, RecordedAnswer) else ())
        case RecordedAnswer(seconds=seconds) if may_be_answer(seconds):
            return (
                _check_answer(state, is_bare=bool(input.words))
                if _is_doubtful(state, input)
                else ask_next(state, LeadIn.NEXT, AnswerKept(position))
            )
        case PickedUp() | WordsSpoken() | NoReply() | RecordedAnswer() | ChoiceMade() | WrittenAnswer() | LineLost():
            return after_silence(state)
        case _ as unreachable:
            assert_never(unreachable)


def may_postpone_question(state: ConversationState) -> bool:
    """Whether the candidate can still ask to come back to the present question."""
    return len(state.open_positions) > 1 and state.open_positions[0] not in state.postponed


def _is_doubtful(state: ConversationState, answer: RecordedAnswer) -> bool:
    """Whether to ask if this was the answer. Not after a key, nor after words that say more than yes."""
    progress = state.progress
    if answer.seconds is None or answer.ended is not RecordingEnd.PAUSE:
        return False
    if answer.words:
        is_bare = _says_nothing(answer.words, state.language)
        return is_bare and progress.checks < MAX_CHECKS and progress.confirmed < ENOUGH_CONFIRMED
    short_limit = VERY_SHORT_SECONDS if progress.confirmed >= ENOUGH_CONFIRMED else SHORT_SECONDS
    trailing_silence = _pause_limit(state.pause_seconds, is_long=progress.has_long_pause)
    return progress.checks < MAX_CHECKS and answer.seconds - trailing_silence < short_limit


def _says_nothing(words: str, language: str) -> bool:
    """Whether the words are a yes or a sound of thought, which may be meant for the prompt before the question."""
    understanding = understand_utterance(words, Expecting.ANSWER_CHECK, phrases.for_language(language))
    return understanding.is_empty or understanding.intent is Intent.YES


def after_request(
    state: ConversationState, request: Understanding, facts: tuple[QuestionFact, ...] = ()
) -> ConversationStep:
    intent, position = request.intent, state.open_positions[0]
    if intent in LEADS_BY_INTENT:
        return ask_again(replace(state, slow=state.slow or intent is Intent.SLOWER), LEADS_BY_INTENT[intent], *facts)
    if intent in STOP_ENDINGS or request.is_guess:
        return confirm_stop(state, intent, *facts)
    if conversation_end := ending_after_request(state, request):
        return end_conversation(state, conversation_end, *facts)
    if intent is Intent.COME_BACK and may_postpone_question(state):
        return _postpone_question(state, facts)
    if intent in (Intent.HOLD_ON, Intent.COME_BACK):
        state = replace(state, progress=replace(state.progress, is_away=True))
        return _record_answer(state, *facts, patient=True)
    return ask_next(state, LeadIn.SKIPPED, *facts, QuestionSkipped(position, intent))


def ending_after_request(state: ConversationState, request: Understanding) -> ConversationEnded | None:
    """Return how a request ends the conversation, or None if it does not.

    A candidate who has postponed it too often is left to a person.
    """
    if request.intent is Intent.NEVER:
        return ConversationEnded(Ending.OPTED_OUT)
    if request.intent not in DELAY_INTENTS:
        return STOP_ENDINGS.get(request.intent)
    if state.can_postpone:
        return ConversationEnded(Ending.CALL_LATER, when=request.requested_time)
    return ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.POSTPONED)


def confirm_stop(state: ConversationState, request: Intent, *facts: QuestionFact) -> ConversationStep:
    progress = replace(state.progress, request=request)
    state = replace(state, stage=Stage.STOP, silences=0, progress=progress)
    return ConversationStep(state, ConfirmStop(state.open_positions[0], request), facts)


def _postpone_question(state: ConversationState, facts: tuple[QuestionFact, ...]) -> ConversationStep:
    """Put the question behind the others, once."""
    position, *other_positions = state.open_positions
    state = replace(
        state, open_positions=(position, *other_positions, position), postponed=state.postponed | {position}
    )
    return ask_next(state, LeadIn.POSTPONED, *facts, QuestionPostponed(position))


def after_silence(state: ConversationState) -> ConversationStep:
    """The moment that the candidate asked for is no try."""
    silences = state.silences + (not state.progress.patient)
    if silences < MAX_SILENCES:
        return ask_again(state, LeadIn.UNHEARD, silences=silences)
    if state.progress.is_away and state.can_postpone:
        return _after_absence(state)
    return ask_next(state, LeadIn.UNANSWERED, QuestionUnanswered(state.open_positions[0]))


def _after_absence(state: ConversationState) -> ConversationStep:
    """The candidate asked for a moment and has not come back. They lose no question by it."""
    if state.postponed or len(state.open_positions) == 1:
        return end_conversation(state, Ending.CALL_LATER)
    step = _postpone_question(state, ())
    return replace(step, state=replace(step.state, progress=replace(step.state.progress, is_away=True)))


def after_hang_up(state: ConversationState, answer: RecordedAnswer) -> ConversationStep:
    """Keep the answer to the last question: many candidates hang up when they are done.

    Any other recording is left as it is. It becomes the answer if no better one follows. A request to stop holds.
    """
    if state.stage is not Stage.QUESTION:
        return ConversationStep(state, HangUp())
    step = _last_words(state, answer)
    return replace(step, prompt=HangUp())


def _last_words(state: ConversationState, answer: RecordedAnswer) -> ConversationStep:
    is_last = len(state.open_positions) == 1
    request = request_in(answer.words, state.language)
    if request is None:
        is_answer = is_last and may_be_answer(answer.seconds)
        return ask_next(state, LeadIn.NEXT, AnswerKept(state.open_positions[0])) if is_answer else _leave_open(state)
    recorded_request = RequestRecorded(state.open_positions[0], request.intent)
    if not request.is_guess and (conversation_end := ending_after_request(state, request)):
        return end_conversation(state, conversation_end, recorded_request)
    if is_last and request.intent in SKIP_INTENTS:
        return after_request(state, request, (recorded_request,))
    return _leave_open(state, recorded_request)


def _leave_open(state: ConversationState, *facts: QuestionFact) -> ConversationStep:
    """Leave the question open: another attempt asks it again."""
    return ConversationStep(state, HangUp(), facts)


# --- After "Was that your answer?" ---------------------------------------------------------------------


def _check_answer(state: ConversationState, *, is_bare: bool) -> ConversationStep:
    checks, checked_turn = state.progress.checks + 1, state.turn - 1
    progress = replace(state.progress, checks=checks, checked_turn=checked_turn, patient=False, is_bare=is_bare)
    state = replace(state, stage=Stage.CHECK, silences=0, progress=progress)
    is_known = checks > 1 or state.progress.confirmed > 0
    return ConversationStep(state, CheckAnswer(state.open_positions[0], again=is_known))


def after_check(state: ConversationState, input: Input) -> ConversationStep:
    """Keep the checked recording, unless the candidate clearly has another wish, or is silent after a bare yes."""
    understanding = _understand_reply(input, CHECK_KEYS, state.language)
    reply_intent, checked_turn = understanding.intent, state.progress.checked_turn
    question_state = replace(state, stage=Stage.QUESTION, progress=replace(state.progress, checked_turn=None))
    if reply_intent is Intent.NO or (state.progress.is_bare and isinstance(input, NoReply)):
        return ask_again(_without_confirmations(question_state), LeadIn.REPEATED)
    if reply_intent in REQUEST_INTENTS and reply_intent is not Intent.SKIP:
        facts = (
            (RequestRecorded(state.open_positions[0], reply_intent, checked_turn),)
            if reply_intent is Intent.DONT_KNOW
            else ()
        )
        return after_request(_without_confirmations(question_state), understanding, facts)
    spoken_words = (
        input.words if isinstance(input, WordsSpoken) and reply_intent in (Intent.ANSWER, Intent.UNCLEAR) else ""
    )
    progress = replace(question_state.progress, confirmed=question_state.progress.confirmed + 1)
    kept_answer = AnswerKept(state.open_positions[0], checked_turn, spoken_words)
    step = ask_next(replace(question_state, progress=progress), LeadIn.NEXT, kept_answer)
    return replace(step, prompt=HangUp()) if isinstance(input, LineLost) else step


def _without_confirmations(state: ConversationState) -> ConversationState:
    return replace(state, progress=replace(state.progress, confirmed=0))


# --- After "Shall we stop here?" -----------------------------------------------------------------------


def after_stop(state: ConversationState, input: Input) -> ConversationStep:
    """End the interview unless the candidate wants to go on. Silence does not take the request back; unclear words do.

    The candidate can ask once more in the next answer, but an interview that was ended by mistake is lost. Only a yes
    makes a guessed "never again" an opt-out. Else it ends the interview as a refusal does.
    """
    reply = _understand_reply(input, STOP_KEYS, state.language)
    reply_intent = Intent.UNCLEAR if reply.is_guess else reply.intent
    request = state.progress.request or Intent.PERSON
    if reply_intent in (Intent.NEVER, *DELAY_INTENTS):
        return after_request(state, reply)
    if reply_intent in GOING_ON:
        return ask_again(replace(state, stage=Stage.QUESTION), LeadIn.REPEATED)
    is_last_try = state.silences + 1 == MAX_SILENCES
    if is_last_try and isinstance(input, WordsSpoken) and reply_intent in (Intent.UNCLEAR, Intent.ANSWER):
        return ask_again(replace(state, stage=Stage.QUESTION), LeadIn.REPEATED)
    is_clear = reply_intent in (Intent.YES, Intent.AGREE, Intent.NEARLY_AGREE, *STOP_ENDINGS) or isinstance(
        input, LineLost
    )
    if not is_clear and not is_last_try:
        state = replace(state, silences=state.silences + 1)
        return ConversationStep(state, ConfirmStop(state.open_positions[0], request, again=True))
    if request is Intent.NEVER and reply_intent in (Intent.YES, Intent.AGREE):
        return end_conversation(state, Ending.OPTED_OUT)
    request = Intent.REFUSE if request is Intent.NEVER else request
    return end_conversation(state, STOP_ENDINGS[Intent.PERSON if reply_intent is Intent.PERSON else request])


# --- Parts ---------------------------------------------------------------------------------------------


def _understand_reply(input: Input, keys: dict[str, Intent], language: str) -> Understanding:
    match input:
        case KeyPressed(key):
            return Understanding(keys.get(key, Intent.UNCLEAR))
        case ChoiceMade(choice):
            return Understanding(choice)
        case WordsSpoken(words):
            return understand_utterance(words, Expecting.ANSWER_CHECK, phrases.for_language(language))
        case _:
            return Understanding(Intent.UNCLEAR)


def _record_answer(state: ConversationState, *facts: QuestionFact, patient: bool = False) -> ConversationStep:
    """Record without repeating the question."""
    was_encouraged = state.progress.was_encouraged or patient
    progress = replace(state.progress, patient=patient, has_long_pause=patient, was_encouraged=was_encouraged)
    return ConversationStep(replace(state, progress=progress), RecordAnswer(state.open_positions[0], patient), facts)


def ask_again(state: ConversationState, lead: LeadIn, *facts: QuestionFact, silences: int = 0) -> ConversationStep:
    is_unheard, progress = lead is LeadIn.UNHEARD, state.progress
    lead = _vary_lead(lead, progress)
    progress = replace(
        progress,
        patient=False,
        request=None,
        is_away=progress.is_away and is_unheard,
        repeats=progress.repeats + 1,
        has_long_pause=is_unheard,
        was_encouraged=progress.was_encouraged or is_unheard,
    )
    return ConversationStep(
        replace(state, silences=silences, progress=progress), AskQuestion(state.open_positions[0], lead), facts
    )


def _vary_lead(lead: LeadIn, progress: QuestionProgress) -> LeadIn:
    """A question that is given again has other words before it each time. "Take your time" is said once."""
    if lead is LeadIn.UNHEARD and not progress.was_encouraged:
        return LeadIn.ENCOURAGED
    return SECOND_LEADS.get(lead, lead) if progress.repeats % 2 else lead


def ask_next(state: ConversationState, lead: LeadIn, *facts: QuestionFact) -> ConversationStep:
    progress = QuestionProgress(confirmed=state.progress.confirmed, was_encouraged=state.progress.was_encouraged)
    state = replace(state, open_positions=state.open_positions[1:], silences=0, progress=progress)
    if not state.open_positions:
        return end_conversation(state, Ending.FINISHED, *facts)
    position = state.open_positions[0]
    lead = LeadIn.RETURNED if position in state.postponed else lead
    return ConversationStep(state, AskQuestion(position, lead), (*facts, QuestionAsked(position)))
