"""The conversation, walked step by step, and thrown about by hypothesis."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from interviews.conversation import engine as talk
from interviews.conversation.engine import (
    AskConsent,
    Asked,
    AskIdentity,
    AskQuestion,
    Consented,
    Ending,
    Goodbye,
    HangUp,
    Kept,
    Lead,
    Listen,
    Over,
    PickedUp,
    Pressed,
    Silent,
    Spoke,
    Stage,
    StaleTurn,
    State,
    Take,
    TakeEnd,
    Unanswered,
    respond,
)

GOOD = Take(20, TakeEnd.PAUSE)


def at(stage: Stage, *, open: tuple[int, ...] = (0, 1, 2), **more: object) -> State:
    return replace(State(stage=stage, turn=4, open=open), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "heard", "stage", "say", "facts"),
    [
        (State(open=(0,)), PickedUp(), Stage.IDENTITY, AskIdentity(), ()),
        (at(Stage.IDENTITY), Pressed("1"), Stage.CONSENT, AskConsent(), ()),
        (at(Stage.IDENTITY), Spoke("Yes, speaking."), Stage.IDENTITY, AskIdentity(again=True), ()),
        (at(Stage.IDENTITY), Spoke("Yes, I am."), Stage.CONSENT, AskConsent(), ()),
        (at(Stage.IDENTITY), Pressed("2"), Stage.OVER, Goodbye(Ending.WRONG_PERSON), (Over(Ending.WRONG_PERSON),)),
        (at(Stage.IDENTITY), Pressed("9"), Stage.OVER, Goodbye(Ending.OPTED_OUT), (Over(Ending.OPTED_OUT),)),
        (at(Stage.IDENTITY), Silent(), Stage.IDENTITY, AskIdentity(again=True), ()),
        (at(Stage.IDENTITY, silences=1), Silent(), Stage.OVER, Goodbye(Ending.NO_REPLY), (Over(Ending.NO_REPLY),)),
        (at(Stage.IDENTITY, resumed=True), Pressed("1"), Stage.CONSENT, AskConsent(resumed=True), ()),
        (
            at(Stage.CONSENT),
            Pressed("1"),
            Stage.QUESTION,
            AskQuestion(0, Lead.FIRST),
            (Consented(by_key=True), Asked(0)),
        ),
        (
            at(Stage.CONSENT),
            Spoke("I agree"),
            Stage.QUESTION,
            AskQuestion(0, Lead.FIRST),
            (Consented(by_key=False), Asked(0)),
        ),
        (
            at(Stage.CONSENT, open=(2,), resumed=True),
            Pressed("1"),
            Stage.QUESTION,
            AskQuestion(2, Lead.RESUMED),
            (Consented(by_key=True), Asked(2)),
        ),
        (
            at(Stage.CONSENT, open=()),
            Pressed("1"),
            Stage.OVER,
            Goodbye(Ending.FINISHED),
            (Consented(by_key=True), Over(Ending.FINISHED)),
        ),
        (at(Stage.CONSENT), Pressed("2"), Stage.OVER, Goodbye(Ending.DECLINED), (Over(Ending.DECLINED),)),
        (at(Stage.CONSENT), Spoke("Well, I suppose"), Stage.CONSENT, AskConsent(again=True), ()),
        (
            at(Stage.CONSENT),
            Spoke("Don't call me again!"),
            Stage.OVER,
            Goodbye(Ending.OPTED_OUT),
            (Over(Ending.OPTED_OUT),),
        ),
        (at(Stage.QUESTION), GOOD, Stage.QUESTION, AskQuestion(1, Lead.NEXT), (Kept(0), Asked(1))),
        (at(Stage.QUESTION, open=(2,)), GOOD, Stage.OVER, Goodbye(Ending.FINISHED), (Kept(2), Over(Ending.FINISHED))),
        (at(Stage.QUESTION), Take(9, TakeEnd.REPEAT), Stage.QUESTION, AskQuestion(0, Lead.REPEATED), ()),
        (at(Stage.QUESTION), Pressed("*"), Stage.QUESTION, AskQuestion(0, Lead.REPEATED), ()),
        (at(Stage.QUESTION), Pressed("#"), Stage.QUESTION, Listen(0), ()),
        (at(Stage.QUESTION), Silent(), Stage.QUESTION, AskQuestion(0, Lead.UNHEARD), ()),
        (at(Stage.QUESTION), Take(0, TakeEnd.KEY), Stage.QUESTION, AskQuestion(0, Lead.UNHEARD), ()),
        (
            at(Stage.QUESTION, silences=1),
            Silent(),
            Stage.QUESTION,
            AskQuestion(1, Lead.NEXT),
            (Unanswered(0), Asked(1)),
        ),
        (at(Stage.QUESTION), Take(9, TakeEnd.HANGUP), Stage.QUESTION, HangUp(), ()),
        (
            at(Stage.QUESTION, open=(2,)),
            Take(9, TakeEnd.HANGUP),
            Stage.OVER,
            HangUp(),
            (Kept(2), Over(Ending.FINISHED)),
        ),
        (at(Stage.CONSENT), Take(9, TakeEnd.HANGUP), Stage.CONSENT, HangUp(), ()),
        (at(Stage.QUESTION, open=(2,)), Take(0, TakeEnd.HANGUP), Stage.QUESTION, HangUp(), ()),
        (at(Stage.OVER), GOOD, Stage.OVER, HangUp(), ()),
    ],
)
def test_each_input_leads_to_one_step(
    state: State, heard: talk.Input, stage: Stage, say: talk.Speech, facts: tuple[talk.Fact, ...]
) -> None:
    step = respond(state, state.turn, heard)
    assert (step.state.stage, step.say, step.facts) == (stage, say, facts)
    assert step.state.turn == state.turn + 1


VOICEMAIL = "Hi, no one is available to take your call, please do not hang up, leave a message after the tone"
UNWELCOMING_VOICEMAIL = "You have reached Ada, please do not call before nine, leave me a message and I will ring you"


@pytest.mark.parametrize(
    ("words", "to_the_greeting", "to_the_disclosure"),
    [
        ("Sorry, you have the wrong number.", Ending.WRONG_PERSON, Ending.WRONG_PERSON),
        ("No, thank you.", Ending.DECLINED, Ending.DECLINED),
        ("I don’t want to be recorded.", Ending.DECLINED, Ending.DECLINED),
        ("I'm not interested.", Ending.DECLINED, Ending.DECLINED),
        ("No.", Ending.WRONG_PERSON, Ending.DECLINED),
        ("No, I don't agree.", Ending.WRONG_PERSON, Ending.DECLINED),
        ("Please don't call me again!", Ending.OPTED_OUT, Ending.OPTED_OUT),
        ("Don't ever call me again, I am not interested.", Ending.OPTED_OUT, Ending.OPTED_OUT),
        ("Please remove my number from your list.", Ending.OPTED_OUT, Ending.OPTED_OUT),
        ("Don't call me now, call later.", None, None),
        ("I don't want to do this at work.", None, None),
        ("I don't know.", None, None),
        ("I don't mind calling at all.", None, None),
        (VOICEMAIL, None, None),
        (UNWELCOMING_VOICEMAIL, None, None),
    ],
)
def test_whoever_refuses_in_other_words_is_understood_and_not_called_again(
    words: str, to_the_greeting: Ending | None, to_the_disclosure: Ending | None
) -> None:
    for stage, ending in ((Stage.IDENTITY, to_the_greeting), (Stage.CONSENT, to_the_disclosure)):
        step = respond(at(stage), 4, Spoke(words))
        assert step.facts == ((Over(ending),) if ending else ())
        assert step.state.stage is (Stage.OVER if ending else stage)


@pytest.mark.parametrize(
    "words", ["Yes, I agree, but do not call me again.", "Well, yes, I do agree to it", "I agree to no"]
)
def test_only_a_short_exact_phrase_is_consent(words: str) -> None:
    assert Consented(by_key=False) not in respond(at(Stage.CONSENT), 4, Spoke(words)).facts


@pytest.mark.parametrize(
    ("state", "heard"),
    [
        (at(Stage.IDENTITY, silences=1), Pressed("1")),
        (at(Stage.CONSENT, silences=1), Pressed("1")),
        (at(Stage.QUESTION, silences=1), GOOD),
        (at(Stage.QUESTION, silences=1), Silent()),
        (at(Stage.QUESTION, silences=1), Take(9, TakeEnd.REPEAT)),
    ],
)
def test_whatever_is_asked_next_may_be_met_with_silence_once(state: State, heard: talk.Input) -> None:
    said = respond(state, state.turn, heard)
    met = respond(said.state, said.state.turn, Silent())
    assert met.state.stage is said.state.stage
    assert met.facts == ()


@pytest.mark.parametrize("turn", [3, 5, -1, 10**9])
def test_an_input_for_another_turn_has_no_effect(turn: int) -> None:
    with pytest.raises(StaleTurn):
        respond(at(Stage.QUESTION), turn, GOOD)


def test_whoever_answers_does_not_learn_what_it_is_about_before_saying_who_they_are() -> None:
    step = respond(State(open=(0,)), 0, PickedUp())
    assert step.say == AskIdentity()
    assert not step.facts


inputs = st.one_of(
    st.just(PickedUp()),
    st.builds(Pressed, st.sampled_from("0123456789*#")),
    st.builds(Spoke, st.sampled_from(["yes", "no", "I agree", "do not call me again", "what?", ""])),
    st.just(Silent()),
    st.builds(Take, st.integers(0, 300), st.sampled_from(TakeEnd)),
)


class Conversation(RuleBasedStateMachine):
    """Inputs arrive, some twice, some late, some for turns that never were. What they leave behind must be sound."""

    sent = Bundle("sent")

    @initialize(questions=st.integers(1, 6), answered=st.sets(st.integers(0, 5)))
    def begin(self, questions: int, answered: set[int]) -> None:
        self.all = tuple(range(questions))
        left = tuple(position for position in self.all if position not in answered) or self.all
        self.state = State(open=left, resumed=len(left) < questions)
        self.facts: list[talk.Fact] = []
        self.said: dict[int, talk.Speech] = {}

    def send(self, turn: int, heard: talk.Input) -> None:
        try:
            step = respond(self.state, turn, heard)
        except StaleTurn:
            return
        assert turn not in self.said, "a turn was answered twice"
        self.said[turn] = step.say
        self.facts += step.facts
        self.state = step.state

    @rule(target=sent, heard=inputs)
    def arrives(self, heard: talk.Input) -> tuple[int, talk.Input]:
        turn = self.state.turn
        self.send(turn, heard)
        return turn, heard

    @rule(event=sent)
    def arrives_again(self, event: tuple[int, talk.Input]) -> None:
        before = (self.state, list(self.facts))
        self.send(*event)
        assert (self.state, self.facts) == before

    @rule(heard=inputs, ahead=st.integers(1, 5))
    def arrives_too_early(self, heard: talk.Input, ahead: int) -> None:
        before = self.state
        self.send(self.state.turn + ahead, heard)
        assert self.state == before

    @precondition(lambda self: self.state.stage is Stage.QUESTION)
    @rule(seconds=st.integers(1, 120))
    def answers(self, seconds: int) -> None:
        self.send(self.state.turn, Take(seconds, TakeEnd.PAUSE))

    @invariant()
    def each_question_is_settled_once_and_in_order(self) -> None:
        settled = [fact.position for fact in self.facts if isinstance(fact, Kept | Unanswered)]
        assert settled == sorted(set(settled))
        assert not set(settled) & set(self.state.open)

    @invariant()
    def nothing_is_asked_before_consent(self) -> None:
        kinds = [type(fact) for fact in self.facts]
        if Asked in kinds:
            assert Consented in kinds[: kinds.index(Asked)]

    @invariant()
    def it_ends_once_and_then_only_hangs_up(self) -> None:
        endings = [fact for fact in self.facts if isinstance(fact, Over)]
        assert len(endings) <= 1
        assert bool(endings) == (self.state.stage is Stage.OVER)

    @invariant()
    def it_is_finished_only_when_no_question_is_left(self) -> None:
        if Over(Ending.FINISHED) in self.facts:
            assert self.state.open == ()

    @invariant()
    def a_question_is_left_while_questions_are_asked(self) -> None:
        if self.state.stage is Stage.QUESTION:
            assert self.state.open


TestConversationUnderFire = Conversation.TestCase
TestConversationUnderFire.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
