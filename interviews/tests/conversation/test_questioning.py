"""The conversation during the questions: requests in place of answers, and checks of short recordings."""

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
    ConversationStep,
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
    QuestionProgress,
    QuestionSkipped,
    QuestionUnanswered,
    RecordAnswer,
    RecordedAnswer,
    RecordingEnd,
    RequestRecorded,
    Stage,
    WordsSpoken,
    next_step,
)
from interviews.conversation.phrases.intent import Intent
from interviews.conversation.questioning import (
    ENOUGH_CONFIRMED,
    MAX_CHECKS,
    PATIENT_SILENCE_SECONDS,
    REQUEST_INTENTS,
    SHORT_SECONDS,
    SILENCE_SECONDS,
    VERY_SHORT_SECONDS,
)
from interviews.models.no_answer import OF_REQUEST

QUESTION = ConversationState(stage=Stage.QUESTION, turn=4, open_positions=(0, 1, 2))
LAST = replace(QUESTION, open_positions=(2,))
CHECK = replace(QUESTION, stage=Stage.CHECK, progress=QuestionProgress(checks=1, checked_turn=3))
STOP = replace(QUESTION, stage=Stage.STOP, progress=QuestionProgress(request=Intent.REFUSE))
ANSWER = "I worked in a warehouse for two years."
REFUSAL_BY_SCORE = "This is stupid, I'm not going to tell my life story to a machine, goodbye."
"""A refusal in which no phrase is found."""


def say(state: ConversationState, words: str) -> ConversationStep:
    """Record an answer whose words were understood while it was recorded."""
    return next_step(state, state.turn, RecordedAnswer(8, RecordingEnd.PAUSE, words))


def record(state: ConversationState, speech_seconds: int, silence: int = SILENCE_SECONDS) -> ConversationStep:
    """Record an answer whose words are not known."""
    return next_step(state, state.turn, RecordedAnswer(speech_seconds + silence, RecordingEnd.PAUSE))


def reply(state: ConversationState, words: str) -> ConversationStep:
    return next_step(state, state.turn, WordsSpoken(words) if words else NoReply())


@pytest.mark.parametrize(
    ("words", "prompt", "facts"),
    [
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
    ],
)
def test_understood_words_lead_to_step(words: str, prompt: engine.Prompt, facts: tuple[engine.Fact, ...]) -> None:
    step = say(QUESTION, words)
    assert (step.prompt, step.facts) == (prompt, facts)


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


class TestCheckOfShortAnswer:
    def test_short_recording_is_checked(self) -> None:
        assert record(QUESTION, SHORT_SECONDS - 1).prompt == CheckAnswer(0)
        assert record(QUESTION, SHORT_SECONDS).prompt == AskQuestion(1, LeadIn.NEXT)

    @pytest.mark.parametrize(
        "answer",
        [
            RecordedAnswer(2, RecordingEnd.KEY),
            RecordedAnswer(None, RecordingEnd.PAUSE),
            RecordedAnswer(2 + SILENCE_SECONDS, RecordingEnd.PAUSE, "No, never."),
        ],
        ids=["ended by key", "unknown length", "understood"],
    )
    def test_clear_answer_is_not_checked(self, answer: RecordedAnswer) -> None:
        assert next_step(QUESTION, 4, answer).prompt == AskQuestion(1, LeadIn.NEXT)

    def test_longer_silence_is_no_speech(self) -> None:
        state = say(QUESTION, "I need a moment.").state
        assert record(state, 3, PATIENT_SILENCE_SECONDS).prompt == CheckAnswer(0)

    def test_brief_candidate_is_left_alone(self) -> None:
        state = QUESTION
        for _ in range(ENOUGH_CONFIRMED):
            state = reply(record(state, 3).state, "yes").state
        assert record(state, VERY_SHORT_SECONDS).prompt == Goodbye(Ending.FINISHED)
        assert record(state, VERY_SHORT_SECONDS - 1).prompt == CheckAnswer(2)

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


class TestStop:
    @pytest.mark.parametrize("input", [KeyPressed("1"), WordsSpoken("Yes please."), LineLost()])
    def test_confirmed_request_ends_interview(self, input: engine.Input) -> None:
        assert next_step(STOP, 4, input).facts == (ConversationEnded(Ending.DECLINED),)

    @pytest.mark.parametrize("input", [KeyPressed("2"), WordsSpoken("No, let's go on.")])
    def test_interview_goes_on(self, input: engine.Input) -> None:
        step = next_step(STOP, 4, input)
        assert (step.state.stage, step.prompt) == (Stage.QUESTION, AskQuestion(0, LeadIn.REPEATED))

    def test_unclear_words_do_not_end_interview(self) -> None:
        step = reply(STOP, "mhm hm hm")
        assert step.prompt == ConfirmStop(0, Intent.REFUSE)
        assert reply(step.state, "mhm hm hm").prompt == AskQuestion(0, LeadIn.REPEATED)

    def test_silence_does_not_take_request_back(self) -> None:
        step = next_step(STOP, 4, NoReply())
        assert step.prompt == ConfirmStop(0, Intent.REFUSE)
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


# --- silence after a request for a moment ---


def be_silent(state: ConversationState, times: int) -> ConversationStep:
    for _ in range(times - 1):
        state = reply(state, "").state
    return reply(state, "")


def test_moment_is_no_try() -> None:
    waiting = say(QUESTION, "Hang on, there's someone at the door.").state
    for silences in (0, 1):
        step = reply(waiting, "")
        assert (step.prompt, step.state.silences) == (AskQuestion(0, LeadIn.UNHEARD), silences)
        waiting = step.state


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
