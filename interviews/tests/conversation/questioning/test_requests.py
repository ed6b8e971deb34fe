"""Requests in place of an answer: what was said leads to its step."""

from dataclasses import replace

import pytest

from interviews.conversation import engine
from interviews.conversation.engine import (
    AnswerKept,
    AskQuestion,
    CheckAnswer,
    ConfirmStop,
    ConversationEnded,
    ConversationState,
    Ending,
    Goodbye,
    HandOver,
    HangUp,
    KeyPressed,
    LeadIn,
    LineLost,
    NoReply,
    QuestionAsked,
    QuestionPostponed,
    QuestionSkipped,
    RecordAnswer,
    RecordedAnswer,
    RecordingEnd,
    RequestRecorded,
    Stage,
    WordsSpoken,
    next_step,
)
from interviews.conversation.phrases.intent import Intent, Understanding
from interviews.conversation.questioning import (
    REQUEST_INTENTS,
    after_request,
)
from interviews.models.no_answer import OF_REQUEST
from interviews.tests.conversation.questioning.states import ANSWER, LAST, QUESTION, REFUSAL_BY_SCORE, STOP, reply, say

STEPS_OF_WORDS = [
    ("Sorry?", AskQuestion(0, LeadIn.REPEATED), (RequestRecorded(0, Intent.REPEAT),)),
    ("What do you mean?", AskQuestion(0, LeadIn.EXPLAINED), (RequestRecorded(0, Intent.EXPLAIN),)),
    ("Are you a robot?", AskQuestion(0, LeadIn.INTRODUCED), (RequestRecorded(0, Intent.IS_ROBOT),)),
    ("Is this being recorded?", AskQuestion(0, LeadIn.RECORDED), (RequestRecorded(0, Intent.RECORDING),)),
    ("Will a human listen to this?", AskQuestion(0, LeadIn.RECORDED), (RequestRecorded(0, Intent.RECORDING),)),
    ("What happens with my answers?", AskQuestion(0, LeadIn.RECORDED), (RequestRecorded(0, Intent.RECORDING),)),
    ("Is this a scam?", AskQuestion(0, LeadIn.GENUINE), (RequestRecorded(0, Intent.DOUBT),)),
    ("Who gave you my number?", AskQuestion(0, LeadIn.GENUINE), (RequestRecorded(0, Intent.DOUBT),)),
    (
        "When would I start?",
        AskQuestion(0, LeadIn.OTHER_QUESTION),
        (RequestRecorded(0, Intent.OTHER_QUESTION),),
    ),
    ("How many questions are left?", AskQuestion(0, LeadIn.LENGTH), (RequestRecorded(0, Intent.LENGTH),)),
    ("I need a moment.", RecordAnswer(0, patient=True), (RequestRecorded(0, Intent.HOLD_ON),)),
    (
        "Hang on, there's someone at the door.",
        RecordAnswer(0, patient=True),
        (RequestRecorded(0, Intent.HOLD_ON),),
    ),
    ("Do I speak now?", RecordAnswer(0, patient=True), (RequestRecorded(0, Intent.HOLD_ON),)),
    (
        "I don't know.",
        AskQuestion(1, LeadIn.SKIPPED),
        (RequestRecorded(0, Intent.DONT_KNOW), QuestionSkipped(0, Intent.DONT_KNOW), QuestionAsked(1)),
    ),
    (
        "Next question please.",
        AskQuestion(1, LeadIn.SKIPPED),
        (RequestRecorded(0, Intent.SKIP), QuestionSkipped(0, Intent.SKIP), QuestionAsked(1)),
    ),
    (
        "Can I come back to that?",
        AskQuestion(1, LeadIn.POSTPONED),
        (RequestRecorded(0, Intent.COME_BACK), QuestionPostponed(0), QuestionAsked(1)),
    ),
    ("I don't want to do this anymore.", ConfirmStop(0, Intent.REFUSE), (RequestRecorded(0, Intent.REFUSE),)),
    ("Can I talk to a person?", ConfirmStop(0, Intent.PERSON), (RequestRecorded(0, Intent.PERSON),)),
    (
        "Can we do this in Spanish?",
        ConfirmStop(0, Intent.OTHER_LANGUAGE),
        (RequestRecorded(0, Intent.OTHER_LANGUAGE),),
    ),
    (
        "I have to go.",
        Goodbye(Ending.CALL_LATER),
        (RequestRecorded(0, Intent.BUSY), ConversationEnded(Ending.CALL_LATER)),
    ),
    (
        "Stop calling me.",
        Goodbye(Ending.OPTED_OUT),
        (RequestRecorded(0, Intent.NEVER), ConversationEnded(Ending.OPTED_OUT)),
    ),
    (
        "My battery is dying, can you call me back?",
        Goodbye(Ending.CALL_LATER),
        (RequestRecorded(0, Intent.LATER), ConversationEnded(Ending.CALL_LATER)),
    ),
    (
        "Leave me alone.",
        Goodbye(Ending.OPTED_OUT),
        (RequestRecorded(0, Intent.NEVER), ConversationEnded(Ending.OPTED_OUT)),
    ),
    ("The customer said leave me alone.", AskQuestion(1, LeadIn.NEXT), (AnswerKept(0), QuestionAsked(1))),
    (
        "He kept shouting stop bothering me, leave me alone, so I walked away.",
        AskQuestion(1, LeadIn.NEXT),
        (AnswerKept(0), QuestionAsked(1)),
    ),
    ("Yes.", CheckAnswer(0), ()),
    ("Um.", CheckAnswer(0), ()),
    ("I finish at five, so mornings are better.", AskQuestion(1, LeadIn.NEXT), (AnswerKept(0), QuestionAsked(1))),
    ("Delete the file.", AskQuestion(1, LeadIn.NEXT), (AnswerKept(0), QuestionAsked(1))),
    ("Forklift driving.", AskQuestion(1, LeadIn.NEXT), (AnswerKept(0), QuestionAsked(1))),
    ("No, never.", AskQuestion(1, LeadIn.NEXT), (AnswerKept(0), QuestionAsked(1))),
    (
        "I always ask a colleague to repeat what they said.",
        AskQuestion(1, LeadIn.NEXT),
        (AnswerKept(0), QuestionAsked(1)),
    ),
]


def test_understood_words_lead_to_step() -> None:
    steps = [(words, say(QUESTION, words)) for words, _, _ in STEPS_OF_WORDS]
    assert [(words, step.prompt, step.facts) for words, step in steps] == STEPS_OF_WORDS


def test_words_without_recording_are_requests() -> None:
    step = reply(QUESTION, "Sorry, could you repeat that?")
    assert (step.prompt, step.facts) == (AskQuestion(0, LeadIn.REPEATED), ())


def test_request_restores_silences() -> None:
    assert say(replace(QUESTION, silences=1), "Sorry?").state.silences == 0


def test_every_request_has_reason_code() -> None:
    assert set(OF_REQUEST) >= REQUEST_INTENTS


class TestPostponedQuestion:
    def test_returns_after_others(self) -> None:
        state = say(QUESTION, "Can I come back to that?").state
        prompts: list[engine.Prompt] = []
        for _ in range(2):
            step = say(state, ANSWER)
            state, prompts = step.state, [*prompts, step.prompt]
        assert prompts == [AskQuestion(2, LeadIn.NEXT), AskQuestion(0, LeadIn.RETURNED)]
        assert ConversationEnded(Ending.FINISHED) in say(state, ANSWER).facts

    @pytest.mark.parametrize("state", [LAST, replace(QUESTION, postponed=frozenset({0}))], ids=["last", "second time"])
    def test_waits_where_it_cannot_be_put_off(self, state: ConversationState) -> None:
        step = say(state, "Can I come back to that?")
        assert step.prompt == RecordAnswer(state.open_positions[0], patient=True)


class TestStop:
    @pytest.mark.parametrize("input", [KeyPressed("1"), WordsSpoken("Yes please."), LineLost()])
    def test_confirmed_request_ends_interview(self, input: engine.Input) -> None:
        assert next_step(STOP, 4, input).facts == (ConversationEnded(Ending.DECLINED),)

    def test_guessed_opt_out_needs_yes(self) -> None:
        step = after_request(QUESTION, Understanding(Intent.NEVER, is_guess=True))
        assert (step.prompt, step.facts) == (ConfirmStop(0, Intent.NEVER), ())
        endings = [next_step(step.state, step.state.turn, input).facts for input in (KeyPressed("1"), LineLost())]
        assert endings == [(ConversationEnded(Ending.OPTED_OUT),), (ConversationEnded(Ending.DECLINED),)]

    @pytest.mark.parametrize("input", [KeyPressed("2"), WordsSpoken("No, let's go on.")])
    def test_interview_goes_on(self, input: engine.Input) -> None:
        step = next_step(STOP, 4, input)
        assert (step.state.stage, step.prompt) == (Stage.QUESTION, AskQuestion(0, LeadIn.REPEATED))

    def test_unclear_words_do_not_end_interview(self) -> None:
        step = reply(STOP, "mhm hm hm")
        assert step.prompt == ConfirmStop(0, Intent.REFUSE, again=True)
        assert reply(step.state, "mhm hm hm").prompt == AskQuestion(0, LeadIn.REPEATED)

    def test_silence_does_not_take_request_back(self) -> None:
        step = next_step(STOP, 4, NoReply())
        assert step.prompt == ConfirmStop(0, Intent.REFUSE, again=True)
        assert next_step(step.state, 5, NoReply()).facts == (ConversationEnded(Ending.DECLINED),)


def test_wish_for_person_ends_interview() -> None:
    step = next_step(QUESTION, 4, KeyPressed("0"))
    assert step.prompt == ConfirmStop(0, Intent.PERSON)
    assert next_step(step.state, 5, KeyPressed("1")).facts == (ConversationEnded(Ending.PERSON_REQUESTED),)


def test_slower_speech_is_remembered() -> None:
    assert say(QUESTION, "Could you speak more slowly please?").state.slow


def test_frequent_postponement_gets_person() -> None:
    ended = ConversationEnded(Ending.PERSON_REQUESTED, hand_over=HandOver.POSTPONED)
    assert ended in say(replace(QUESTION, can_postpone=False), "Call me later.").facts


class TestHangUpInRecording:
    @pytest.mark.parametrize(
        "words", ["Stop calling me.", "I don't want to do this anymore.", "Can I talk to a person?"]
    )
    def test_refusal_holds(self, words: str) -> None:
        step = next_step(QUESTION, 4, RecordedAnswer(4, RecordingEnd.HANGUP, words))
        assert step.prompt == HangUp()
        assert step.state.stage is Stage.OVER

    def test_guessed_refusal_leaves_question_open(self) -> None:
        step = next_step(QUESTION, 4, RecordedAnswer(4, RecordingEnd.HANGUP, REFUSAL_BY_SCORE))
        assert (step.state.stage, step.facts) == (Stage.QUESTION, (RequestRecorded(0, Intent.REFUSE),))

    def test_request_is_no_last_answer(self) -> None:
        step = next_step(LAST, 4, RecordedAnswer(4, RecordingEnd.HANGUP, "Sorry, could you repeat that?"))
        assert (step.state.stage, step.facts) == (Stage.QUESTION, (RequestRecorded(2, Intent.REPEAT),))


@pytest.mark.parametrize(
    ("words", "prompt"),
    [
        ("A person please.", Goodbye(Ending.PERSON_REQUESTED)),
        ("Call me later.", Goodbye(Ending.CALL_LATER)),
        ("Wait.", AskQuestion(0, LeadIn.REPEATED)),
        ("Leave me alone.", Goodbye(Ending.OPTED_OUT)),
    ],
)
def test_another_wish_replaces_the_refusal(words: str, prompt: engine.Prompt) -> None:
    assert reply(STOP, words).prompt == prompt
