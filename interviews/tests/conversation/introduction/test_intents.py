"""The conversation before the first question: every intent gets a fitting reply."""

from itertools import product

import pytest

from interviews.conversation.engine import (
    AskConsent,
    AskIdentity,
    AskOptOut,
    AskQuestion,
    AskReachable,
    AskTime,
    ConversationEnded,
    Ending,
    Goodbye,
    HandOver,
    HoldOn,
    Preface,
    Prompt,
    Stage,
    WordsSpoken,
    next_step,
)
from interviews.conversation.introduction import (
    APPLICATION_PREFACES,
    STAGE_PROMPTS,
    apply_reply,
)
from interviews.conversation.phrases.intent import Intent, Understanding
from interviews.tests.conversation.introduction.states import STAGES, WORDS, at, reply_with

FINAL_INTENTS = [
    (Intent.NEVER, Ending.OPTED_OUT),
    (Intent.WRONG_NUMBER, Ending.WRONG_PERSON),
    (Intent.REFUSE, Ending.DECLINED),
    (Intent.PERSON, Ending.PERSON_REQUESTED),
]


def test_final_intents_end_every_stage() -> None:
    steps = {(stage, intent): reply_with(at(stage), intent) for stage, (intent, _) in product(STAGES, FINAL_INTENTS)}
    expected = {
        (stage, intent): (Stage.OVER, Goodbye(ending), (ConversationEnded(ending),))
        for stage, (intent, ending) in product(STAGES, FINAL_INTENTS)
    }
    assert {case: (step.state.stage, step.prompt, step.facts) for case, step in steps.items()} == expected


PROMPTS_OF_INTENTS = [
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
    (Stage.OPT_OUT, Intent.YES, Goodbye(Ending.OPTED_OUT)),
    (Stage.OPT_OUT, Intent.AGREE, Goodbye(Ending.OPTED_OUT)),
    (Stage.OPT_OUT, Intent.NO, AskIdentity(again=True)),
    (Stage.OPT_OUT, Intent.NEARLY_AGREE, AskOptOut(Preface.UNCLEAR, again=True)),
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
]


def test_intent_gets_prompt() -> None:
    prompts = [(stage, intent, reply_with(at(stage), intent).prompt) for stage, intent, _ in PROMPTS_OF_INTENTS]
    assert prompts == PROMPTS_OF_INTENTS


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


@pytest.mark.parametrize(
    ("stage", "intent", "next_stage"),
    [
        (Stage.IDENTITY, Intent.THIS_IS_ME, Stage.IDENTITY),
        (Stage.IDENTITY, Intent.NOT_ME, Stage.ABSENT),
        (Stage.IDENTITY, Intent.NEVER, Stage.OPT_OUT),
        (Stage.CONSENT, Intent.NEVER, Stage.OPT_OUT),
        (Stage.IDENTITY, Intent.WRONG_NUMBER, Stage.ABSENT),
        (Stage.ABSENT, Intent.NOT_ME, Stage.ABSENT),
        (Stage.STRANGER, Intent.THIS_IS_ME, Stage.IDENTITY),
        (Stage.CONSENT, Intent.NOT_ME, Stage.CONSENT),
        (Stage.CONSENT, Intent.WRONG_NUMBER, Stage.CONSENT),
    ],
)
def test_guess_leads_to_question(stage: Stage, intent: Intent, next_stage: Stage) -> None:
    step = apply_reply(at(stage), WORDS, Understanding(intent, is_guess=True))
    assert (step.facts, step.state.stage) == ((), next_stage)
    assert isinstance(step.prompt, STAGE_PROMPTS[next_stage])


def test_other_person_fetches_candidate() -> None:
    waiting = reply_with(at(Stage.ABSENT), Intent.HOLD_ON)
    assert waiting.prompt == HoldOn()
    assert reply_with(waiting.state, Intent.YES).prompt == AskConsent()


def test_other_language_needs_person() -> None:
    step = reply_with(at(Stage.CONSENT), Intent.OTHER_LANGUAGE, language="es")
    assert step.facts == (ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.LANGUAGE, language="es"),)
    assert reply_with(at(Stage.CONSENT, language="en-GB"), Intent.OTHER_LANGUAGE, language="en").prompt == AskConsent()


def test_slow_speech_lasts() -> None:
    slow = reply_with(at(Stage.IDENTITY), Intent.SLOWER).state
    assert reply_with(slow, Intent.THIS_IS_ME).state.slow


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


DOUBTS_ABOUT_CALL = [
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
]


def test_doubt_about_call_is_answered() -> None:
    for stage, words, preface in DOUBTS_ABOUT_CALL:
        step = next_step(at(stage, candidate_name="Alex Doe"), 4, WordsSpoken(words))
        assert step.prompt == STAGE_PROMPTS[stage](preface, again=True), (stage, words)


def test_subject_stays_hidden_from_others() -> None:
    for stage in set(STAGES) - {Stage.CONSENT}:
        for intent in set(Intent) - {Intent.THIS_IS_ME, Intent.YES, Intent.AGREE}:
            prompt = reply_with(at(stage), intent).prompt
            assert not isinstance(prompt, AskConsent | AskQuestion)
            assert getattr(prompt, "preface", Preface.NONE) not in APPLICATION_PREFACES.values()
