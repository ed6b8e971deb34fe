"""The conversation before the first question: every intent gets a fitting reply."""

from dataclasses import replace
from datetime import time

import pytest

from interviews.conversation.elements import (
    AskConsent,
    AskIdentity,
    AskQuestion,
    AskReachable,
    AskTime,
    ConsentGiven,
    ConversationEnded,
    ConversationState,
    ConversationStep,
    Ending,
    Goodbye,
    HandOver,
    HoldOn,
    KeyPressed,
    LeadIn,
    NoReply,
    PickedUp,
    Preface,
    Prompt,
    Stage,
    WordsSpoken,
)
from interviews.conversation.engine import next_step
from interviews.conversation.introduction import (
    APPLICATION_PREFACES,
    DEFAULT_ENDINGS,
    MAX_TRIES,
    MAX_TURNS,
    STAGE_PROMPTS,
    apply_reply,
)
from interviews.conversation.phrases.intent import Intent, Understanding
from interviews.conversation.phrases.requested_time import RequestedTime

AT_FIVE = RequestedTime(clock=time(17))
STAGES = list(STAGE_PROMPTS)
WORDS = WordsSpoken("words")
REFUSAL_BY_SCORE = WordsSpoken("I do not see myself in that job any more, sorry")
"""A refusal in which no phrase is found."""


def at(stage: Stage, **more: object) -> ConversationState:
    return replace(ConversationState(stage=stage, turn=4, open_positions=(0, 1)), **more)  # type: ignore[arg-type]


def reply_with(state: ConversationState, intent: Intent, *also: Intent, **more: object) -> ConversationStep:
    return apply_reply(state, WORDS, Understanding(intent, frozenset(also), **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("intent", "ending"),
    [
        (Intent.NEVER, Ending.OPTED_OUT),
        (Intent.WRONG_NUMBER, Ending.WRONG_PERSON),
        (Intent.REFUSE, Ending.DECLINED),
        (Intent.PERSON, Ending.PERSON_REQUESTED),
    ],
)
def test_final_intents_end_every_stage(stage: Stage, intent: Intent, ending: Ending) -> None:
    step = reply_with(at(stage), intent)
    assert (step.state.stage, step.prompt) == (Stage.OVER, Goodbye(ending))
    assert step.facts == (ConversationEnded(ending),)


@pytest.mark.parametrize(
    ("stage", "intent", "prompt"),
    [
        (Stage.IDENTITY, Intent.THIS_IS_ME, AskConsent()),
        (Stage.IDENTITY, Intent.YES, AskConsent()),
        (Stage.IDENTITY, Intent.WHO_IS_THIS, AskIdentity(again=True)),
        (Stage.IDENTITY, Intent.WHAT_ABOUT, AskIdentity(Preface.MATTER, again=True)),
        (Stage.IDENTITY, Intent.IS_ROBOT, AskIdentity(Preface.ROBOT, again=True)),
        (Stage.IDENTITY, Intent.REPEAT, AskIdentity()),
        (Stage.IDENTITY, Intent.SLOWER, AskIdentity(Preface.SLOWER)),
        (Stage.IDENTITY, Intent.BUSY, AskTime()),
        (Stage.IDENTITY, Intent.LATER, AskTime()),
        (Stage.IDENTITY, Intent.HOLD_ON, HoldOn()),
        (Stage.IDENTITY, Intent.NOT_ME, AskReachable()),
        (Stage.IDENTITY, Intent.NO, AskReachable()),
        (Stage.IDENTITY, Intent.NEARLY_AGREE, AskIdentity(Preface.UNCLEAR, again=True)),
        (Stage.ABSENT, Intent.THIS_IS_ME, AskIdentity(again=True)),
        (Stage.ABSENT, Intent.YES, Goodbye(Ending.NOT_HERE)),
        (Stage.ABSENT, Intent.NO, Goodbye(Ending.WRONG_PERSON)),
        (Stage.ABSENT, Intent.WHAT_ABOUT, AskReachable(Preface.MATTER, again=True)),
        (Stage.STRANGER, Intent.NOT_ME, Goodbye(Ending.NOT_HERE)),
        (Stage.RESCHEDULE, Intent.YES, Goodbye(Ending.CALL_LATER)),
        (Stage.RESCHEDULE, Intent.LATER, Goodbye(Ending.CALL_LATER)),
        (Stage.RESCHEDULE, Intent.NO, AskTime(Preface.UNCLEAR, again=True)),
        (Stage.RESCHEDULE, Intent.WHAT_ABOUT, AskTime(Preface.MATTER, again=True)),
        (Stage.CONSENT, Intent.WHO_IS_THIS, AskConsent(Preface.CALLER, again=True)),
        (Stage.CONSENT, Intent.WHAT_ABOUT, AskConsent(Preface.APPLICATION, again=True)),
        (Stage.CONSENT, Intent.IS_ROBOT, AskConsent(Preface.ROBOT, again=True)),
        (Stage.CONSENT, Intent.RECORDING, AskConsent(Preface.RECORDED, again=True)),
        (Stage.CONSENT, Intent.REPEAT, AskConsent()),
        (Stage.CONSENT, Intent.EXPLAIN, AskConsent()),
        (Stage.CONSENT, Intent.SLOWER, AskConsent(Preface.SLOWER)),
        (Stage.CONSENT, Intent.BUSY, AskTime()),
        (Stage.CONSENT, Intent.HOLD_ON, HoldOn()),
        (Stage.CONSENT, Intent.NEARLY_AGREE, AskConsent(Preface.NEARLY, again=True)),
        (Stage.CONSENT, Intent.THIS_IS_ME, AskConsent(Preface.NEARLY, again=True)),
        (Stage.CONSENT, Intent.NO, Goodbye(Ending.DECLINED)),
        (Stage.CONSENT, Intent.NOT_ME, AskReachable()),
    ],
)
def test_intent_gets_prompt(stage: Stage, intent: Intent, prompt: Prompt) -> None:
    assert reply_with(at(stage), intent).prompt == prompt


@pytest.mark.parametrize(
    ("stage", "words", "prompt"),
    [
        (Stage.ABSENT, "yes", Goodbye(Ending.NOT_HERE)),
        (Stage.ABSENT, "yes sure", Goodbye(Ending.NOT_HERE)),
        (Stage.STRANGER, "no", Goodbye(Ending.WRONG_PERSON)),
        (Stage.STRANGER, "oh yes this is alex speaking", AskIdentity(again=True)),
        (Stage.RESCHEDULE, "okay", Goodbye(Ending.CALL_LATER)),
        (Stage.RESCHEDULE, "tomorrow at ten", Goodbye(Ending.CALL_LATER)),
    ],
)
def test_yes_means_what_was_asked(stage: Stage, words: str, prompt: Prompt) -> None:
    """Another person's yes must not open the disclosure."""
    assert next_step(at(stage, candidate_name="Alex Doe"), 4, WordsSpoken(words)).prompt == prompt


@pytest.mark.parametrize("name", ["Alex Doe", "Minh Do", "Ada Lovelace", "Jin No"])
@pytest.mark.parametrize(
    ("words", "prompt"),
    [
        ("I don't agree", Goodbye(Ending.DECLINED)),
        ("no I do not", Goodbye(Ending.DECLINED)),
        ("I don't know", AskConsent(Preface.NEARLY, again=True)),
    ],
)
def test_name_like_common_word_changes_nothing(name: str, words: str, prompt: Prompt) -> None:
    assert next_step(at(Stage.CONSENT, candidate_name=name), 4, WordsSpoken(words)).prompt == prompt


@pytest.mark.parametrize("stage", STAGES)
def test_guessed_refusal_is_asked_back(stage: Stage) -> None:
    step = apply_reply(at(stage), WORDS, Understanding(Intent.REFUSE, is_guess=True))
    assert (step.facts, step.prompt) == ((), STAGE_PROMPTS[stage](Preface.NEARLY, again=True))


def test_refusal_by_score_needs_clear_reply() -> None:
    asked_back = next_step(at(Stage.CONSENT), 4, REFUSAL_BY_SCORE)
    assert (asked_back.facts, asked_back.prompt) == ((), AskConsent(Preface.NEARLY, again=True))
    assert ConsentGiven() in next_step(asked_back.state, 5, KeyPressed("1")).facts
    for reply in (KeyPressed("2"), WordsSpoken("no"), WordsSpoken("I'm not interested")):
        assert next_step(asked_back.state, 5, reply).facts == (ConversationEnded(Ending.DECLINED),)


def test_repeated_guess_never_declines() -> None:
    state = at(Stage.CONSENT)
    for _ in range(MAX_TRIES):
        step = next_step(state, state.turn, REFUSAL_BY_SCORE)
        state = step.state
    assert step.facts == (ConversationEnded(Ending.NO_REPLY),)


@pytest.mark.parametrize("intent", [Intent.AGREE, Intent.YES])
def test_clear_yes_is_consent(intent: Intent) -> None:
    step = reply_with(at(Stage.CONSENT), intent)
    assert ConsentGiven() in step.facts
    assert isinstance(step.prompt, AskQuestion)


@pytest.mark.parametrize("also", sorted(set(Intent) - {Intent.AGREE, Intent.YES, Intent.THIS_IS_ME}))
def test_consent_with_doubt_is_asked_back(also: Intent) -> None:
    step = reply_with(at(Stage.CONSENT), Intent.AGREE, also)
    assert (step.facts, step.prompt) == ((), AskConsent(Preface.NEARLY, again=True))


@pytest.mark.parametrize("intent", sorted(set(Intent) - {Intent.AGREE, Intent.YES}))
@pytest.mark.parametrize("stage", STAGES)
def test_only_yes_consents(stage: Stage, intent: Intent) -> None:
    assert ConsentGiven() not in reply_with(at(stage), intent).facts


@pytest.mark.parametrize("stage", [Stage.IDENTITY, Stage.CONSENT, Stage.RESCHEDULE, Stage.ABSENT])
def test_named_time_is_taken(stage: Stage) -> None:
    step = reply_with(at(stage), Intent.LATER, requested_time=AT_FIVE)
    assert step.facts == (ConversationEnded(Ending.CALL_LATER, when=AT_FIVE),)


@pytest.mark.parametrize("intent", [Intent.UNCLEAR, Intent.ANSWER])
def test_bare_time_answers_time_question(intent: Intent) -> None:
    step = reply_with(at(Stage.RESCHEDULE), intent, requested_time=AT_FIVE)
    assert step.facts == (ConversationEnded(Ending.CALL_LATER, when=AT_FIVE),)


def test_other_person_names_time() -> None:
    step = reply_with(at(Stage.IDENTITY), Intent.NOT_ME, Intent.LATER, requested_time=AT_FIVE)
    assert step.facts == (ConversationEnded(Ending.CALL_LATER, when=AT_FIVE),)


def test_other_person_fetches_candidate() -> None:
    waiting = reply_with(at(Stage.ABSENT), Intent.HOLD_ON)
    assert waiting.prompt == HoldOn()
    assert reply_with(waiting.state, Intent.YES).prompt == AskConsent()


def test_call_is_not_postponed_for_ever() -> None:
    for stage in (Stage.IDENTITY, Stage.CONSENT):
        step = reply_with(at(stage, can_postpone=False), Intent.LATER, requested_time=AT_FIVE)
        assert step.facts == (ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.POSTPONED),)
    assert (
        reply_with(at(Stage.IDENTITY, can_postpone=False), Intent.NOT_ME, requested_time=AT_FIVE).prompt
        == AskReachable()
    )
    assert reply_with(at(Stage.ABSENT, can_postpone=False), Intent.LATER).prompt == Goodbye(Ending.NOT_HERE)


def test_other_language_needs_person() -> None:
    step = reply_with(at(Stage.CONSENT), Intent.OTHER_LANGUAGE, language="es")
    assert step.facts == (ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.LANGUAGE, language="es"),)
    assert reply_with(at(Stage.CONSENT, language="en-GB"), Intent.OTHER_LANGUAGE, language="en").prompt == AskConsent()


def test_slow_speech_lasts() -> None:
    slow = reply_with(at(Stage.IDENTITY), Intent.SLOWER).state
    assert reply_with(slow, Intent.THIS_IS_ME).state.slow


@pytest.mark.parametrize(
    ("stage", "key", "prompt"),
    [
        (Stage.IDENTITY, "1", AskConsent()),
        (Stage.IDENTITY, "2", AskReachable()),
        (Stage.ABSENT, "1", Goodbye(Ending.NOT_HERE)),
        (Stage.STRANGER, "2", Goodbye(Ending.WRONG_PERSON)),
        (Stage.RESCHEDULE, "1", Goodbye(Ending.CALL_LATER)),
        (Stage.RESCHEDULE, "2", Goodbye(Ending.DECLINED)),
        (Stage.CONSENT, "2", Goodbye(Ending.DECLINED)),
        *((stage, "9", Goodbye(Ending.OPTED_OUT)) for stage in STAGES),
        *((stage, "0", Goodbye(Ending.PERSON_REQUESTED)) for stage in STAGES),
        *((stage, "*", STAGE_PROMPTS[stage]()) for stage in STAGES),
        *((stage, "5", STAGE_PROMPTS[stage](Preface.UNCLEAR, again=True)) for stage in STAGES),
    ],
)
def test_key_gets_prompt(stage: Stage, key: str, prompt: Prompt) -> None:
    assert next_step(at(stage), 4, KeyPressed(key)).prompt == prompt


@pytest.mark.parametrize("stage", STAGES)
def test_last_try_takes_keys_only(stage: Stage) -> None:
    state = at(stage)
    for tries in range(1, MAX_TRIES):
        step = next_step(state, state.turn, NoReply())
        assert step.prompt == STAGE_PROMPTS[stage](Preface.SILENCE, again=True, keys_only=tries == MAX_TRIES - 1)
        state = step.state
    ended = next_step(state, state.turn, NoReply())
    assert ended.facts == (ConversationEnded(DEFAULT_ENDINGS.get(stage, Ending.NO_REPLY)),)


def test_first_hello_costs_no_try() -> None:
    greeting = next_step(ConversationState(open_positions=(0,)), 0, PickedUp())
    hello = next_step(greeting.state, 1, WordsSpoken("hello?"))
    assert (hello.prompt, hello.state.silences) == (AskIdentity(), 0)


@pytest.mark.parametrize("words", ["hello?", "hello? hello?", "Hi, good morning.", "um, hello there"])
def test_plain_hello_repeats_greeting(words: str) -> None:
    state = at(Stage.IDENTITY)
    while state.turn < MAX_TURNS:
        step = next_step(state, state.turn, WordsSpoken(words))
        assert (step.prompt, step.state.silences) == (AskIdentity(), 0)
        state = step.state
    assert next_step(state, state.turn, WordsSpoken(words)).prompt == Goodbye(Ending.NO_REPLY)


@pytest.mark.parametrize("stage", STAGES)
def test_hello_costs_no_try(stage: Stage) -> None:
    step = next_step(at(stage, silences=1), 4, WordsSpoken("hello?"))
    assert (step.prompt, step.state.silences) == (STAGE_PROMPTS[stage](), 1)


@pytest.mark.parametrize(
    ("stage", "prompt"),
    [
        (Stage.IDENTITY, Goodbye(Ending.NOT_HERE)),
        (Stage.ABSENT, Goodbye(Ending.NOT_HERE)),
        (Stage.CONSENT, Goodbye(Ending.DECLINED)),
        (Stage.RESCHEDULE, Goodbye(Ending.CALL_LATER)),
    ],
)
def test_goodbye_declines_known_subject_only(stage: Stage, prompt: Prompt) -> None:
    assert next_step(at(stage), 4, WordsSpoken("Bye.")).prompt == prompt


@pytest.mark.parametrize(
    ("stage", "words", "prompt"),
    [
        (Stage.IDENTITY, "one", AskConsent()),
        (Stage.IDENTITY, "press two", AskReachable()),
        (Stage.ABSENT, "1", Goodbye(Ending.NOT_HERE)),
        (Stage.RESCHEDULE, "two", AskTime(Preface.UNCLEAR, again=True)),
        (Stage.CONSENT, "number one", AskQuestion(0, LeadIn.FIRST)),
        (Stage.CONSENT, "two", Goodbye(Ending.DECLINED)),
    ],
)
def test_key_may_be_spoken(stage: Stage, words: str, prompt: Prompt) -> None:
    assert next_step(at(stage), 4, WordsSpoken(words)).prompt == prompt


@pytest.mark.parametrize("stage", [Stage.RESCHEDULE, Stage.ABSENT])
def test_bare_hour_is_time(stage: Stage) -> None:
    step = next_step(at(stage), 4, WordsSpoken("Five."))
    assert step.facts == (ConversationEnded(Ending.CALL_LATER, when=RequestedTime(clock=time(5), half_known=False)),)


@pytest.mark.parametrize(
    ("words", "prompt"),
    [
        ("I don't know.", Goodbye(Ending.CALL_LATER)),
        ("Whenever you like.", Goodbye(Ending.CALL_LATER)),
        ("Actually, I can do it now.", AskIdentity(again=True)),
        ("not now", Goodbye(Ending.CALL_LATER)),
    ],
)
def test_time_may_be_left_open(words: str, prompt: Prompt) -> None:
    step = next_step(at(Stage.RESCHEDULE), 4, WordsSpoken(words))
    assert step.prompt == prompt


def test_unclear_words_cost_try() -> None:
    step = next_step(at(Stage.IDENTITY), 4, WordsSpoken("purple elephant"))
    assert (step.prompt, step.state.silences) == (AskIdentity(Preface.UNCLEAR, again=True), 1)


@pytest.mark.parametrize(
    ("stage", "words", "preface"),
    [
        (Stage.IDENTITY, "Is this being recorded?", Preface.RECORDED),
        (Stage.IDENTITY, "Is this a scam?", Preface.GENUINE),
        (Stage.IDENTITY, "How do I know this isn't a scam?", Preface.GENUINE),
        (Stage.IDENTITY, "Can I call you back to check?", Preface.GENUINE),
        (Stage.IDENTITY, "Why are you calling?", Preface.MATTER),
        (Stage.IDENTITY, "Who gave you my number?", Preface.GENUINE),
        (Stage.ABSENT, "Are you recording this?", Preface.RECORDED),
        (Stage.ABSENT, "Sounds like fraud to me.", Preface.GENUINE),
        (Stage.CONSENT, "Am I being recorded?", Preface.RECORDED),
        (Stage.CONSENT, "Does a person listen to my answers?", Preface.RECORDED),
        (Stage.CONSENT, "Does a human decide?", Preface.RECORDED),
        (Stage.CONSENT, "Is this legit?", Preface.GENUINE_APPLICATION),
        (Stage.CONSENT, "Where'd you get my number?", Preface.GENUINE_APPLICATION),
        (Stage.CONSENT, "How long will it take?", Preface.LENGTH),
        (Stage.CONSENT, "What's the salary?", Preface.OTHER_QUESTION),
    ],
)
def test_doubt_about_call_is_answered(stage: Stage, words: str, preface: Preface) -> None:
    step = next_step(at(stage, candidate_name="Alex Doe"), 4, WordsSpoken(words))
    assert step.prompt == STAGE_PROMPTS[stage](preface, again=True)


@pytest.mark.parametrize("intent", [Intent.WHO_IS_THIS, Intent.REPEAT, Intent.HOLD_ON, Intent.SLOWER])
def test_question_of_candidate_costs_no_try(intent: Intent) -> None:
    assert reply_with(at(Stage.CONSENT, silences=1), intent).state.silences == 1


@pytest.mark.parametrize("stage", STAGES)
def test_machine_does_not_hold_line(stage: Stage) -> None:
    state = at(stage, turn=MAX_TURNS)
    assert next_step(state, MAX_TURNS, KeyPressed("*")).state.stage is Stage.OVER


def test_late_consent_counts() -> None:
    assert ConsentGiven() in next_step(at(Stage.CONSENT, turn=MAX_TURNS), MAX_TURNS, KeyPressed("1")).facts


def test_subject_stays_hidden_from_others() -> None:
    for stage in set(STAGES) - {Stage.CONSENT}:
        for intent in set(Intent) - {Intent.THIS_IS_ME, Intent.YES, Intent.AGREE}:
            prompt = reply_with(at(stage), intent).prompt
            assert not isinstance(prompt, AskConsent | AskQuestion)
            assert getattr(prompt, "preface", Preface.NONE) not in APPLICATION_PREFACES.values()
