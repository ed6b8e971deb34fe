"""The questions of several interviews in rows, although the interviews may have different question sets.

A question with the same words is the same question; personal words count as those of the question of the job. One with
other words shares the row of its competency, where that row has no question of the interview, and the page shows its
words. All others get rows of their own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from desk.review.page import Answer
from interviews.models import Interview, InterviewResponse


@dataclass(frozen=True)
class Cell:
    """The answer of one candidate. Without an answer the question was not part of the interview."""

    answer: Answer | None
    other_words: str = ""
    """How this candidate was asked, where that differs from the row's question."""
    is_personal: bool = False
    """Whether the question was worded for this candidate. A blind reader is not shown the words."""


@dataclass
class QuestionRow:
    """A question of at least one interview, with the answers by interview."""

    question: str
    competency: str
    answers: dict[UUID, Answer] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return _question_key(self.question)

    def cell(self, interview: Interview) -> Cell:
        answer = self.answers.get(interview.pk)
        if answer is None:
            return Cell(None)
        response = answer.card.response
        words = response.shown_question
        return Cell(answer, "" if _question_key(words) == self.key else words, is_personal=response.is_personal)


def match_questions(interviews: Sequence[Interview], answers: dict[UUID, list[Answer]]) -> list[QuestionRow]:
    """Return the rows, in the order of the newest question set. Its words name the rows."""
    rows: list[QuestionRow] = []
    newest_first = sorted(interviews, key=lambda interview: -interview.question_set.version)
    for interview in newest_first:
        _add_answers(rows, interview.pk, answers.get(interview.pk, []))
    return rows


def _add_answers(rows: list[QuestionRow], interview_id: UUID, answers: list[Answer]) -> None:
    own_keys = {_question_key(answer.card.response.job_question) for answer in answers}
    for answer in answers:
        response = answer.card.response
        row = _same_question(rows, response) or _same_competency(rows, response, interview_id, own_keys)
        if row is None or interview_id in row.answers:
            row = QuestionRow(response.job_question, response.competency)
            rows.append(row)
        row.answers[interview_id] = answer


def _same_question(rows: list[QuestionRow], response: InterviewResponse) -> QuestionRow | None:
    key = _question_key(response.job_question)
    return next((row for row in rows if row.key == key), None)


def _same_competency(
    rows: list[QuestionRow], response: InterviewResponse, interview_id: UUID, own_keys: set[str]
) -> QuestionRow | None:
    """The first free row of the competency. Rows whose question the interview asks in the same words are not free."""
    free = (row for row in rows if interview_id not in row.answers and row.key not in own_keys)
    return next((row for row in free if row.competency and row.competency == response.competency), None)


def _question_key(question: str) -> str:
    """The words alone: capitals, spaces and punctuation make no other question."""
    return " ".join(re.findall(r"\w+", question.casefold()))
