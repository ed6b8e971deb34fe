"""The tries of a prompt before the first question, and the keys that answer it."""

import pytest

from interviews.conversation.engine import (
    AskConsent,
    AskIdentity,
    AskQuestion,
    AskReachable,
    AskTime,
    ConversationEnded,
    ConversationState,
    Ending,
    Goodbye,
    HandOver,
    KeyPressed,
    LeadIn,
    NoReply,
    PickedUp,
    Preface,
    Prompt,
    Stage,
    WordsSpoken,
    next_step,
)
from interviews.conversation.introduction import (
    DEFAULT_ENDINGS,
    MAX_TRIES,
    MAX_TURNS,
    STAGE_PROMPTS,
)
from interviews.conversation.phrases.intent import Intent
from interviews.tests.conversation.introduction.states import STAGES, at, reply_with

PROMPTS_OF_KEYS = [
    (Stage.IDENTITY, "1", AskConsent()),
    (Stage.IDENTITY, "2", AskReachable()),
    (Stage.ABSENT, "1", Goodbye(Ending.NOT_HERE)),
    (Stage.STRANGER, "2", Goodbye(Ending.WRONG_PERSON)),
    (Stage.RESCHEDULE, "1", Goodbye(Ending.CALL_LATER)),
    (Stage.RESCHEDULE, "2", Goodbye(Ending.DECLINED)),
    (Stage.CONSENT, "2", Goodbye(Ending.DECLINED)),
    (Stage.OPT_OUT, "1", Goodbye(Ending.OPTED_OUT)),
    (Stage.OPT_OUT, "2", AskIdentity(again=True)),
    *((stage, "9", Goodbye(Ending.OPTED_OUT)) for stage in STAGES),
    *((stage, "0", Goodbye(Ending.PERSON_REQUESTED)) for stage in STAGES),
    *((stage, "*", STAGE_PROMPTS[stage]()) for stage in STAGES),
    *((stage, "5", STAGE_PROMPTS[stage](Preface.UNCLEAR, again=True)) for stage in STAGES),
]


def test_key_gets_prompt() -> None:
    prompts = [(stage, key, next_step(at(stage), 4, KeyPressed(key)).prompt) for stage, key, _ in PROMPTS_OF_KEYS]
    assert prompts == PROMPTS_OF_KEYS


@pytest.mark.parametrize("stage", STAGES)
def test_last_try_takes_keys_only(stage: Stage) -> None:
    state = at(stage)
    for tries, preface in enumerate((Preface.SILENCE, Preface.SILENCE_AGAIN), 1):
        step = next_step(state, state.turn, NoReply())
        assert step.prompt == STAGE_PROMPTS[stage](preface, again=True, keys_only=tries == MAX_TRIES - 1)
        state = step.state
    ended = next_step(state, state.turn, NoReply())
    expected = ConversationEnded(DEFAULT_ENDINGS.get(stage, Ending.NO_REPLY))
    if stage is Stage.OPT_OUT:
        expected = ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.REFUSAL)
    assert ended.facts == (expected,)


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


def test_unclear_words_cost_try() -> None:
    step = next_step(at(Stage.IDENTITY), 4, WordsSpoken("purple elephant"))
    assert (step.prompt, step.state.silences) == (AskIdentity(Preface.UNCLEAR, again=True), 1)


@pytest.mark.parametrize("intent", [Intent.WHO_IS_THIS, Intent.REPEAT, Intent.HOLD_ON, Intent.SLOWER])
def test_question_of_candidate_costs_no_try(intent: Intent) -> None:
    assert reply_with(at(Stage.CONSENT, silences=1), intent).state.silences == 1


@pytest.mark.parametrize("stage", STAGES)
def test_machine_does_not_hold_line(stage: Stage) -> None:
    state = at(stage, turn=MAX_TURNS)
    assert next_step(state, MAX_TURNS, KeyPressed("*")).state.stage is Stage.OVER
