"""The time of another call, named before the first question."""

from datetime import time

import pytest

from interviews.conversation.engine import (
    AskIdentity,
    AskReachable,
    ConversationEnded,
    Ending,
    Goodbye,
    HandOver,
    Prompt,
    Stage,
    WordsSpoken,
    next_step,
)
from interviews.conversation.phrases.intent import Intent
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.tests.conversation.introduction.states import AT_FIVE, at, reply_with


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


def test_call_is_not_postponed_for_ever() -> None:
    for stage in (Stage.IDENTITY, Stage.CONSENT):
        step = reply_with(at(stage, can_postpone=False), Intent.LATER, requested_time=AT_FIVE)
        assert step.facts == (ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.POSTPONED),)
    assert (
        reply_with(at(Stage.IDENTITY, can_postpone=False), Intent.NOT_ME, requested_time=AT_FIVE).prompt
        == AskReachable()
    )
    assert reply_with(at(Stage.ABSENT, can_postpone=False), Intent.LATER).prompt == Goodbye(Ending.NOT_HERE)


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
