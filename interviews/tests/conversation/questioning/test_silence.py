"""Silence during a question: pauses, the words before it is given again, and absent candidates."""

from dataclasses import replace

import pytest

from interviews.conversation.elements import USUAL_PAUSE_SECONDS
from interviews.conversation.engine import (
    AnswerKept,
    AskQuestion,
    CheckAnswer,
    ConversationEnded,
    ConversationState,
    ConversationStep,
    Ending,
    KeyPressed,
    LeadIn,
    QuestionAsked,
    QuestionPostponed,
    QuestionUnanswered,
    RecordAnswer,
    next_step,
)
from interviews.conversation.questioning import (
    PATIENT_PAUSE_SECONDS,
    SHORT_SECONDS,
    recording_pause,
)
from interviews.tests.conversation.questioning.states import LAST, QUESTION, record, reply, say


def be_silent(state: ConversationState, times: int) -> ConversationStep:
    for _ in range(times - 1):
        state = reply(state, "").state
    return reply(state, "")


def test_moment_is_no_try() -> None:
    waiting = say(QUESTION, "Hang on, there's someone at the door.").state
    for silences, lead in enumerate((LeadIn.UNHEARD, LeadIn.UNHEARD_AGAIN)):
        step = reply(waiting, "")
        assert (step.prompt, step.state.silences) == (AskQuestion(0, lead), silences)
        waiting = step.state


def test_candidate_is_encouraged_once() -> None:
    leads = []
    state = QUESTION
    for _ in range(4):
        step = reply(state, "")
        leads.append(step.prompt.lead if isinstance(step.prompt, AskQuestion) else None)
        state = step.state
    assert leads == [LeadIn.ENCOURAGED, LeadIn.UNANSWERED, LeadIn.UNHEARD, LeadIn.UNANSWERED]


def test_repeated_question_varies_its_words() -> None:
    first = next_step(QUESTION, 4, KeyPressed("*"))
    second = next_step(first.state, 5, KeyPressed("*"))
    assert (first.prompt, second.prompt) == (AskQuestion(0, LeadIn.REPEATED), AskQuestion(0, LeadIn.REPEATED_AGAIN))


def test_pause_of_job_counts() -> None:
    assert record(replace(QUESTION, pause_seconds=20), SHORT_SECONDS, silence=20).prompt == AskQuestion(1, LeadIn.NEXT)
    assert record(replace(QUESTION, pause_seconds=20), SHORT_SECONDS - 1, silence=20).prompt == CheckAnswer(0)


@pytest.mark.parametrize(
    ("prompt", "seconds"),
    [
        (AskQuestion(0, LeadIn.NEXT), USUAL_PAUSE_SECONDS),
        (AskQuestion(0, LeadIn.ENCOURAGED), PATIENT_PAUSE_SECONDS),
        (RecordAnswer(0), USUAL_PAUSE_SECONDS),
        (RecordAnswer(0, patient=True), PATIENT_PAUSE_SECONDS),
    ],
)
def test_prompt_has_pause(prompt: AskQuestion | RecordAnswer, seconds: int) -> None:
    assert recording_pause(prompt, USUAL_PAUSE_SECONDS) == seconds
    assert recording_pause(prompt, PATIENT_PAUSE_SECONDS + 5) == PATIENT_PAUSE_SECONDS + 5


def test_absent_candidate_loses_no_question() -> None:
    first = be_silent(say(QUESTION, "One moment please.").state, 3)
    assert (first.prompt, first.facts) == (AskQuestion(1, LeadIn.POSTPONED), (QuestionPostponed(0), QuestionAsked(1)))
    assert be_silent(first.state, 2).facts == (ConversationEnded(Ending.CALL_LATER),)
    assert be_silent(say(LAST, "One moment please.").state, 3).facts == (ConversationEnded(Ending.CALL_LATER),)


def test_returned_candidate_goes_on() -> None:
    waiting = be_silent(say(QUESTION, "One moment please.").state, 3).state
    answered = say(waiting, "I drove a forklift at the harbour for two years.")
    assert answered.facts == (AnswerKept(1), QuestionAsked(2))
    assert be_silent(answered.state, 2).facts[0] == QuestionUnanswered(2)
    asking = say(say(QUESTION, "One moment please.").state, "Sorry, what was the question?").state
    assert be_silent(asking, 2).facts[0] == QuestionUnanswered(0)


def test_absence_after_last_postponement_leaves_question() -> None:
    waiting = say(replace(QUESTION, can_postpone=False), "One moment please.").state
    assert be_silent(waiting, 3).facts[0] == QuestionUnanswered(0)
