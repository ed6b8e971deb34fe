"""The elements of a conversation: stages, inputs, facts, and the step that combines them with a prompt."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from interviews.conversation.eligibility_question import EligibilityQuestion
from interviews.conversation.phrases.intent import Intent
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.conversation.prompts import Ending, Goodbye, Prompt


class Stage(StrEnum):
    OPENING = "opening"
    IDENTITY = "identity"
    ABSENT = "absent"
    """Another person answered for the candidate."""
    STRANGER = "stranger"
    """The person is not the candidate, and may not know them."""
    RESCHEDULE = "reschedule"
    CONSENT = "consent"
    OPT_OUT = "opt_out"
    """The words sounded like "never call again". Whether they meant it."""
    ELIGIBILITY = "eligibility"
    """A question about a requirement of the job waits for its answer."""
    READ_BACK = "read_back"
    """An answer that would end the interview was read back, and waits for confirmation."""
    QUESTION = "question"
    CHECK = "check"
    """Whether a short recording was the answer."""
    GO_ON = "go_on"
    """The end of an answer whose time was over."""
    STOP = "stop"
    """Whether the candidate wants to end the interview before its last question."""
    OVER = "over"


USUAL_PAUSE_SECONDS = 8
"""The silence that ends a recording unless the job says otherwise: long enough to think."""

ELIGIBILITY_STAGES = frozenset({Stage.ELIGIBILITY, Stage.READ_BACK})

QUESTION_STAGES = frozenset({Stage.QUESTION, Stage.CHECK, Stage.GO_ON, Stage.STOP})
"""The stages in which a question waits for its answer."""

RECORDING_STAGES = frozenset({Stage.QUESTION, Stage.GO_ON})
"""The stages in which the candidate is recorded."""


@dataclass(frozen=True)
class QuestionProgress:
    """The memory between the turns of a question.

    `checks`: how often a recording of this question was checked. `confirmed`: how many short recordings in a row turned
    out to be answers, to any questions. `checked_turn`: the turn of the recording that is being checked, or that its
    limit cut off. `patient`: whether the recording waits longer for words. `request`: the request that the candidate
    may make instead; before the questions, the guess at each try of the present prompt. `is_away`: whether the
    candidate asked for a moment and has not spoken since. `is_bare`: whether the recording that is being checked is
    known to say only yes. `repeats`: how often this question was given again. `has_long_pause`: whether only a
    long silence ends the recording. `was_encouraged`: whether the candidate was told, at any question, to take their
    time. `answer_words`, `answer_value`: an answer to an eligibility question, and its understood value. The answer
    waits for confirmation; without a value, the question is asked again.
    """

    checks: int = 0
    confirmed: int = 0
    checked_turn: int | None = None
    patient: bool = False
    request: Intent | None = None
    is_away: bool = False
    is_bare: bool = False
    repeats: int = 0
    has_long_pause: bool = False
    was_encouraged: bool = False
    answer_words: str = ""
    answer_value: str = ""


@dataclass(frozen=True)
class ConversationState:
    """State of one attempt.

    `open_positions`: the questions not answered yet, the current one first. `postponed`: those of them that the
    candidate wanted to come back to. `silences`: the tries that the present prompt has used up. `can_postpone`: whether
    the candidate may still ask for another call. `candidate_name` may be lazy: it is read only to understand words.
    `pause_seconds`: the silence that usually ends a recording. `eligibility`: the open eligibility questions, the
    current one first. They are known before the interview's own questions only. `today`: the present day.
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
    pause_seconds: int = USUAL_PAUSE_SECONDS
    eligibility: tuple[EligibilityQuestion, ...] = ()
    today: date = date.min


# --- Inputs --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PickedUp:
    """A person or a machine answered."""


@dataclass(frozen=True)
class KeyPressed:
    """A key during the greeting, the disclosure or a question. `number`: all digits, where there are several."""

    key: str
    number: str = ""


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
class ChoiceMade:
    """A choice in a form, in place of words: consent, or a request during a question.

    `wording_version`: the hash of the disclosure that the form showed.
    """

    choice: Intent
    wording_version: str = ""


@dataclass(frozen=True)
class WrittenAnswer:
    text: str


@dataclass(frozen=True)
class LineLost:
    """The attempt ended before this turn got an input."""


Input = PickedUp | KeyPressed | WordsSpoken | NoReply | RecordedAnswer | ChoiceMade | WrittenAnswer | LineLost

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
class AnswerWritten:
    position: int
    text: str


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
    REFUSAL = "refusal"
    """Each reply to a prompt sounded like a refusal, and none was clear."""


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


class AnswerState(StrEnum):
    """How an eligibility question was closed. Only `ANSWERED` has a value."""

    ANSWERED = "answered"
    NOT_UNDERSTOOD = "not_understood"
    DECLINED = "declined"
    NO_REPLY = "no_reply"


@dataclass(frozen=True)
class EligibilityAsked:
    position: int


@dataclass(frozen=True)
class EligibilityAnswered:
    """`words`: those of the candidate, or the keys. `value`: as in `EligibilityQuestion`. `is_met`: None without it."""

    position: int
    state: AnswerState
    words: str = ""
    value: str = ""
    is_met: bool | None = None


EligibilityFact = EligibilityAsked | EligibilityAnswered
QuestionFact = (
    QuestionAsked
    | AnswerKept
    | AnswerWritten
    | QuestionUnanswered
    | RequestRecorded
    | QuestionSkipped
    | QuestionPostponed
)
Fact = ConsentGiven | EligibilityFact | QuestionFact | ConversationEnded


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
