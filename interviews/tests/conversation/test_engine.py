"""The conversation, walked step by step, and thrown about by hypothesis."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from interviews.conversation import engine
from interviews.conversation.engine import (
    AnswerKept,
    AskConsent,
    AskIdentity,
    AskQuestion,
    ConsentGiven,
    ConversationEnded,
    ConversationState,
    Ending,
    Goodbye,
    HangUp,
    KeyPressed,
    LeadIn,
    NoReply,
    PickedUp,
    QuestionAsked,
    QuestionUnanswered,
    RecordAnswer,
    RecordedAnswer,
    RecordingEnd,
    Stage,
    StaleTurn,
    WordsSpoken,
    next_step,
)

GOOD = RecordedAnswer(20, RecordingEnd.PAUSE)


def at(stage: Stage, *, open_positions: tuple[int, ...] = (0, 1, 2), **more: object) -> ConversationState:
    return replace(ConversationState(stage=stage, turn=4, open_positions=open_positions), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "input", "stage", "prompt", "facts"),
    [
        (ConversationState(open_positions=(0,)), PickedUp(), Stage.IDENTITY, AskIdentity(), ()),
        (at(Stage.IDENTITY), KeyPressed("1"), Stage.CONSENT, AskConsent(), ()),
        (at(Stage.IDENTITY), WordsSpoken("Yes, I am."), Stage.CONSENT, AskConsent(), ()),
        (
            at(Stage.IDENTITY),
            KeyPressed("9"),
            Stage.OVER,
            Goodbye(Ending.OPTED_OUT),
            (ConversationEnded(Ending.OPTED_OUT),),
        ),
        (at(Stage.IDENTITY, resumed=True), KeyPressed("1"), Stage.CONSENT, AskConsent(resumed=True), ()),
        (
            at(Stage.CONSENT),
            KeyPressed("1"),
            Stage.QUESTION,
            AskQuestion(0, LeadIn.FIRST),
            (ConsentGiven(), QuestionAsked(0)),
        ),
        (
            at(Stage.CONSENT),
            WordsSpoken("I agree"),
            Stage.QUESTION,
            AskQuestion(0, LeadIn.FIRST),
            (ConsentGiven(), QuestionAsked(0)),
        ),
        (
            at(Stage.CONSENT, open_positions=(2,), resumed=True),
            KeyPressed("1"),
            Stage.QUESTION,
            AskQuestion(2, LeadIn.RESUMED),
            (ConsentGiven(), QuestionAsked(2)),
        ),
        (
            at(Stage.CONSENT, open_positions=()),
            KeyPressed("1"),
            Stage.OVER,
            Goodbye(Ending.FINISHED),
            (ConsentGiven(), ConversationEnded(Ending.FINISHED)),
        ),
        (
            at(Stage.CONSENT),
            KeyPressed("2"),
            Stage.OVER,
            Goodbye(Ending.DECLINED),
            (ConversationEnded(Ending.DECLINED),),
        ),
        (
            at(Stage.CONSENT),
            WordsSpoken("Don't call me again!"),
            Stage.OVER,
            Goodbye(Ending.OPTED_OUT),
            (ConversationEnded(Ending.OPTED_OUT),),
        ),
        (at(Stage.QUESTION), GOOD, Stage.QUESTION, AskQuestion(1, LeadIn.NEXT), (AnswerKept(0), QuestionAsked(1))),
        (
            at(Stage.QUESTION, open_positions=(2,)),
            GOOD,
            Stage.OVER,
            Goodbye(Ending.FINISHED),
            (AnswerKept(2), ConversationEnded(Ending.FINISHED)),
        ),
        (
            at(Stage.QUESTION),
            RecordedAnswer(9, RecordingEnd.REPEAT),
            Stage.QUESTION,
            AskQuestion(0, LeadIn.REPEATED),
            (),
        ),
        (at(Stage.QUESTION), KeyPressed("*"), Stage.QUESTION, AskQuestion(0, LeadIn.REPEATED), ()),
        (at(Stage.QUESTION), KeyPressed("#"), Stage.QUESTION, RecordAnswer(0), ()),
        (at(Stage.QUESTION), NoReply(), Stage.QUESTION, AskQuestion(0, LeadIn.ENCOURAGED), ()),
        (
            at(Stage.QUESTION),
            RecordedAnswer(0, RecordingEnd.KEY),
            Stage.QUESTION,
            AskQuestion(0, LeadIn.ENCOURAGED),
            (),
        ),
        (
            at(Stage.QUESTION, silences=1),
            NoReply(),
            Stage.QUESTION,
            AskQuestion(1, LeadIn.UNANSWERED),
            (QuestionUnanswered(0), QuestionAsked(1)),
        ),
        (at(Stage.QUESTION), RecordedAnswer(9, RecordingEnd.HANGUP), Stage.QUESTION, HangUp(), ()),
        (
            at(Stage.QUESTION, open_positions=(2,)),
            RecordedAnswer(9, RecordingEnd.HANGUP),
            Stage.OVER,
            HangUp(),
            (AnswerKept(2), ConversationEnded(Ending.FINISHED)),
        ),
        (at(Stage.CONSENT), RecordedAnswer(9, RecordingEnd.HANGUP), Stage.CONSENT, HangUp(), ()),
        (at(Stage.QUESTION, open_positions=(2,)), RecordedAnswer(0, RecordingEnd.HANGUP), Stage.QUESTION, HangUp(), ()),
        (at(Stage.OVER), GOOD, Stage.OVER, HangUp(), ()),
    ],
)
def test_input_leads_to_step(
    state: ConversationState, input: engine.Input, stage: Stage, prompt: engine.Prompt, facts: tuple[engine.Fact, ...]
) -> None:
    step = next_step(state, state.turn, input)
    assert (step.state.stage, step.prompt, step.facts) == (stage, prompt, facts)
    assert step.state.turn == state.turn + 1


VOICEMAIL = "Hi, no one is available to take your call, please do not hang up, leave a message after the tone"
UNWELCOMING_VOICEMAIL = "You have reached Ada, please do not call before nine, leave me a message and I will ring you"


@pytest.mark.parametrize("words", [VOICEMAIL, UNWELCOMING_VOICEMAIL])
def test_voicemail_ends_nothing(words: str) -> None:
    for stage in (Stage.IDENTITY, Stage.CONSENT):
        step = next_step(at(stage), 4, WordsSpoken(words))
        assert (step.state.stage, step.facts) == (stage, ())


@pytest.mark.parametrize(
    "words", ["Yes, I agree, but do not call me again.", "Well, yes, if it is short", "I agree to no"]
)
def test_long_agreement_is_no_consent(words: str) -> None:
    assert ConsentGiven() not in next_step(at(Stage.CONSENT), 4, WordsSpoken(words)).facts


@pytest.mark.parametrize(
    ("state", "input"),
    [
        (at(Stage.IDENTITY, silences=1), KeyPressed("1")),
        (at(Stage.CONSENT, silences=1), KeyPressed("1")),
        (at(Stage.QUESTION, silences=1), GOOD),
        (at(Stage.QUESTION, silences=1), NoReply()),
        (at(Stage.QUESTION, silences=1), RecordedAnswer(9, RecordingEnd.REPEAT)),
    ],
)
def test_next_prompt_allows_one_silence(state: ConversationState, input: engine.Input) -> None:
    step = next_step(state, state.turn, input)
    after_silence = next_step(step.state, step.state.turn, NoReply())
    assert after_silence.state.stage is step.state.stage
    assert after_silence.facts == ()


@pytest.mark.parametrize("turn", [3, 5, -1, 10**9])
def test_stale_turn_is_refused(turn: int) -> None:
    with pytest.raises(StaleTurn):
        next_step(at(Stage.QUESTION), turn, GOOD)


def test_greeting_hides_subject() -> None:
    step = next_step(ConversationState(open_positions=(0,)), 0, PickedUp())
    assert step.prompt == AskIdentity()
    assert not step.facts


inputs = st.one_of(
    st.just(PickedUp()),
    st.builds(KeyPressed, st.sampled_from("0123456789*#")),
    st.builds(
        WordsSpoken,
        st.sampled_from(["yes", "no", "I agree", "do not call me again", "who is this", "call me later", "what?", ""]),
    ),
    st.just(NoReply()),
    st.builds(RecordedAnswer, st.integers(0, 300), st.sampled_from(RecordingEnd)),
)


class Conversation(RuleBasedStateMachine):
    """Inputs arrive, some twice, some late, some for turns that never were. The resulting state must be valid."""

    sent = Bundle("sent")

    @initialize(questions=st.integers(1, 6), answered=st.sets(st.integers(0, 5)))
    def start_conversation(self, questions: int, answered: set[int]) -> None:
        self.all = tuple(range(questions))
        left = tuple(position for position in self.all if position not in answered) or self.all
        self.state = ConversationState(open_positions=left, resumed=len(left) < questions)
        self.facts: list[engine.Fact] = []
        self.prompts: dict[int, engine.Prompt] = {}

    def send_input(self, turn: int, input: engine.Input) -> None:
        try:
            step = next_step(self.state, turn, input)
        except StaleTurn:
            return
        assert turn not in self.prompts  # a turn is answered once
        self.prompts[turn] = step.prompt
        self.facts += step.facts
        self.state = step.state

    @rule(target=sent, input=inputs)
    def receive_input(self, input: engine.Input) -> tuple[int, engine.Input]:
        turn = self.state.turn
        self.send_input(turn, input)
        return turn, input

    @rule(event=sent)
    def repeat_input(self, event: tuple[int, engine.Input]) -> None:
        before = (self.state, list(self.facts))
        self.send_input(*event)
        assert (self.state, self.facts) == before

    @rule(input=inputs, ahead=st.integers(1, 5))
    def receive_early_input(self, input: engine.Input, ahead: int) -> None:
        before = self.state
        self.send_input(self.state.turn + ahead, input)
        assert self.state == before

    @precondition(lambda self: self.state.stage is Stage.QUESTION)
    @rule(seconds=st.integers(1, 120))
    def answer_question(self, seconds: int) -> None:
        self.send_input(self.state.turn, RecordedAnswer(seconds, RecordingEnd.PAUSE))

    @invariant()
    def each_question_is_settled_once_and_in_order(self) -> None:
        settled = [fact.position for fact in self.facts if isinstance(fact, AnswerKept | QuestionUnanswered)]
        assert settled == sorted(set(settled))
        assert not set(settled) & set(self.state.open_positions)

    @invariant()
    def nothing_is_asked_before_consent(self) -> None:
        kinds = [type(fact) for fact in self.facts]
        if QuestionAsked in kinds:
            assert ConsentGiven in kinds[: kinds.index(QuestionAsked)]

    @invariant()
    def it_ends_once_and_then_only_hangs_up(self) -> None:
        endings = [fact for fact in self.facts if isinstance(fact, ConversationEnded)]
        assert len(endings) <= 1
        assert bool(endings) == (self.state.stage is Stage.OVER)

    @invariant()
    def it_is_finished_only_when_no_question_is_left(self) -> None:
        if ConversationEnded(Ending.FINISHED) in self.facts:
            assert self.state.open_positions == ()

    @invariant()
    def a_question_is_left_while_questions_are_asked(self) -> None:
        if self.state.stage is Stage.QUESTION:
            assert self.state.open_positions


TestConversationUnderFire = Conversation.TestCase
TestConversationUnderFire.settings = settings(max_examples=60, stateful_step_count=40)
