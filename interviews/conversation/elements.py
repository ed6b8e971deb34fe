"""The elements of a conversation: stages, inputs, prompts, facts, and the step that combines them."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import ClassVar


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


def end_conversation(state: ConversationState, ending: Ending, *facts: Fact) -> ConversationStep:
    """Say goodbye and take no more input."""
    return ConversationStep(replace(state, stage=Stage.OVER), Goodbye(ending), (*facts, ConversationEnded(ending)))
