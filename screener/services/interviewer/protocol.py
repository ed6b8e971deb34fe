"""What an interviewer that judges text can be asked, whoever answers: a language model or the offline rules.

Whoever asks has removed what identifies the candidate (`redaction.redact`) from what the candidate said, so that
quotes are looked for in the very text that was judged. What is known of the candidate comes along as `private`, to be
masked in all else that leaves the house.
"""

import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, field_validator

from screener.records import Attribute, Point, QuestionSpec, attribute_of
from screener.services.usage import UNKNOWN, Usage

T = TypeVar("T", bound=BaseModel)


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
    """A part of a reply: exactly these fields, numbers within their limits, no conversion ("7" is no score)."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, strict=True)

    @field_validator("*")
    @classmethod
    def _check_range(cls, value: Any, info: ValidationInfo) -> Any:
        """A validator, not a keyword of the schema, because servers need not support `minimum` in strict schemas."""
        attribute_of(cls.model_fields[str(info.field_name)]).check_range(value)
        return value


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


class PlannedQuestion(QuestionSpec, Strict):
    text: Words
    competency: Words


class QuestionPlan(Strict):
    questions: list[PlannedQuestion]


class CriterionScore(Strict):
    criterion: Text
    score: Annotated[float, Attribute(low=0, high=10)]
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


class SummaryPoint(Point, Strict):
    """A statement about an interview, with the question and the words of the answer that it rests on."""

    text: Words
    quote: Text


class Summary(Strict):
    """What the answers show. `opinion` decides nothing: it is only held against what the job's thresholds say."""

    reasoning: list[SummaryPoint]
    strengths: list[SummaryPoint]
    improvements: list[SummaryPoint]
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
