"""The prompts of a conversation: their texts are in `script`, and the channel delivers them."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import ClassVar

from interviews.conversation.phrases.intent import Intent


class Ending(StrEnum):
    """Why a conversation is over. Another attempt may follow the last three; the others are final."""

    FINISHED = "finished"
    NOT_ELIGIBLE = "not_eligible"
    """The candidate does not meet a knock-out requirement. A person decides."""
    DECLINED = "declined"
    OPTED_OUT = "opted_out"
    WRONG_PERSON = "wrong_person"
    PERSON_REQUESTED = "person_requested"
    CALL_LATER = "call_later"
    NOT_HERE = "not_here"
    NO_REPLY = "no_reply"


class Preface(StrEnum):
    """The reply before a prompt that is given again."""

    NONE = ""
    UNCLEAR = "unclear"
    UNCLEAR_AGAIN = "unclear_again"
    SILENCE = "silence"
    SILENCE_AGAIN = "silence_again"
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
class AskOptOut(Ask):
    """Whether to call never again."""

    kind: ClassVar[str] = "ask_opt_out"


@dataclass(frozen=True)
class HoldOn:
    """Wait for a reply for longer than usual."""

    kind: ClassVar[str] = "hold_on"


class EligibilityLead(StrEnum):
    """The sentence before an eligibility question."""

    FIRST = "first"
    NEXT = "next"
    REPEATED = "repeated"
    UNCLEAR = "unclear"
    """Asked again in other words, after an answer that was not understood."""
    SILENCE = "silence"
    EXPLAINED = "explained"
    REASON = "reason"
    """Asked again after a question why this is asked."""
    OTHER_QUESTION = "other_question"
    WAITING = "waiting"
    """The candidate asked for a moment."""


@dataclass(frozen=True)
class AskEligibility:
    """Ask about a requirement of the job. `requirement`: its position among the eligibility questions."""

    kind: ClassVar[str] = "ask_eligibility"
    requirement: int
    lead: EligibilityLead


@dataclass(frozen=True)
class ReadBack:
    """Read back an answer that would end the interview, and ask whether it is right. `again`: a short text."""

    kind: ClassVar[str] = "read_back"
    requirement: int
    value: str
    again: bool = False


class LeadIn(StrEnum):
    """The sentence before a question."""

    FIRST = "first"
    NEXT = "next"
    REPEATED = "repeated"
    REPEATED_AGAIN = "repeated_again"
    ENCOURAGED = "encouraged"
    """Repeated after the first silence in a call: the candidate may take their time."""
    UNHEARD = "unheard"
    UNHEARD_AGAIN = "unheard_again"
    UNANSWERED = "unanswered"
    """The next one, after a question without an answer."""
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
    """Record the answer without repeating the question.

    `patient`: wait longer for the first and the next word. `goes_on`: the end of an answer whose time was over.
    """

    kind: ClassVar[str] = "record_answer"
    position: int
    patient: bool = False
    goes_on: bool = False


@dataclass(frozen=True)
class CheckAnswer:
    """Ask whether the recording was the answer. `again`: in short, to a candidate who was asked so before."""

    kind: ClassVar[str] = "check_answer"
    position: int
    again: bool = False


@dataclass(frozen=True)
class ConfirmStop:
    """Ask whether the candidate wants to end the interview, or to speak with a person instead.

    `again`: after a reply that was not clear.
    """

    kind: ClassVar[str] = "confirm_stop"
    position: int
    request: Intent
    again: bool = False


@dataclass(frozen=True)
class Goodbye:
    kind: ClassVar[str] = "goodbye"
    ending: Ending


@dataclass(frozen=True)
class HangUp:
    """End without words: the candidate no longer listens."""

    kind: ClassVar[str] = "hang_up"


Introduction = AskIdentity | AskReachable | AskTime | AskConsent | AskOptOut
Questioning = AskQuestion | RecordAnswer | CheckAnswer | ConfirmStop
Eligibility = AskEligibility | ReadBack
Prompt = Introduction | HoldOn | Eligibility | Questioning | Goodbye | HangUp


def prompt_data(prompt: Prompt) -> dict[str, object]:
    """Return the prompt as JSON data: its kind and its fields."""
    return {"kind": prompt.kind, **asdict(prompt)}
