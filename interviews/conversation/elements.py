"""The elements of a conversation: stages, inputs, prompts, facts, and the step that combines them."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import ClassVar

from interviews.conversation.phrases.intent import Intent
from interviews.conversation.phrases.requested_time import RequestedTime


class Stage(StrEnum):
    OPENING = "opening"
    IDENTITY = "identity"
    ABSENT = "absent"
    """Another person answered for the candidate."""
    STRANGER = "stranger"
    """The person is not the candidate, and may not know them."""
    RESCHEDULE = "reschedule"
    CONSENT = "consent"
    QUESTION = "question"
    CHECK = "check"
    """Whether a short recording was the answer."""
    STOP = "stop"
    """Whether the candidate wants to end the interview before its last question."""
    OVER = "over"


QUESTION_STAGES = frozenset({Stage.QUESTION, Stage.CHECK, Stage.STOP})
"""The stages in which a question waits for its answer."""


class Ending(StrEnum):
    """Why a conversation is over. Another attempt may follow the last three; the others are final."""

    FINISHED = "finished"
    DECLINED = "declined"
    OPTED_OUT = "opted_out"
    WRONG_PERSON = "wrong_person"
    PERSON_REQUESTED = "person_requested"
    CALL_LATER = "call_later"
    NOT_HERE = "not_here"
    NO_REPLY = "no_reply"


@dataclass(frozen=True)
class QuestionProgress:
    """The memory between the turns of a question.

    `checks`: how often a recording of this question was checked. `confirmed`: how many short recordings in a row turned
    out to be answers, to any questions. `checked_turn`: the turn of the recording that is being checked. `patient`:
    whether the recording waits longer for words. `request`: the request that the candidate may make instead. `is_away`:
    whether the candidate asked for a moment and has not spoken since. `is_bare`: whether the recording that is being
    checked is known to say no more than yes.
    """

    checks: int = 0
    confirmed: int = 0
    checked_turn: int | None = None
    patient: bool = False
    request: Intent | None = None
    is_away: bool = False
    is_bare: bool = False


@dataclass(frozen=True)
class ConversationState:
    """State of one attempt.

    `open_positions`: the questions not answered yet, the current one first. `postponed`: those of them that the
    candidate wanted to come back to. `silences`: the tries that the present prompt has used up. `can_postpone`: whether
    the candidate may still ask for another call. `candidate_name` may be lazy: it is read only to understand words.
    """

    stage: Stage = Stage.OPENING
    turn: int = 0
    open_positions: tuple[int, ...] = ()
    silences: int = 0
    resumed: bool = False
    language: str = "en"
    slow: bool = False
    can_postpone: bool = True
    candidate_name: object = ""
    postponed: frozenset[int] = frozenset()
    progress: QuestionProgress = QuestionProgress()


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
    """A recorded answer, its length where it is known, and how the recording ended.

    `seconds` includes the silence that ended it. `words`: those understood while it was recorded.
    """

    seconds: int | None
    ended: RecordingEnd
    words: str = ""


@dataclass(frozen=True)
class LineLost:
    """The attempt ended before this turn got an input."""


Input = PickedUp | KeyPressed | WordsSpoken | NoReply | RecordedAnswer | LineLost

# --- Prompts: texts in `script`, delivered by the channel ----------------------------------------------


class Preface(StrEnum):
    """The reply before a prompt that is given again."""

    NONE = ""
    UNCLEAR = "unclear"
    SILENCE = "silence"
    CALLER = "caller"
    """Who calls."""
    MATTER = "matter"
    """The subject, as far as another person may know it."""
    APPLICATION = "application"
    """The subject, for the candidate."""
    ROBOT = "robot"
    RECORDED = "recorded"
    """When it is recorded, and who listens."""
    GENUINE = "genuine"
    """In whose name the call is made, and where to check, as far as another person may know it."""
    GENUINE_APPLICATION = "genuine_application"
    """The same, for the candidate."""
    LENGTH = "length"
    OTHER_QUESTION = "other_question"
    """Only people at the employer know the answer."""
    SLOWER = "slower"
    NEARLY = "nearly"
    """The words are only nearly a consent, or a refusal."""


@dataclass(frozen=True)
class Ask:
    """A question before the interview's own. `again`: in short. `keys_only`: the last try."""

    preface: Preface = Preface.NONE
    again: bool = False
    keys_only: bool = False


@dataclass(frozen=True)
class AskIdentity(Ask):
    kind: ClassVar[str] = "ask_identity"


@dataclass(frozen=True)
class AskReachable(Ask):
    """Whether the candidate can be reached at this number at another time."""

    kind: ClassVar[str] = "ask_reachable"


@dataclass(frozen=True)
class AskTime(Ask):
    """When to call again."""

    kind: ClassVar[str] = "ask_time"


@dataclass(frozen=True)
class AskConsent(Ask):
    kind: ClassVar[str] = "ask_consent"
    resumed: bool = False


@dataclass(frozen=True)
class HoldOn:
    """Wait for a reply for longer than usual."""

    kind: ClassVar[str] = "hold_on"


class LeadIn(StrEnum):
    """The sentence before a question."""

    FIRST = "first"
    NEXT = "next"
    REPEATED = "repeated"
    UNHEARD = "unheard"
    RESUMED = "resumed"
    EXPLAINED = "explained"
    INTRODUCED = "introduced"
    """Repeated after a question about the caller."""
    RECORDED = "recorded"
    """Repeated after a question about the recording."""
    GENUINE = "genuine"
    """Repeated after a question whether the call is genuine."""
    LENGTH = "length"
    """Repeated after a question how long it takes."""
    OTHER_QUESTION = "other_question"
    """Repeated after a question that only people at the employer can answer."""
    SKIPPED = "skipped"
    POSTPONED = "postponed"
    RETURNED = "returned"
    """A question that was put off."""


@dataclass(frozen=True)
class AskQuestion:
    kind: ClassVar[str] = "ask_question"
    position: int
    lead: LeadIn


@dataclass(frozen=True)
class RecordAnswer:
    """Record the answer without repeating the question. `patient`: wait longer for the first and the next word."""

    kind: ClassVar[str] = "record_answer"
    position: int
    patient: bool = False


@dataclass(frozen=True)
class CheckAnswer:
    """Ask whether the recording was the answer."""

    kind: ClassVar[str] = "check_answer"
    position: int


@dataclass(frozen=True)
class ConfirmStop:
    """Ask whether the candidate wants to end the interview, or to speak with a person instead."""

    kind: ClassVar[str] = "confirm_stop"
    position: int
    request: Intent


@dataclass(frozen=True)
class Goodbye:
    kind: ClassVar[str] = "goodbye"
    ending: Ending


@dataclass(frozen=True)
class HangUp:
    """End without words: the candidate no longer listens."""

    kind: ClassVar[str] = "hang_up"


Introduction = AskIdentity | AskReachable | AskTime | AskConsent
Questioning = AskQuestion | RecordAnswer | CheckAnswer | ConfirmStop
Prompt = Introduction | HoldOn | Questioning | Goodbye | HangUp


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
    """A recording is the answer to this question. `turn`: the turn of the recording, if not this one.

    `words`: those of the candidate about it, where they may be the answer once more.
    """

    position: int
    turn: int | None = None
    words: str = ""


@dataclass(frozen=True)
class QuestionUnanswered:
    """Two silences in a row."""

    position: int


class HandOver(StrEnum):
    """Why the conversation is handed over to a person."""

    ASKED = "asked"
    LANGUAGE = "language"
    """Another language was asked for."""
    POSTPONED = "postponed"
    """The call was postponed too often."""


@dataclass(frozen=True)
class RequestRecorded:
    """A recording is no answer but a request. `turn`: as for `AnswerKept`."""

    position: int
    request: Intent
    turn: int | None = None


@dataclass(frozen=True)
class QuestionSkipped:
    """The candidate has no answer, or wants none."""

    position: int
    request: Intent


@dataclass(frozen=True)
class QuestionPostponed:
    """The question is asked again after all others."""

    position: int


@dataclass(frozen=True)
class ConversationEnded:
    """`when`: the time that was asked for another call. `language`: the tag of the one that was asked for."""

    ending: Ending
    when: RequestedTime | None = None
    hand_over: HandOver = HandOver.ASKED
    language: str | None = None


QuestionFact = QuestionAsked | AnswerKept | QuestionUnanswered | RequestRecorded | QuestionSkipped | QuestionPostponed
Fact = ConsentGiven | QuestionFact | ConversationEnded


@dataclass(frozen=True)
class ConversationStep:
    state: ConversationState
    prompt: Prompt
    facts: tuple[Fact, ...] = ()


class StaleTurn(Exception):
    """The input belongs to a turn that is over or has not begun. Repeat the reply of that turn."""


def end_conversation(state: ConversationState, ending: Ending | ConversationEnded, *facts: Fact) -> ConversationStep:
    """Say goodbye and take no more input."""
    ended = ending if isinstance(ending, ConversationEnded) else ConversationEnded(ending)
    return ConversationStep(replace(state, stage=Stage.OVER), Goodbye(ended.ending), (*facts, ended))
