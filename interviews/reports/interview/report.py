"""The report of an interview, for a reader who decides: the content of the page, of the PDF and of the JSON file."""

from datetime import datetime
from typing import Annotated

from screener.records import Attribute, Point, Record


class ReportCriterion(Record):
    """The score of a criterion of the rubric, and the words of the candidate that it rests on."""

    name: str
    weight: float
    score: Annotated[float, Attribute(help_text="0 to 10")]
    reason: str
    quotes: Annotated[list[str], Attribute(help_text="Verbatim: each was found in the transcript")]


class ReportAnswer(Record):
    """A question and its answer. Without a score, `problem` says why."""

    position: Annotated[int, Attribute(help_text="From 0")]
    question: str
    base_question: Annotated[
        str,
        Attribute(default="", help_text="The question of the job, where it was worded for this candidate; else empty"),
    ] = ""
    competency: str
    weight: float
    status: str
    status_label: str
    problem: str
    score: Annotated[float | None, Attribute(help_text="0 to 10; null: none, or not shown yet")]
    scored_by: Annotated[str, Attribute(help_text="The model or the person")]
    criteria: list[ReportCriterion]
    flags: Annotated[list[str], Attribute(help_text="What the reader should look at, in words")]
    transcript: str

    @property
    def number(self) -> int:
        """People count questions from 1."""
        return self.position + 1


class ReportRequirement(Record):
    """An eligibility question and its answer, which is never scored."""

    position: Annotated[int, Attribute(help_text="From 0")]
    question: str
    accepted: Annotated[str, Attribute(help_text="The answers that meet the requirement, in words")]
    is_knock_out: Annotated[bool, Attribute(help_text="Whether another answer ended the interview")]
    status: str
    status_label: str
    words: Annotated[str, Attribute(help_text="What the candidate said or wrote, word for word")]
    value: Annotated[str, Attribute(help_text="What was understood, in words")]
    is_met: Annotated[bool | None, Attribute(help_text="null: there is no value. That is no failure")]
    correction: Annotated[str, Attribute(help_text="Why a person corrected the value; empty: nobody has")]


class ReportResult(Record):
    """The current result. Without an overall score, `reasoning` says why."""

    overall_score: float | None
    coverage: Annotated[float, Attribute(help_text="The share of the questions, by weight, that were answered")]
    recommendation: Annotated[str, Attribute(help_text="hire, consider, reject or empty. A person decides")]
    recommendation_label: str
    reasoning: str
    grounds: Annotated[list[Point], Attribute(help_text="The statements of the reasoning")]
    strengths: list[Point]
    improvements: list[Point]
    flags: Annotated[list[str], Attribute(help_text="What the reader should look at, in words")]
    hire_at: float
    consider_at: float
    judged_by: Annotated[str, Attribute(help_text="Whose scores these are")]
    model: str
    created_at: datetime


class ReportDecision(Record):
    """The last decision of a reviewer."""

    verdict: str
    verdict_label: str
    reason: str
    decided_by: str
    decided_at: datetime
    is_recommended: Annotated[bool, Attribute(help_text="Whether the result that they had read recommends it")]


class ReportAttempt(Record):
    number: int
    channel: str
    channel_label: str
    outcome: str
    outcome_label: str
    started_at: datetime


class InterviewReport(Record):
    """The facts on which a reader decides about a candidate. The program recommends; a person decides."""

    interview_id: str
    job_id: str
    candidate_id: Annotated[str, Attribute(help_text="Empty where names are hidden")]
    candidate_name: Annotated[str, Attribute(help_text="Where names are hidden, an alias")]
    names_hidden: bool
    scores_hidden: Annotated[bool, Attribute(help_text="The job is reviewed blind, and the reader has yet to score")]
    job_title: str
    employer: str
    language: str
    status: str
    status_label: str
    outcome: str
    outcome_reason: str
    result_status: str
    result_status_label: str
    started_at: datetime | None
    completed_at: datetime | None
    duration_seconds: int | None
    answers_erased_at: datetime | None
    attempts: list[ReportAttempt]
    result: ReportResult | None
    decision: ReportDecision | None
    requirements: list[ReportRequirement] = []
    answers: list[ReportAnswer]
    generated_at: datetime

    @property
    def channel_label(self) -> str:
        """The channel of the last attempt."""
        return self.attempts[-1].channel_label if self.attempts else ""

    @property
    def duration_minutes(self) -> int:
        """In whole minutes, at least 1."""
        return max(1, round((self.duration_seconds or 0) / 60))

    @property
    def has_answers(self) -> bool:
        return any(answer.score is not None or answer.transcript for answer in self.answers)
