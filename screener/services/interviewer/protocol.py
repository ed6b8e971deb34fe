"""What an interviewer that judges text can be asked, whoever answers: a language model or the offline rules.

Whoever asks has removed what identifies the candidate (`redaction.redact`) from what the candidate said, so that
quotes are looked for in the very text that was judged. What is known of the candidate comes along as `private`, to be
masked in all else that leaves the house.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict

from screener.services.usage import UNKNOWN, Usage

T = TypeVar("T", bound=BaseModel)


def _within(low: float, high: float) -> Callable[[float], float]:
    """Checked here and not by a keyword of the schema, because strict schemas need not know `minimum`."""

    def check(value: float) -> float:
        if not low <= value <= high:
            raise ValueError(f"must be from {low:g} to {high:g}")
        return value

    return check


def _printable(text: str) -> str:
    """No database text holds a NUL, and no page wants the other control characters, whatever a model wrote."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) != "Cc").strip()


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


Text = Annotated[str, AfterValidator(_printable)]
Words = Annotated[Text, AfterValidator(_not_empty)]


class Strict(BaseModel):
    """Exactly these fields, finite numbers, nothing else: what a vendor promised is checked again here.

    A score of "7" or of true is no number either: nothing is read into what was not said.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, strict=True)


@dataclass(frozen=True)
class Criterion:
    """One line of a job's rubric. `anchors` says what a 2, a 5 and a 9 look like."""

    key: str
    name: str
    weight: float
    anchors: dict[int, str]


@dataclass(frozen=True)
class JobText:
    title: str
    description: str
    language: str


@dataclass(frozen=True)
class AnswerText:
    """One answer to be judged; `transcript` is data from a stranger, never an instruction.

    `objection` says why an earlier judgement of it was refused, where there was one.
    """

    job: JobText
    question: str
    competency: str
    transcript: str
    rubric: tuple[Criterion, ...]
    objection: str = ""
    private: tuple[str, ...] = ()


class PlannedQuestion(Strict):
    text: Words
    competency: Words
    weight: Annotated[float, AfterValidator(_within(0.1, 10))]
    max_seconds: Annotated[int, AfterValidator(_within(15, 600))]


class QuestionPlan(Strict):
    questions: list[PlannedQuestion]


class CriterionScore(Strict):
    criterion: Text
    score: Annotated[float, AfterValidator(_within(0, 10))]
    reason: Words
    quotes: list[Text]


class AnswerScores(Strict):
    criteria: list[CriterionScore]
    feedback: Words


@dataclass(frozen=True)
class JudgedAnswer:
    """An answer with what was found in it. The quotes of `criteria` are those that stand in the transcript."""

    position: int
    question: str
    transcript: str
    score: float
    criteria: tuple[CriterionScore, ...]


@dataclass(frozen=True)
class InterviewText:
    job: JobText
    answers: tuple[JudgedAnswer, ...]
    private: tuple[str, ...] = ()


class Point(Strict):
    """A statement about an interview, with the question and the words of the answer that it rests on."""

    text: Words
    position: int
    quote: Text


class Summary(Strict):
    """What the answers show. `opinion` decides nothing: it is only held against what the job's thresholds say."""

    reasoning: list[Point]
    strengths: list[Point]
    improvements: list[Point]
    opinion: Literal["hire", "consider", "reject"]


@dataclass(frozen=True)
class Reply(Generic[T]):
    """An answer with what it used. `model` is "offline-rules" where no vendor was asked."""

    value: T
    model: str
    prompt_hash: str
    usage: Usage = UNKNOWN


class Interviewer(Protocol):
    """Each verb raises a TransientError or a PermanentError where there is no answer, and never makes one up."""

    @property
    def label(self) -> str:
        """What screens and payloads say of where the judgement comes from."""
        ...

    @property
    def paid_model(self) -> str:
        """The model that each answer is paid for at; empty where nothing costs."""
        ...

    def compose_questions(self, job: JobText, count: int = 5) -> Reply[QuestionPlan]: ...

    def assess(self, answer: AnswerText) -> Reply[AnswerScores]: ...

    def summarise(self, interview: InterviewText) -> Reply[Summary]: ...
