"""The rules of an interview's conversation: (state, input) -> conversation step.

Pure: no Twilio, no HTTP, no database, so every channel holds the same conversation. A channel delivers the prompt of a
step; the models save its facts.

Every exchange is a **turn**. The prompt of turn n is answered by one input for turn n, which leads to turn n+1. An
input for another turn raises StaleTurn and changes nothing; the channel then repeats the reply of that turn.
"""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import ClassVar, assert_never

from interviews.conversation import phrases
from interviews.conversation.phrases.meaning import Meaning, meaning_of

MAX_SILENCES = 2
"""A prompt is repeated after the first silence; the second one ends the stage."""

MIN_ANSWER_SECONDS = 1
"""A shorter recording is noise on the line."""

KEYS = {"1": Meaning.YES, "2": Meaning.NO, "9": Meaning.NEVER}


class Stage(StrEnum):
    OPENING = "opening"
    IDENTITY = "identity"
    CONSENT = "consent"
    QUESTION = "question"
    OVER = "over"


class Ending(StrEnum):
    """Why a conversation is over. After `NO_REPLY` another attempt may follow; the others are final."""

    FINISHED = "finished"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"
    WRONG_PERSON = "wrong_person"
    NO_REPLY = "no_reply"


@dataclass(frozen=True)
class ConversationState:
    """State of one attempt. `open_positions`: the questions not answered yet, the current one first."""

    stage: Stage = Stage.OPENING
    turn: int = 0
    open_positions: tuple[int, ...] = ()
    silences: int = 0
    resumed: bool = False
    language: str = "en"


# --- Inputs --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PickedUp:
    """A person or a machine answered."""


@dataclass(frozen=True)
class KeyPressed:
    """A key during the greeting, the disclosure or a question."""

    key: str


@dataclass(frozen=True)
class WordsSpoken:
    """Words in reply to the greeting or the disclosure."""

    words: str


@dataclass(frozen=True)
class NoReply:
    """Silence where a reply was expected."""


class RecordingEnd(StrEnum):
    PAUSE = "pause"
    KEY = "key"
    REPEAT = "repeat"
    LIMIT = "limit"
    HANGUP = "hangup"


@dataclass(frozen=True)
class RecordedAnswer:
    """A recorded answer, its length where it is known, and how the recording ended."""

    seconds: int | None
    ended: RecordingEnd


Input = PickedUp | KeyPressed | WordsSpoken | NoReply | RecordedAnswer

# --- Prompts: texts in `script`, delivered by the channel ----------------------------------------------


@dataclass(frozen=True)
class AskIdentity:
    kind: ClassVar[str] = "ask_identity"
    again: bool = False


@dataclass(frozen=True)
class AskConsent:
    kind: ClassVar[str] = "ask_consent"
    again: bool = False
    resumed: bool = False


class LeadIn(StrEnum):
    """The sentence before a question."""

    FIRST = "first"
    NEXT = "next"
    REPEATED = "repeated"
    UNHEARD = "unheard"
    RESUMED = "resumed"


@dataclass(frozen=True)
class AskQuestion:
    kind: ClassVar[str] = "ask_question"
    position: int
    lead: LeadIn


@dataclass(frozen=True)
class RecordAnswer:
    """Record the answer without repeating the question: a key interrupted it."""

    kind: ClassVar[str] = "record_answer"
    position: int


@dataclass(frozen=True)
class Goodbye:
    kind: ClassVar[str] = "goodbye"
    ending: Ending


@dataclass(frozen=True)
class HangUp:
    """End without words: the candidate no longer listens."""

    kind: ClassVar[str] = "hang_up"


Prompt = AskIdentity | AskConsent | AskQuestion | RecordAnswer | Goodbye | HangUp


def prompt_data(prompt: Prompt) -> dict[str, object]:
    """Return the prompt as JSON data: its kind and its fields."""
    return {"kind": prompt.kind, **asdict(prompt)}


# --- Facts: saved by the models ------------------------------------------------------------------------


@dataclass(frozen=True)
class ConsentGiven:
    """To be interviewed by an AI and recorded."""


@dataclass(frozen=True)
class QuestionAsked:
    position: int


@dataclass(frozen=True)
class AnswerKept:
    """The recording of this turn is the answer to this question."""

    position: int


@dataclass(frozen=True)
class QuestionUnanswered:
    """Two silences in a row."""

    position: int


@dataclass(frozen=True)
class ConversationEnded:
    ending: Ending


Fact = ConsentGiven | QuestionAsked | AnswerKept | QuestionUnanswered | ConversationEnded


@dataclass(frozen=True)
class ConversationStep:
    state: ConversationState
    prompt: Prompt
    facts: tuple[Fact, ...] = ()


class StaleTurn(Exception):
    """The input belongs to a turn that is over or has not begun. Repeat the reply of that turn."""


def may_be_answer(seconds: int | None) -> bool:
    """Whether a recording is long enough for an answer. One of unknown length may be."""
    return seconds is None or seconds >= MIN_ANSWER_SECONDS


def next_step(state: ConversationState, turn: int, input: Input) -> ConversationStep:
    """Apply one input. Raises StaleTurn for an input of another turn."""
    if turn != state.turn:
        raise StaleTurn
    state = replace(state, turn=turn + 1)
    if state.stage is Stage.OVER:
        return ConversationStep(state, HangUp())
    if isinstance(input, RecordedAnswer) and input.ended is RecordingEnd.HANGUP:
        return _after_hang_up(state, input)
    match state.stage:
        case Stage.OPENING:
            return ConversationStep(replace(state, stage=Stage.IDENTITY), AskIdentity())
        case Stage.IDENTITY:
            return _after_identity(state, input)
        case Stage.CONSENT:
            return _after_consent(state, input)
        case Stage.QUESTION:
            return _after_question(state, input)
        case _ as unreachable:
            assert_never(unreachable)


def _after_identity(state: ConversationState, input: Input) -> ConversationStep:
    match _meaning(input, state.language):
        case Meaning.YES:
            state = replace(state, stage=Stage.CONSENT, silences=0)
            return ConversationStep(state, AskConsent(resumed=state.resumed))
        case Meaning.NO | Meaning.WRONG:
            return _end(state, Ending.WRONG_PERSON)
        case Meaning.REFUSED:
            return _end(state, Ending.DECLINED)
        case Meaning.NEVER:
            return _end(state, Ending.OPTED_OUT)
        case Meaning.UNCLEAR:
            return _ask_again(state, AskIdentity(again=True))
        case _ as unreachable:
            assert_never(unreachable)


def _after_consent(state: ConversationState, input: Input) -> ConversationStep:
    match _meaning(input, state.language):
        case Meaning.YES:
            return _ask_first_question(replace(state, stage=Stage.QUESTION, silences=0))
        case Meaning.NO | Meaning.REFUSED:
            return _end(state, Ending.DECLINED)
        case Meaning.WRONG:
            return _end(state, Ending.WRONG_PERSON)
        case Meaning.NEVER:
            return _end(state, Ending.OPTED_OUT)
        case Meaning.UNCLEAR:
            return _ask_again(state, AskConsent(again=True, resumed=state.resumed))
        case _ as unreachable:
            assert_never(unreachable)


def _ask_first_question(state: ConversationState) -> ConversationStep:
    if not state.open_positions:
        return _end(state, Ending.FINISHED, ConsentGiven())
    position = state.open_positions[0]
    lead = LeadIn.RESUMED if state.resumed else LeadIn.FIRST
    return ConversationStep(state, AskQuestion(position, lead), (ConsentGiven(), QuestionAsked(position)))


def _after_question(state: ConversationState, input: Input) -> ConversationStep:
    position = state.open_positions[0]
    match input:
        case KeyPressed("*"):
            return ConversationStep(state, AskQuestion(position, LeadIn.REPEATED))
        case KeyPressed():
            return ConversationStep(state, RecordAnswer(position))
        case RecordedAnswer(ended=RecordingEnd.REPEAT):
            return ConversationStep(replace(state, silences=0), AskQuestion(position, LeadIn.REPEATED))
        case RecordedAnswer(seconds=seconds) if may_be_answer(seconds):
            return _ask_next_question(state, AnswerKept(position))
        case PickedUp() | WordsSpoken() | NoReply() | RecordedAnswer():
            return _after_silence(state, position)
        case _ as unreachable:
            assert_never(unreachable)


def _after_silence(state: ConversationState, position: int) -> ConversationStep:
    if state.silences + 1 < MAX_SILENCES:
        state = replace(state, silences=state.silences + 1)
        return ConversationStep(state, AskQuestion(position, LeadIn.UNHEARD))
    return _ask_next_question(state, QuestionUnanswered(position))


def _ask_next_question(state: ConversationState, fact: AnswerKept | QuestionUnanswered) -> ConversationStep:
    state = replace(state, open_positions=state.open_positions[1:], silences=0)
    if not state.open_positions:
        return _end(state, Ending.FINISHED, fact)
    position = state.open_positions[0]
    return ConversationStep(state, AskQuestion(position, LeadIn.NEXT), (fact, QuestionAsked(position)))


def _after_hang_up(state: ConversationState, answer: RecordedAnswer) -> ConversationStep:
    """Keep the answer to the last question: many candidates hang up when they are done.

    Any other recording is left as it is. It becomes the answer if no better one follows.
    """
    is_last = state.stage is Stage.QUESTION and len(state.open_positions) == 1
    if is_last and may_be_answer(answer.seconds):
        return replace(_ask_next_question(state, AnswerKept(state.open_positions[0])), prompt=HangUp())
    return ConversationStep(state, HangUp())


def _ask_again(state: ConversationState, prompt: Prompt) -> ConversationStep:
    if state.silences + 1 < MAX_SILENCES:
        return ConversationStep(replace(state, silences=state.silences + 1), prompt)
    return _end(state, Ending.NO_REPLY)


def _end(state: ConversationState, ending: Ending, *facts: Fact) -> ConversationStep:
    return ConversationStep(replace(state, stage=Stage.OVER), Goodbye(ending), (*facts, ConversationEnded(ending)))


def _meaning(input: Input, language: str) -> Meaning:
    match input:
        case KeyPressed(key):
            return KEYS.get(key, Meaning.UNCLEAR)
        case WordsSpoken(words):
            return meaning_of(words, phrases.for_language(language))
        case PickedUp() | NoReply() | RecordedAnswer():
            return Meaning.UNCLEAR
        case _ as unreachable:
            assert_never(unreachable)
