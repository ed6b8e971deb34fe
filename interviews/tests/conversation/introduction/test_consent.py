"""Consent and refusal before the first question: only a clear reply counts."""

from itertools import product

import pytest

from interviews.conversation.engine import (
    AskConsent,
    AskQuestion,
    ConsentGiven,
    ConversationEnded,
    Ending,
    Goodbye,
    HandOver,
    Input,
    KeyPressed,
    NoReply,
    Preface,
    Stage,
    WordsSpoken,
    next_step,
)
from interviews.conversation.introduction import (
    MAX_TRIES,
    MAX_TURNS,
    STAGE_PROMPTS,
    apply_reply,
)
from interviews.conversation.phrases.intent import Intent, Understanding
from interviews.tests.conversation.introduction.states import STAGES, WORDS, at, reply_with

REFUSAL_BY_SCORE = WordsSpoken("I do not see myself in that job any more, sorry")
"""A refusal in which no phrase is found."""


DOUBTED_CONSENTS = [
    ("I don't agree", Goodbye(Ending.DECLINED)),
    ("no I do not", Goodbye(Ending.DECLINED)),
    ("I don't know", AskConsent(Preface.NEARLY, again=True)),
]


def test_name_like_common_word_changes_nothing() -> None:
    names = ["Alex Doe", "Minh Do", "Ada Lovelace", "Jin No"]
    for name, (words, prompt) in product(names, DOUBTED_CONSENTS):
        step = next_step(at(Stage.CONSENT, candidate_name=name), 4, WordsSpoken(words))
        assert step.prompt == prompt, (name, words)


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


@pytest.mark.parametrize(
    ("inputs", "ended"),
    [
        ((REFUSAL_BY_SCORE,) * MAX_TRIES, ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.REFUSAL)),
        ((NoReply(), REFUSAL_BY_SCORE, REFUSAL_BY_SCORE), ConversationEnded(Ending.NO_REPLY)),
        ((REFUSAL_BY_SCORE, NoReply(), REFUSAL_BY_SCORE), ConversationEnded(Ending.NO_REPLY)),
        (
            (REFUSAL_BY_SCORE, REFUSAL_BY_SCORE, NoReply()),
            ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.REFUSAL),
        ),
    ],
    ids=range(4),
)
def test_only_guessed_refusals_hand_over(inputs: tuple[Input, ...], ended: ConversationEnded) -> None:
    state = at(Stage.CONSENT)
    for input in inputs:
        step = next_step(state, state.turn, input)
        state = step.state
    assert step.facts == (ended,)


@pytest.mark.parametrize("intent", [Intent.AGREE, Intent.YES])
def test_clear_yes_is_consent(intent: Intent) -> None:
    step = reply_with(at(Stage.CONSENT), intent)
    assert ConsentGiven() in step.facts
    assert isinstance(step.prompt, AskQuestion)


def test_consent_with_doubt_is_asked_back() -> None:
    doubts = set(Intent) - {Intent.AGREE, Intent.YES, Intent.THIS_IS_ME}
    steps = {also: reply_with(at(Stage.CONSENT), Intent.AGREE, also) for also in doubts}
    asked_back = ((), AskConsent(Preface.NEARLY, again=True))
    assert {also: (step.facts, step.prompt) for also, step in steps.items()} == dict.fromkeys(doubts, asked_back)


def test_only_yes_consents() -> None:
    cases = product(STAGES, set(Intent) - {Intent.AGREE, Intent.YES})
    assert [case for case in cases if ConsentGiven() in reply_with(at(case[0]), case[1]).facts] == []


def test_late_consent_counts() -> None:
    assert ConsentGiven() in next_step(at(Stage.CONSENT, turn=MAX_TURNS), MAX_TURNS, KeyPressed("1")).facts
