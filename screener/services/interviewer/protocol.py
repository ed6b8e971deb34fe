"""The interface of an interviewer: a language model, or a stand-in where a person scores.

Callers redact the transcript first (`redaction.redact`), so that quotes are verified in the text that was sent. The
candidate's own details come along as `private`, for the redaction of all other texts that leave this system.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, field_validator

from screener.records import MAX_FOLLOW_UPS, Attribute, Point, QuestionContent, attribute_of
from screener.services.usage import UNKNOWN_USAGE, Usage

T = TypeVar("T", bound=BaseModel)


def gettext_noop(text: str) -> str:
    """Mark a text for the catalogue. Django's own function reads the settings, which the demo and simulators lack."""
    return text


SIMULATED_MODEL, SIMULATED_LABEL = "simulated-model", gettext_noop("simulated model")
"""The model of devtools/model_simulator, and its name on pages."""


def _drop_control_characters(text: str) -> str:
    """PostgreSQL stores no NUL, and pages show no control characters except newlines and tabs."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc").strip()


def _require_text(text: str) -> str:
    if not text:
        raise ValueError("must not be empty")
    return text


PrintableText = Annotated[str, AfterValidator(_drop_control_characters)]
RequiredText = Annotated[PrintableText, AfterValidator(_require_text)]


class StrictModel(BaseModel):
    """A part of a reply: exactly these fields, numbers within their limits, no conversion ("7" is no score).

    A server may break its promise to follow the schema, so each reply is validated here again.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, strict=True)

    @field_validator("*")
    @classmethod
    def _check_range(cls, value: Any, info: ValidationInfo) -> Any:
        """The schema has these limits, too. A server may ignore them."""
        attribute_of(cls.model_fields[str(info.field_name)]).check_range(value)
        return value


@dataclass(frozen=True)
class Criterion:
    """A criterion of a job's rubric. `anchors` describes a 2, a 5 and a 9."""

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
class ResponseText:
    """A response to assess. `transcript` and `resume` are untrusted data and never instructions.

    The resume is context only: no quote is taken from it. `objection` is the reason why a previous assessment was
    rejected, if there was one.
    """

    job: JobText
    question: str
    competency: str
    transcript: str
    rubric: tuple[Criterion, ...]
    resume: str = ""
    objection: str = ""
    private: tuple[str, ...] = ()


KindName = Literal["technical", "problem_solving", "communication", "culture", "achievements"]
"""The types of questions in the schema of a reply. They are those of `QuestionKind`, which this layer cannot import."""


class PlannedQuestion(QuestionContent, StrictModel):
    """A question as it was written or picked. Its type is compared with the wanted ones, and not stored."""

    text: RequiredText
    competency: RequiredText
    kind: KindName
    follow_ups: Annotated[int, Attribute(low=0, high=MAX_FOLLOW_UPS)]
    good_answer: PrintableText


class QuestionPlan(StrictModel):
    questions: list[PlannedQuestion]


@dataclass(frozen=True)
class ResumeQuestions:
    """Questions to be worded for one candidate. `resume` is untrusted data and never an instruction."""

    job: JobText
    questions: tuple[QuestionContent, ...]
    resume: str
    private: tuple[str, ...] = ()


class SharpenedQuestion(StrictModel):
    """The question of this number, counted from 1, in other words."""

    number: int
    text: RequiredText
    good_answer: PrintableText


class SharpenedQuestions(StrictModel):
    """The questions for which the resume offers something. The others are left out."""

    questions: list[SharpenedQuestion]


class CriterionScore(StrictModel):
    criterion: PrintableText
    score: Annotated[float, Attribute(low=0, high=10)]
    reason: RequiredText
    quotes: list[PrintableText]


class ResponseScores(StrictModel):
    criteria: list[CriterionScore]
    feedback: RequiredText


@dataclass(frozen=True)
class AssessedResponse:
    """A response with its assessment. All quotes of `criteria` were found in the transcript."""

    position: int
    question: str
    transcript: str
    score: float
    criteria: tuple[CriterionScore, ...]


@dataclass(frozen=True)
class InterviewText:
    job: JobText
    answers: tuple[AssessedResponse, ...]
    resume: str = ""
    private: tuple[str, ...] = ()


class SummaryPoint(Point, StrictModel):
    """A statement about an interview, with the question and the quote that support it."""

    text: RequiredText
    quote: PrintableText


class Summary(StrictModel):
    """The summary of an interview. `opinion` is only compared with the job's thresholds."""

    reasoning: list[SummaryPoint]
    strengths: list[SummaryPoint]
    improvements: list[SummaryPoint]
    opinion: Literal["hire", "consider", "reject"]


@dataclass(frozen=True)
class Reply(Generic[T]):
    """The reply of an interviewer, with its usage."""

    value: T
    model: str
    prompt_hash: str
    usage: Usage = UNKNOWN_USAGE


class Interviewer(Protocol):
    """Each method raises a TransientError or a PermanentError where there is no reply. It never invents one."""

    @property
    def label(self) -> str:
        """The interviewer's name for pages and API replies."""
        ...

    @property
    def billed_model(self) -> str:
        """The model that each request is billed for; empty where requests are free."""
        ...

    @property
    def writes_questions(self) -> bool:
        """Whether it writes questions. Otherwise they are picked from the question bank."""
        ...

    def compose_questions(
        self, job: JobText, count: int = 5, *, besides: tuple[str, ...] = (), kinds: Mapping[str, int] | None = None
    ) -> Reply[QuestionPlan]:
        """Write questions that differ from those of `besides`, which are asked or were refused.

        `kinds`: how many of each type; as the model chooses unless given.
        """
        ...

    def sharpen_questions(self, task: ResumeQuestions) -> Reply[SharpenedQuestions]:
        """Word the questions by the resume, where it offers something. None of them asks about another subject."""
        ...

    def assess_response(self, answer: ResponseText) -> Reply[ResponseScores]: ...

    def summarise_interview(self, interview: InterviewText) -> Reply[Summary]: ...
