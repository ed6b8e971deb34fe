"""The conversation after an answer that its limit cut off."""

from dataclasses import replace

import pytest

from interviews.conversation.engine import (
    AnswerKept,
    AskQuestion,
    ConfirmStop,
    ConversationEnded,
    ConversationState,
    ConversationStep,
    Ending,
    Goodbye,
    HangUp,
    Input,
    KeyPressed,
    LeadIn,
    LineLost,
    NoReply,
    Prompt,
    QuestionAsked,
    QuestionProgress,
    RecordAnswer,
    RecordedAnswer,
    RecordingEnd,
    Stage,
    next_step,
)
from interviews.conversation.phrases.intent import Intent
from interviews.tests.conversation.questioning.states import REFUSAL_BY_SCORE

CUT_TURN = 3
QUESTION = ConversationState(stage=Stage.QUESTION, turn=CUT_TURN, open_positions=(0, 1))
GO_ON = replace(
    QUESTION,
    stage=Stage.GO_ON,
    turn=CUT_TURN + 1,
    progress=QuestionProgress(checked_turn=CUT_TURN, was_encouraged=True),
)
WITHOUT_END, WITH_END = AnswerKept(0, CUT_TURN), AnswerKept(0)
NEXT = AskQuestion(1, LeadIn.NEXT)
LAST = replace(GO_ON, open_positions=(1,))
DELAY, REFUSAL = "Please call me back later.", "I do not want to go on with this interview."
WISH_FOR_PERSON = "I want to speak with a person."


def test_candidate_may_go_on_once() -> None:
    step = next_step(QUESTION, CUT_TURN, RecordedAnswer(120, RecordingEnd.LIMIT))
    assert (step.prompt, step.facts) == (RecordAnswer(0, goes_on=True), ())
    assert (step.state.stage, step.state.progress.checked_turn) == (Stage.GO_ON, CUT_TURN)
    again = next_step(step.state, step.state.turn, RecordedAnswer(60, RecordingEnd.LIMIT))
    assert again.facts == (WITH_END, QuestionAsked(1))


@pytest.mark.parametrize(
    ("input", "kept_answer", "prompt"),
    [
        (RecordedAnswer(20, RecordingEnd.PAUSE), WITH_END, NEXT),
        (RecordedAnswer(20, RecordingEnd.KEY), WITH_END, NEXT),
        (RecordedAnswer(20, RecordingEnd.HANGUP), WITH_END, HangUp()),
        (RecordedAnswer(9, RecordingEnd.REPEAT), WITHOUT_END, NEXT),
        (RecordedAnswer(9, RecordingEnd.PAUSE, "Next question please."), WITHOUT_END, NEXT),
        (RecordedAnswer(0, RecordingEnd.KEY), WITHOUT_END, NEXT),
        (NoReply(), WITHOUT_END, NEXT),
        (KeyPressed("#"), WITHOUT_END, NEXT),
        (LineLost(), WITHOUT_END, HangUp()),
    ],
)
def test_answer_is_kept(input: Input, kept_answer: AnswerKept, prompt: Prompt) -> None:
    step = next_step(GO_ON, GO_ON.turn, input)
    assert (step.prompt, step.facts) == (prompt, (kept_answer, QuestionAsked(1)))
    assert step.state.progress == QuestionProgress(was_encouraged=True)


def say(state: ConversationState, words: str, ended: RecordingEnd = RecordingEnd.PAUSE) -> ConversationStep:
    return next_step(state, state.turn, RecordedAnswer(9, ended, words))


def test_opt_out_keeps_answer() -> None:
    step = say(GO_ON, "Stop calling me.")
    assert step.prompt == Goodbye(Ending.OPTED_OUT)
    assert step.facts == (WITHOUT_END, ConversationEnded(Ending.OPTED_OUT))


def test_guessed_request_belongs_to_answer() -> None:
    step = say(GO_ON, REFUSAL_BY_SCORE)
    assert (step.prompt, step.facts) == (NEXT, (WITH_END, QuestionAsked(1)))


@pytest.mark.parametrize(("words", "intent"), [(WISH_FOR_PERSON, Intent.PERSON), (REFUSAL, Intent.REFUSE)])
def test_wish_to_stop_is_confirmed(words: str, intent: Intent) -> None:
    step = say(GO_ON, words)
    assert (step.prompt, step.facts) == (ConfirmStop(1, intent), (WITHOUT_END, QuestionAsked(1)))
    assert (step.state.stage, step.state.open_positions) == (Stage.STOP, (1,))


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (DELAY, Ending.FINISHED),
        (REFUSAL, Ending.FINISHED),
        (WISH_FOR_PERSON, Ending.PERSON_REQUESTED),
        ("Stop calling me.", Ending.OPTED_OUT),
    ],
)
def test_request_after_last_question(words: str, ending: Ending) -> None:
    step = say(LAST, words)
    assert step.facts == (AnswerKept(1, CUT_TURN), ConversationEnded(ending))


@pytest.mark.parametrize(("words", "ending"), [(DELAY, Ending.CALL_LATER), (WISH_FOR_PERSON, Ending.PERSON_REQUESTED)])
def test_last_words_are_heard(words: str, ending: Ending) -> None:
    step = say(GO_ON, words, RecordingEnd.HANGUP)
    assert step.prompt == HangUp()
    assert step.facts == (WITHOUT_END, ConversationEnded(ending, when=step.facts[-1].when))  # type: ignore[union-attr]
