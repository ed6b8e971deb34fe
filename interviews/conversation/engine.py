"""What happens next in an interview: (state, input) -> step.

Knows neither Twilio nor HTTP nor the database, so that a phone, a browser or a live voice channel can hold the same
conversation. A channel words what a step says and delivers it; the rows remember what a step records.

Every exchange has a **turn**. What is said in turn n is answered by one input for turn n, which leads to turn n+1.
An input for a turn that is over has no effect: the channel repeats what it said before.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

MAX_SILENCES = 2
"""Asked once more after the first silence; the second one ends the stage."""

SHORTEST_ANSWER = 1
"""Seconds. A shorter take is a click on the line."""


class Stage(StrEnum):
    OPENING = "opening"
    IDENTITY = "identity"
    CONSENT = "consent"
    QUESTION = "question"
    OVER = "over"


class Ending(StrEnum):
    """Why a conversation is over. `NO_REPLY` leaves room for another try; the others are final."""

    FINISHED = "finished"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"
    WRONG_PERSON = "wrong_person"
    NO_REPLY = "no_reply"


@dataclass(frozen=True)
class State:
    """Where one attempt stands. `open`: positions of the questions still to be asked, the current one first."""

    stage: Stage = Stage.OPENING
    turn: int = 0
    open: tuple[int, ...] = ()
    silences: int = 0
    resumed: bool = False


# --- Inputs: what the other side did -------------------------------------------------------------------


@dataclass(frozen=True)
class PickedUp:
    """Somebody, or something, answered."""


@dataclass(frozen=True)
class Pressed:
    """A key during the greeting, the consent or while a question was being spoken."""

    key: str


@dataclass(frozen=True)
class Spoke:
    """Words in reply to the greeting or the consent."""

    words: str


@dataclass(frozen=True)
class Silent:
    """Nothing was heard where something was awaited."""


class TakeEnd(StrEnum):
    PAUSE = "pause"
    KEY = "key"
    REPEAT = "repeat"
    LIMIT = "limit"
    HANGUP = "hangup"


@dataclass(frozen=True)
class Take:
    """A recorded answer, how long it is where that is known, and how it ended."""

    seconds: int | None
    ended: TakeEnd


Input = PickedUp | Pressed | Spoke | Silent | Take

# --- What to say: worded by the channel ----------------------------------------------------------------


@dataclass(frozen=True)
class AskIdentity:
    again: bool = False


@dataclass(frozen=True)
class AskConsent:
    again: bool = False
    resumed: bool = False


class Lead(StrEnum):
    FIRST = "first"
    NEXT = "next"
    REPEATED = "repeated"
    UNHEARD = "unheard"
    RESUMED = "resumed"


@dataclass(frozen=True)
class AskQuestion:
    position: int
    lead: Lead


@dataclass(frozen=True)
class Listen:
    """Record the answer without speaking the question again: a key said 'I am ready'."""

    position: int


@dataclass(frozen=True)
class Goodbye:
    ending: Ending


@dataclass(frozen=True)
class HangUp:
    """Nobody is there to say goodbye to."""


Speech = AskIdentity | AskConsent | AskQuestion | Listen | Goodbye | HangUp

# --- What to remember: applied to the rows -------------------------------------------------------------


@dataclass(frozen=True)
class Consented:
    by_key: bool


@dataclass(frozen=True)
class Asked:
    position: int


@dataclass(frozen=True)
class Kept:
    """The take of this turn answers this question."""

    position: int


@dataclass(frozen=True)
class Unanswered:
    """Silent twice."""

    position: int


@dataclass(frozen=True)
class Over:
    ending: Ending


Fact = Consented | Asked | Kept | Unanswered | Over


@dataclass(frozen=True)
class Step:
    state: State
    say: Speech
    facts: tuple[Fact, ...] = ()


def says_something(seconds: int | None) -> bool:
    """Whether a take of this length may be an answer. What was recorded and not measured may be one."""
    return seconds is None or seconds >= SHORTEST_ANSWER


class StaleTurn(Exception):
    """This input answers a turn that is over, or one that has not come: say what was said before."""


class Meaning(StrEnum):
    """What an input says in reply to the greeting or the disclosure."""

    YES = "yes"
    NO = "no"
    NEVER = "never"
    WRONG = "wrong"
    REFUSED = "refused"
    UNCLEAR = "unclear"


KEYS = {"1": Meaning.YES, "2": Meaning.NO, "9": Meaning.NEVER}
YES = frozenset(
    {"yes", "yeah", "yep", "yes i am", "yes it is", "speaking", "this is me", "i agree", "yes i agree", "i do"}
)
NO = frozenset({"no", "nope", "no i am not", "no it is not", "no i do not", "no i do not agree", "i do not agree"})

# Who refuses may say it in any words, as long as there are few: a greeting of a voicemail has more.
REFUSALS = {
    Meaning.NEVER: r"(do not|never|stop|quit) (ever |even |please )?(call|calling|phone|phoning|contact|contacting)\b"
    r"|(take|remove|delete) (me|my number|this number)\b",
    Meaning.WRONG: r"\bwrong (number|person)\b",
    Meaning.REFUSED: r"\bnot interested\b|\bi (decline|refuse)\b|\bdo not (want|consent|wish)\b|\bno thanks?\b",
}
FEW_WORDS = 12
NOT_NOW = r"\b(now|later|today|tonight|tomorrow|moment|work)\b"
"""Who says so refuses this call, and perhaps no other: that is not clear."""


def respond(state: State, turn: int, heard: Input) -> Step:
    """The one way a conversation moves. Raises StaleTurn for an input that belongs to another turn."""
    if turn != state.turn:
        raise StaleTurn
    now = replace(state, turn=turn + 1)
    if state.stage is Stage.OVER:
        return Step(now, HangUp())
    if isinstance(heard, Take) and heard.ended is TakeEnd.HANGUP:
        return _cut_off(now, heard)
    match state.stage:
        case Stage.OPENING:
            return Step(replace(now, stage=Stage.IDENTITY), AskIdentity())
        case Stage.IDENTITY:
            return _after_identity(now, heard)
        case Stage.CONSENT:
            return _after_consent(now, heard)
        case Stage.QUESTION:
            return _after_question(now, heard)
        case _ as unreachable:
            assert_never(unreachable)


def _after_identity(now: State, heard: Input) -> Step:
    match _meaning(heard):
        case Meaning.YES:
            return Step(replace(now, stage=Stage.CONSENT, silences=0), AskConsent(resumed=now.resumed))
        case Meaning.NO | Meaning.WRONG:
            return _end(now, Ending.WRONG_PERSON)
        case Meaning.REFUSED:
            return _end(now, Ending.DECLINED)
        case Meaning.NEVER:
            return _end(now, Ending.OPTED_OUT)
        case Meaning.UNCLEAR:
            return _unclear(now, AskIdentity(again=True))
        case _ as unreachable:
            assert_never(unreachable)


def _after_consent(now: State, heard: Input) -> Step:
    match _meaning(heard):
        case Meaning.YES:
            return _first_question(
                replace(now, stage=Stage.QUESTION, silences=0), Consented(by_key=isinstance(heard, Pressed))
            )
        case Meaning.NO | Meaning.REFUSED:
            return _end(now, Ending.DECLINED)
        case Meaning.WRONG:
            return _end(now, Ending.WRONG_PERSON)
        case Meaning.NEVER:
            return _end(now, Ending.OPTED_OUT)
        case Meaning.UNCLEAR:
            return _unclear(now, AskConsent(again=True, resumed=now.resumed))
        case _ as unreachable:
            assert_never(unreachable)


def _first_question(now: State, consented: Consented) -> Step:
    if not now.open:
        return _end(now, Ending.FINISHED, consented)
    lead = Lead.RESUMED if now.resumed else Lead.FIRST
    return Step(now, AskQuestion(now.open[0], lead), (consented, Asked(now.open[0])))


def _after_question(now: State, heard: Input) -> Step:
    position = now.open[0]
    match heard:
        case Pressed("*"):
            return Step(now, AskQuestion(position, Lead.REPEATED))
        case Pressed():
            return Step(now, Listen(position))
        case Take(ended=TakeEnd.REPEAT):
            return Step(replace(now, silences=0), AskQuestion(position, Lead.REPEATED))
        case Take(seconds=seconds) if says_something(seconds):
            return _move_on(now, Kept(position))
        case PickedUp() | Spoke() | Silent() | Take():
            return _unanswered(now, position)
        case _ as unreachable:
            assert_never(unreachable)


def _unanswered(now: State, position: int) -> Step:
    if now.silences + 1 < MAX_SILENCES:
        return Step(replace(now, silences=now.silences + 1), AskQuestion(position, Lead.UNHEARD))
    return _move_on(now, Unanswered(position))


def _move_on(now: State, fact: Fact) -> Step:
    left = replace(now, open=now.open[1:], silences=0)
    if not left.open:
        return _end(left, Ending.FINISHED, fact)
    return Step(left, AskQuestion(left.open[0], Lead.NEXT), (fact, Asked(left.open[0])))


def _cut_off(now: State, take: Take) -> Step:
    """The line went during a take. Hanging up after the last answer is how many people say that they are done.

    Any other take is left as it is: it counts if nothing better follows.
    """
    if now.stage is Stage.QUESTION and says_something(take.seconds) and len(now.open) == 1:
        return replace(_move_on(now, Kept(now.open[0])), say=HangUp())
    return Step(now, HangUp())


def _unclear(now: State, again: Speech) -> Step:
    if now.silences + 1 < MAX_SILENCES:
        return Step(replace(now, silences=now.silences + 1), again)
    return _end(now, Ending.NO_REPLY)


def _end(now: State, ending: Ending, *facts: Fact) -> Step:
    return Step(replace(now, stage=Stage.OVER), Goodbye(ending), (*facts, Over(ending)))


def _meaning(heard: Input) -> Meaning:
    match heard:
        case Pressed(key):
            return KEYS.get(key, Meaning.UNCLEAR)
        case Spoke(words):
            return _meaning_of(words)
        case PickedUp() | Silent() | Take():
            return Meaning.UNCLEAR
        case _ as unreachable:
            assert_never(unreachable)


def _meaning_of(spoken: str) -> Meaning:
    """The meaning of these words. Only short exact phrases are consent."""
    plain = spoken.lower().replace("\u2019", "'").replace("n't", " not").replace("'m", " am")
    words = re.findall(r"[a-z]+", plain)
    said = " ".join(words)
    if said in YES:
        return Meaning.YES
    if said in NO:
        return Meaning.NO
    if len(words) > FEW_WORDS or re.search(NOT_NOW, said):
        return Meaning.UNCLEAR
    return next((meaning for meaning, phrase in REFUSALS.items() if re.search(phrase, said)), Meaning.UNCLEAR)
