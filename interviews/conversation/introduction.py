"""The conversation before the first question: who answers, and whether they consent.

A question of the candidate is answered and the prompt given again. This uses up none of the tries, but no conversation
lasts longer than `MAX_TURNS` before its first question, so that a machine cannot keep it going.
"""

from dataclasses import replace
from typing import assert_never

from interviews.conversation import phrases
from interviews.conversation.elements import (
    ChoiceMade,
    ConsentGiven,
    ConversationEnded,
    ConversationState,
    ConversationStep,
    HandOver,
    Input,
    KeyPressed,
    LineLost,
    NoReply,
    PickedUp,
    RecordedAnswer,
    Stage,
    WordsSpoken,
    WrittenAnswer,
    end_conversation,
)
from interviews.conversation.eligibility.asking import begin_questions
from interviews.conversation.phrases.intent import REFUSALS, Expecting, Intent, Understanding
from interviews.conversation.phrases.understanding import understand_utterance
from interviews.conversation.prompts import (
    AskConsent,
    AskIdentity,
    AskOptOut,
    AskReachable,
    AskTime,
    Ending,
    HoldOn,
    Introduction,
    Preface,
)

MAX_TRIES = 3
"""How often a prompt is given that gets no clear reply. The last time it takes keys only."""

MAX_TURNS = 12

AFTER_GREETING = 2
"""The turn after the first reply."""

INTENTS_OF_KEYS = {"1": Intent.YES, "2": Intent.NO, "9": Intent.NEVER, "0": Intent.PERSON, "*": Intent.REPEAT}
UNCLEAR_REPLY = Understanding(Intent.UNCLEAR)

STAGE_PROMPTS: dict[Stage, type[Introduction]] = {
    Stage.IDENTITY: AskIdentity,
    Stage.ABSENT: AskReachable,
    Stage.STRANGER: AskReachable,
    Stage.RESCHEDULE: AskTime,
    Stage.CONSENT: AskConsent,
    Stage.OPT_OUT: AskOptOut,
}
DEFAULT_ENDINGS = {
    Stage.ABSENT: Ending.NOT_HERE,
    Stage.STRANGER: Ending.WRONG_PERSON,
    Stage.RESCHEDULE: Ending.CALL_LATER,
}
"""How a conversation ends that gets no clear reply at this stage. At the others it ends without one."""

FINAL_INTENTS = {
    Intent.NEVER: Ending.OPTED_OUT,
    Intent.WRONG_NUMBER: Ending.WRONG_PERSON,
    Intent.REFUSE: Ending.DECLINED,
    Intent.PERSON: Ending.PERSON_REQUESTED,
}
PREFACES_BY_INTENT = {
    Intent.WHO_IS_THIS: Preface.CALLER,
    Intent.WHAT_ABOUT: Preface.MATTER,
    Intent.IS_ROBOT: Preface.ROBOT,
    Intent.RECORDING: Preface.RECORDED,
    Intent.DOUBT: Preface.GENUINE,
    Intent.LENGTH: Preface.LENGTH,
    Intent.OTHER_QUESTION: Preface.OTHER_QUESTION,
}
"""The replies to intents that ask a question of the assistant."""

SECOND_PREFACES = {Preface.UNCLEAR: Preface.UNCLEAR_AGAIN, Preface.SILENCE: Preface.SILENCE_AGAIN}
"""The replies to the second unclear input at a prompt. No candidate hears the same words twice in a row."""

BYE_ENDINGS = {Stage.CONSENT: Ending.DECLINED, Stage.RESCHEDULE: Ending.CALL_LATER}
"""How a goodbye ends the conversation where the subject of the call is known. Before that it is no refusal."""

APPLICATION_PREFACES = {Intent.WHAT_ABOUT: Preface.APPLICATION, Intent.DOUBT: Preface.GENUINE_APPLICATION}
HARMLESS_WITH_CONSENT = {Intent.AGREE, Intent.YES, Intent.THIS_IS_ME}


def after_introduction(state: ConversationState, input: Input) -> ConversationStep:
    """Apply an input to a prompt before the first question."""
    reply = _understand_input(state, input)
    step = _ask_stage(state) if _interrupts_greeting(state, input, reply) else apply_reply(state, input, reply)
    return _give_up(state) if state.turn > MAX_TURNS and step.state.stage in STAGE_PROMPTS else step


def _interrupts_greeting(state: ConversationState, input: Input, reply: Understanding) -> bool:
    """Whether the words are a hello, or the first ones, which cut the greeting off. It is given again, at no cost."""
    if not isinstance(input, WordsSpoken):
        return False
    is_first = state.stage is Stage.IDENTITY and state.turn == AFTER_GREETING
    is_hello = reply.is_empty and state.stage is not Stage.CONSENT
    return is_hello or (is_first and reply.intent is Intent.UNCLEAR)


def apply_reply(state: ConversationState, input: Input, reply: Understanding) -> ConversationStep:
    """Apply an input that has been understood."""
    if reply.is_guess:
        return _confirm_guess(state, reply.intent)
    if ending := FINAL_INTENTS.get(reply.intent):
        return end_conversation(state, ending)
    match reply.intent:
        case Intent.LATER | Intent.BUSY:
            return _postpone_call(state, reply)
        case Intent.REPEAT | Intent.EXPLAIN:
            return _ask_stage(state)
        case Intent.SLOWER:
            return _ask_stage(replace(state, slow=True), Preface.SLOWER)
        case Intent.BYE:
            return end_conversation(state, BYE_ENDINGS.get(state.stage, Ending.NOT_HERE))
        case intent if intent in PREFACES_BY_INTENT:
            return _ask_stage(state, _preface_for(state, intent), again=True)
        case Intent.HOLD_ON:
            return _hold_on(state)
        case Intent.OTHER_LANGUAGE:
            return _change_language(state, reply.language)
        case _:
            return _after_reply(state, input, reply)


def _confirm_guess(state: ConversationState, intent: Intent) -> ConversationStep:
    """Lead a guess to a question that confirms it. It ends no call, and opens no disclosure."""
    match intent, state.stage:
        case Intent.NOT_ME | Intent.WRONG_NUMBER, Stage.IDENTITY:
            return _ask_stage(_enter_stage(state, Stage.ABSENT))
        case Intent.THIS_IS_ME, Stage.ABSENT | Stage.STRANGER:
            return _ask_stage(_enter_stage(state, Stage.IDENTITY), again=True)
        case Intent.NEVER, stage if stage is not Stage.OPT_OUT:
            return _ask_stage(_enter_stage(state, Stage.OPT_OUT))
        case _:
            return _try_again(state, Preface.NEARLY, guess=intent)


def _understand_input(state: ConversationState, input: Input) -> Understanding:
    match input:
        case KeyPressed(key):
            return Understanding(INTENTS_OF_KEYS.get(key, Intent.UNCLEAR))
        case WordsSpoken(words):
            return _understand_words(state, words)
        case ChoiceMade(choice):
            return Understanding(choice)
        case PickedUp() | NoReply() | RecordedAnswer() | WrittenAnswer() | LineLost():
            return UNCLEAR_REPLY
        case _ as unreachable:
            assert_never(unreachable)


def _understand_words(state: ConversationState, words: str) -> Understanding:
    """Where neither identity nor consent is asked for, a bare yes is no more than that, and a time may be bare.

    "One" is the key rather than the hour.
    """
    language_phrases, candidate_name = phrases.for_language(state.language), str(state.candidate_name)
    if state.stage is Stage.IDENTITY:
        return understand_utterance(words, Expecting.IDENTITY, language_phrases, candidate_name)
    consent_reply = understand_utterance(words, Expecting.CONSENT, language_phrases, candidate_name)
    if state.stage is Stage.CONSENT:
        return consent_reply
    time_reply = understand_utterance(words, Expecting.TIME, language_phrases, candidate_name)
    is_key = time_reply.intent is Intent.LATER and consent_reply.intent in (Intent.AGREE, Intent.NO)
    if time_reply.intent is not Intent.UNCLEAR and not is_key:
        return time_reply
    if consent_reply.intent is Intent.AGREE:
        return Understanding(Intent.YES)
    return understand_utterance(words, Expecting.IDENTITY, language_phrases, candidate_name)


def _after_reply(state: ConversationState, input: Input, reply: Understanding) -> ConversationStep:
    """Apply a reply to the prompt of the stage itself."""
    match state.stage:
        case Stage.IDENTITY:
            step = _after_identity(state, reply)
        case Stage.ABSENT | Stage.STRANGER:
            step = _after_reachable(state, reply)
        case Stage.RESCHEDULE:
            step = _after_time(state, input, reply)
        case Stage.OPT_OUT:
            step = _after_opt_out(state, reply)
        case _:
            step = _after_consent(state, reply)
    return step or _try_again(
        state, Preface.UNCLEAR if isinstance(input, WordsSpoken | KeyPressed) else Preface.SILENCE
    )


def _after_identity(state: ConversationState, reply: Understanding) -> ConversationStep | None:
    match reply.intent:
        case Intent.THIS_IS_ME | Intent.YES | Intent.AGREE:
            return _ask_stage(_enter_stage(state, Stage.CONSENT))
        case Intent.NOT_ME:
            return _after_absence(state, reply)
        case Intent.NO:
            return _ask_stage(_enter_stage(state, Stage.STRANGER))
        case _:
            return None


def _after_absence(state: ConversationState, reply: Understanding) -> ConversationStep:
    """Another person answered. They may fetch the candidate, or say when to call."""
    if Intent.HOLD_ON in reply.other_intents:
        return _hold_on(state)
    if state.can_postpone and (reply.requested_time or Intent.LATER in reply.other_intents):
        return _postpone_call(state, reply)
    return _ask_stage(_enter_stage(state, Stage.ABSENT))


def _after_reachable(state: ConversationState, reply: Understanding) -> ConversationStep | None:
    """The candidate may have come to the phone meanwhile. This must be certain, so it is asked."""
    match reply.intent:
        case Intent.YES | Intent.AGREE | Intent.NEARLY_AGREE | Intent.DONT_KNOW:
            return end_conversation(state, Ending.NOT_HERE)
        case Intent.THIS_IS_ME | Intent.NOW:
            return _ask_stage(_enter_stage(state, Stage.IDENTITY), again=True)
        case Intent.NOT_ME:
            return end_conversation(state, Ending.NOT_HERE)
        case Intent.NO:
            return end_conversation(state, Ending.WRONG_PERSON)
        case _:
            return None


def _after_time(state: ConversationState, input: Input, reply: Understanding) -> ConversationStep | None:
    match reply.intent:
        case _ if reply.requested_time:
            return _postpone_call(state, reply)
        case Intent.NOW:
            return _ask_stage(_enter_stage(state, Stage.IDENTITY), again=True)
        case Intent.NO if isinstance(input, KeyPressed):
            return end_conversation(state, Ending.DECLINED)
        case Intent.YES | Intent.AGREE | Intent.NEARLY_AGREE | Intent.DONT_KNOW:
            return end_conversation(state, Ending.CALL_LATER)
        case _:
            return None


def _after_opt_out(state: ConversationState, reply: Understanding) -> ConversationStep | None:
    """Nothing but a yes is an opt-out. It is no consent: who wants to go on is asked for the identity again."""
    match reply.intent:
        case Intent.YES | Intent.AGREE:
            return end_conversation(state, Ending.OPTED_OUT)
        case Intent.NO | Intent.NOW | Intent.THIS_IS_ME:
            return _ask_stage(_enter_stage(state, Stage.IDENTITY), again=True)
        case _:
            return None


def _after_consent(state: ConversationState, reply: Understanding) -> ConversationStep | None:
    match reply.intent:
        case Intent.AGREE | Intent.YES if reply.other_intents <= HARMLESS_WITH_CONSENT:
            return begin_questions(replace(state, silences=0), ConsentGiven())
        case Intent.AGREE | Intent.YES | Intent.NEARLY_AGREE | Intent.THIS_IS_ME:
            return _ask_stage(state, Preface.NEARLY, again=True)
        case Intent.NO:
            return end_conversation(state, Ending.DECLINED)
        case Intent.NOT_ME:
            return _after_absence(state, reply)
        case _:
            return None


def _postpone_call(state: ConversationState, reply: Understanding) -> ConversationStep:
    """Agree on a time for another call. A candidate who has postponed it too often is left to a person."""
    if not state.can_postpone and state.stage in (Stage.ABSENT, Stage.STRANGER):
        return end_conversation(state, Ending.NOT_HERE)
    if not state.can_postpone:
        return _hand_over(state, HandOver.POSTPONED)
    if reply.requested_time:
        return end_conversation(state, ConversationEnded(Ending.CALL_LATER, when=reply.requested_time))
    if state.stage is Stage.RESCHEDULE:
        return end_conversation(state, Ending.CALL_LATER)
    return _ask_stage(_enter_stage(state, Stage.RESCHEDULE))


def _hold_on(state: ConversationState) -> ConversationStep:
    """Wait. Another person may fetch the candidate meanwhile, so who speaks next is asked again."""
    if state.stage in (Stage.ABSENT, Stage.STRANGER):
        state = _enter_stage(state, Stage.IDENTITY)
    return ConversationStep(state, HoldOn())


def _change_language(state: ConversationState, language: str | None) -> ConversationStep:
    """The questions exist in one language, so a person must help with another."""
    if language and language.split("-")[0] == state.language.split("-")[0]:
        return _ask_stage(state)
    return _hand_over(state, HandOver.LANGUAGE, language=language)


def _hand_over(state: ConversationState, hand_over: HandOver, *, language: str | None = None) -> ConversationStep:
    return end_conversation(state, ConversationEnded(Ending.PERSON_REQUESTED, hand_over=hand_over, language=language))


def _enter_stage(state: ConversationState, stage: Stage) -> ConversationState:
    return replace(state, stage=stage, silences=0)


def _preface_for(state: ConversationState, intent: Intent) -> Preface:
    """Only a person who has confirmed to be the candidate learns of the application."""
    match intent, state.stage:
        case Intent.WHAT_ABOUT | Intent.DOUBT, Stage.CONSENT:
            return APPLICATION_PREFACES[intent]
        case Intent.WHO_IS_THIS, Stage.IDENTITY:
            return Preface.NONE  # each greeting names the caller
        case _:
            return PREFACES_BY_INTENT[intent]


def _ask_stage(state: ConversationState, preface: Preface = Preface.NONE, *, again: bool = False) -> ConversationStep:
    """Give the prompt of the stage."""
    prompt = STAGE_PROMPTS[state.stage](preface, again=again, keys_only=state.silences + 1 == MAX_TRIES)
    if isinstance(prompt, AskConsent):
        prompt = replace(prompt, resumed=state.resumed)
    return ConversationStep(state, prompt)


def _try_again(state: ConversationState, preface: Preface, *, guess: Intent | None = None) -> ConversationStep:
    """Give the prompt again, until the last try, which takes keys only.

    A person takes over from a speaker who seemed to refuse at each try before it: no call may follow.
    """
    if state.silences + 1 == MAX_TRIES:
        return _hand_over(state, HandOver.REFUSAL) if state.progress.request == Intent.REFUSE else _give_up(state)
    guess = Intent.REFUSE if guess in REFUSALS else guess
    is_same_guess = state.silences == 0 or guess == state.progress.request
    progress = replace(state.progress, request=guess if is_same_guess else None)
    preface = SECOND_PREFACES.get(preface, preface) if state.silences else preface
    return _ask_stage(replace(state, silences=state.silences + 1, progress=progress), preface, again=True)


def _give_up(state: ConversationState) -> ConversationStep:
    if state.stage is Stage.OPT_OUT:
        return _hand_over(state, HandOver.REFUSAL)
    return end_conversation(state, DEFAULT_ENDINGS.get(state.stage, Ending.NO_REPLY))
