"""The eligibility questions of a conversation, as pure rules."""

from dataclasses import replace
from datetime import date

import pytest

from interviews.conversation.eligibility_question import EligibilityKind, EligibilityQuestion, EligibilityUnit
from interviews.conversation.engine import (
    AnswerState,
    AskEligibility,
    AskQuestion,
    ChoiceMade,
    ConfirmStop,
    ConsentGiven,
    ConversationEnded,
    ConversationState,
    ConversationStep,
    EligibilityAnswered,
    EligibilityAsked,
    EligibilityLead,
    Ending,
    Goodbye,
    HandOver,
    Input,
    KeyPressed,
    LeadIn,
    NoReply,
    QuestionAsked,
    ReadBack,
    Stage,
    WordsSpoken,
    WrittenAnswer,
    next_step,
)
from interviews.conversation.phrases.intent import Intent
from tests.support.eligibility_phrasings import TODAY

NIGHTS = EligibilityQuestion(0, "Nights?", EligibilityKind.YES_NO, is_knock_out=True, accepted=("yes",))
NOTICE = EligibilityQuestion(1, "Notice?", EligibilityKind.NUMBER, unit=EligibilityUnit.WEEKS, maximum=8)
AT_CONSENT = ConversationState(
    stage=Stage.CONSENT, turn=3, open_positions=(0, 1), eligibility=(NIGHTS, NOTICE), today=TODAY
)
AT_NIGHTS = replace(AT_CONSENT, stage=Stage.ELIGIBILITY)
AT_NOTICE = replace(AT_NIGHTS, eligibility=(NOTICE,))
UNDERSTOOD_NO = EligibilityAnswered(0, AnswerState.ANSWERED, "I can't work nights", "no", is_met=False)


def hold(state: ConversationState, *inputs: Input) -> ConversationStep:
    """Return the step after the last input. Open questions are those of the state, as the rows would give them."""
    step = ConversationStep(state, Goodbye(Ending.FINISHED))
    for input in inputs:
        step = next_step(step.state, step.state.turn, input)
    return step


def test_consent_leads_to_first_requirement_and_then_to_questions() -> None:
    first = hold(AT_CONSENT, KeyPressed("1"))
    assert (first.prompt, first.facts) == (
        AskEligibility(0, EligibilityLead.FIRST),
        (ConsentGiven(), EligibilityAsked(0)),
    )
    second = hold(first.state, WordsSpoken("yeah, sure"))
    answered = EligibilityAnswered(0, AnswerState.ANSWERED, "yeah, sure", "yes", is_met=True)
    assert (second.prompt, second.facts) == (AskEligibility(1, EligibilityLead.NEXT), (answered, EligibilityAsked(1)))
    third = hold(second.state, WordsSpoken("about three weeks"))
    answered = EligibilityAnswered(1, AnswerState.ANSWERED, "about three weeks", "3", is_met=True)
    assert (third.prompt, third.facts) == (AskQuestion(0, LeadIn.FIRST), (answered, QuestionAsked(0)))


def test_job_without_requirements_begins_with_its_questions() -> None:
    step = hold(replace(AT_CONSENT, eligibility=()), KeyPressed("1"))
    assert (step.prompt, step.facts) == (AskQuestion(0, LeadIn.FIRST), (ConsentGiven(), QuestionAsked(0)))


def test_failing_answer_counts_only_after_it_was_read_back() -> None:
    asked_back = hold(AT_NIGHTS, WordsSpoken("I can't work nights"))
    assert (asked_back.prompt, asked_back.facts) == (ReadBack(0, "no"), ())
    ended = hold(asked_back.state, WordsSpoken("yes that's right"))
    assert (ended.prompt, ended.facts) == (
        Goodbye(Ending.NOT_ELIGIBLE),
        (UNDERSTOOD_NO, ConversationEnded(Ending.NOT_ELIGIBLE)),
    )
    asked_again = hold(asked_back.state, KeyPressed("2"))
    assert (asked_again.prompt, asked_again.facts) == (AskEligibility(0, EligibilityLead.REPEATED), ())


def test_failing_answer_to_flagged_requirement_goes_on() -> None:
    step = hold(AT_NOTICE, WordsSpoken("three months"))
    assert step.prompt == AskQuestion(0, LeadIn.FIRST)
    assert step.facts[0] == EligibilityAnswered(1, AnswerState.ANSWERED, "three months", "12", is_met=False)


UNCLEAR = WordsSpoken("the weather is nice")
OPEN_ANSWERS: dict[str, tuple[tuple[Input, ...], AnswerState, str]] = {
    "unclear twice": ((UNCLEAR, UNCLEAR), AnswerState.NOT_UNDERSTOOD, "the weather is nice"),
    "silent twice": ((NoReply(), NoReply()), AnswerState.NO_REPLY, ""),
    "unclear, then silent": ((UNCLEAR, NoReply()), AnswerState.NOT_UNDERSTOOD, "the weather is nice"),
    "declined": ((WordsSpoken("I'd rather not say"),), AnswerState.DECLINED, "I'd rather not say"),
    "skipped": ((ChoiceMade(Intent.SKIP),), AnswerState.DECLINED, ""),
    "read back in vain": ((KeyPressed("2"), NoReply(), UNCLEAR), AnswerState.NOT_UNDERSTOOD, "2"),
    "denied twice": (
        (KeyPressed("2"), KeyPressed("2"), KeyPressed("2"), KeyPressed("2"), WordsSpoken("no")),
        AnswerState.NOT_UNDERSTOOD,
        "no",
    ),
}


@pytest.mark.parametrize("name", OPEN_ANSWERS)
def test_requirement_without_clear_answer_stays_open_and_interview_goes_on(name: str) -> None:
    inputs, state, words = OPEN_ANSWERS[name]
    step = hold(AT_NIGHTS, *inputs)
    assert step.prompt == AskEligibility(1, EligibilityLead.NEXT)
    assert step.facts[0] == EligibilityAnswered(0, state, words)


def test_questions_of_candidate_are_answered_and_requirement_is_asked_again() -> None:
    leads = {
        "can you repeat that": EligibilityLead.REPEATED,
        "what do you mean": EligibilityLead.EXPLAINED,
        "why do you ask": EligibilityLead.REASON,
        "the weather is nice": EligibilityLead.UNCLEAR,
    }
    prompts = {words: hold(AT_NIGHTS, WordsSpoken(words)).prompt for words in leads}
    assert prompts == {words: AskEligibility(0, lead) for words, lead in leads.items()}
    assert hold(AT_NIGHTS, *[WordsSpoken("what do you mean")] * 6).prompt == AskEligibility(1, EligibilityLead.NEXT)


def test_request_to_stop_is_confirmed_and_can_be_taken_back() -> None:
    step = hold(AT_NIGHTS, KeyPressed("0"))
    assert step.prompt == ConfirmStop(0, Intent.PERSON)
    assert hold(step.state, KeyPressed("2")).prompt == AskEligibility(0, EligibilityLead.REPEATED)
    assert hold(step.state, WrittenAnswer("yes I can")).prompt == AskEligibility(1, EligibilityLead.NEXT)
    assert hold(step.state, KeyPressed("1")).facts == (
        ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.ASKED),
    )


@pytest.mark.parametrize("inputs", [(), (KeyPressed("2"),)], ids=["asked", "read back"])
def test_other_call_is_granted_with_its_time_and_no_call_ever_again(inputs: tuple[Input, ...]) -> None:
    (later,) = hold(AT_NIGHTS, *inputs, WordsSpoken("please call me tomorrow at five")).facts
    assert isinstance(later, ConversationEnded)
    assert (later.ending, later.when is not None) == (Ending.CALL_LATER, True)
    never = hold(AT_NIGHTS, *inputs, WordsSpoken("never call me again"))
    assert never.facts == (ConversationEnded(Ending.OPTED_OUT),)


def test_numbers_too_large_for_any_requirement_are_not_understood() -> None:
    start = EligibilityQuestion(2, "Start?", EligibilityKind.DATE)
    for question, words in ((NOTICE, "9" * 400), (start, f"in {'9' * 400} days"), (start, f"in {'9' * 400} months")):
        step = hold(replace(AT_NIGHTS, eligibility=(question, NIGHTS)), *[WrittenAnswer(words)] * 2)
        assert step.facts[0] == EligibilityAnswered(question.position, AnswerState.NOT_UNDERSTOOD, words)
    assert hold(AT_NOTICE, KeyPressed("9", "9" * 5000)).prompt == AskEligibility(1, EligibilityLead.UNCLEAR)
    leap_day = replace(AT_NIGHTS, eligibility=(start,), today=date(2028, 3, 1))
    assert hold(leap_day, WordsSpoken("on the 29th of February")).prompt == AskEligibility(2, EligibilityLead.UNCLEAR)


def test_number_is_typed_with_several_keys() -> None:
    step = hold(AT_NOTICE, KeyPressed("1", "12"))
    assert step.facts[0] == EligibilityAnswered(1, AnswerState.ANSWERED, "12", "12", is_met=False)
    assert hold(AT_NOTICE, KeyPressed("0")).facts[0] == EligibilityAnswered(1, AnswerState.ANSWERED, "0", "0", True)
