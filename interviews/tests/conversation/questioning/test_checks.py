"""The check whether a short recording was the answer."""

from dataclasses import replace

import pytest

from interviews.conversation.elements import USUAL_PAUSE_SECONDS
from interviews.conversation.engine import (
    AnswerKept,
    AskQuestion,
    CheckAnswer,
    ConversationEnded,
    Ending,
    Goodbye,
    HangUp,
    KeyPressed,
    LeadIn,
    LineLost,
    QuestionAsked,
    QuestionSkipped,
    RecordAnswer,
    RecordedAnswer,
    RecordingEnd,
    RequestRecorded,
    Stage,
    next_step,
)
from interviews.conversation.phrases.intent import Intent
from interviews.conversation.questioning import (
    ENOUGH_CONFIRMED,
    MAX_CHECKS,
    PATIENT_PAUSE_SECONDS,
    SHORT_SECONDS,
    VERY_SHORT_SECONDS,
)
from interviews.tests.conversation.questioning.states import CHECK, QUESTION, record, reply, say


class TestCheckOfShortAnswer:
    def test_short_recording_is_checked(self) -> None:
        assert record(QUESTION, SHORT_SECONDS - 1).prompt == CheckAnswer(0)
        assert record(QUESTION, SHORT_SECONDS).prompt == AskQuestion(1, LeadIn.NEXT)

    @pytest.mark.parametrize(
        "answer",
        [
            RecordedAnswer(2, RecordingEnd.KEY),
            RecordedAnswer(None, RecordingEnd.PAUSE),
            RecordedAnswer(2 + USUAL_PAUSE_SECONDS, RecordingEnd.PAUSE, "No, never."),
        ],
        ids=["ended by key", "unknown length", "understood"],
    )
    def test_clear_answer_is_not_checked(self, answer: RecordedAnswer) -> None:
        assert next_step(QUESTION, 4, answer).prompt == AskQuestion(1, LeadIn.NEXT)

    def test_longer_silence_is_no_speech(self) -> None:
        state = say(QUESTION, "I need a moment.").state
        assert record(state, 3, PATIENT_PAUSE_SECONDS).prompt == CheckAnswer(0)

    def test_brief_candidate_is_left_alone(self) -> None:
        state = QUESTION
        for _ in range(ENOUGH_CONFIRMED):
            state = reply(record(state, 3).state, "yes").state
        assert record(state, VERY_SHORT_SECONDS).prompt == Goodbye(Ending.FINISHED)
        assert record(state, VERY_SHORT_SECONDS - 1).prompt == CheckAnswer(2, again=True)

    def test_checks_of_question_are_limited(self) -> None:
        state = QUESTION
        for _ in range(MAX_CHECKS):
            state = reply(record(state, 3).state, "repeat").state
        assert record(state, 3).prompt == AskQuestion(1, LeadIn.NEXT)

    @pytest.mark.parametrize("words", ["Yes.", "That's it.", "", "mhm hm hm", "next question please"])
    def test_recording_is_kept(self, words: str) -> None:
        step = reply(CHECK, words)
        assert step.prompt == AskQuestion(1, LeadIn.NEXT)
        assert [(fact.position, fact.turn) for fact in step.facts if isinstance(fact, AnswerKept)] == [(0, 3)]

    @pytest.mark.parametrize("key", ["1", "#", "7"])
    def test_key_keeps_recording(self, key: str) -> None:
        assert AnswerKept(0, 3) in next_step(CHECK, 4, KeyPressed(key)).facts

    def test_repeated_answer_keeps_its_words(self) -> None:
        words = "two years at the harbour in Rotterdam"
        assert AnswerKept(0, 3, words) in reply(CHECK, words).facts

    @pytest.mark.parametrize("words", ["Repeat the question please.", "No.", "Sorry, what?"])
    def test_question_is_repeated(self, words: str) -> None:
        step = reply(CHECK, words)
        assert (step.state.stage, step.prompt, step.facts) == (Stage.QUESTION, AskQuestion(0, LeadIn.REPEATED), ())

    def test_unknown_answer_is_skipped(self) -> None:
        facts = reply(CHECK, "I don't know.").facts
        assert facts[:2] == (RequestRecorded(0, Intent.DONT_KNOW, 3), QuestionSkipped(0, Intent.DONT_KNOW))

    def test_moment_is_granted(self) -> None:
        assert reply(CHECK, "Wait, I need a moment.").prompt == RecordAnswer(0, patient=True)

    def test_lost_line_keeps_recording(self) -> None:
        step = next_step(replace(CHECK, open_positions=(2,)), 4, LineLost())
        assert (step.prompt, step.facts) == (HangUp(), (AnswerKept(2, 3), ConversationEnded(Ending.FINISHED)))


@pytest.mark.parametrize(
    "words",
    [
        "I wasn't finished.",
        "Wait, I wanted to add something.",
        "One more thing.",
        "Let me try again.",
        "Can I start over?",
        "I want to change my answer.",
        "I didn't say anything.",
        "That was my dog.",
        "I was talking to someone else.",
        "Star.",
    ],
)
def test_take_that_was_no_answer_is_asked_again(words: str) -> None:
    step = reply(CHECK, words)
    assert (step.prompt, step.facts) == (AskQuestion(0, LeadIn.REPEATED), ())


def test_silence_after_bare_yes_repeats_question() -> None:
    """The yes was meant for the consent. A short answer without words that are known is kept."""
    assert reply(say(QUESTION, "Yes.").state, "").prompt == AskQuestion(0, LeadIn.REPEATED)
    assert reply(record(QUESTION, 2).state, "").facts == (AnswerKept(0, 4), QuestionAsked(1))
