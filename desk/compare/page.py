"""The content of the comparison, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from desk.compare.questions import Cell, QuestionRow, match_questions
from desk.compare.radar import Radar
from desk.compare.selection import FEWEST, compare_address
from desk.job.ranking import with_results
from desk.job.rows import CandidateRow, CompetencyScore, load_rows
from desk.job.states import with_state
from desk.job.weights import Weights, competencies_of
from desk.review.page import Answer, first_unscored
from interviews.flags import flag_labels
from interviews.models import EligibilityAnswer, Interview, InterviewResponse
from interviews.presenters.interview import response_card
from jobs.models import JobDescription
from screener.access.viewer import Viewer


@dataclass(frozen=True)
class Column:
    """A candidate of the comparison. `number` counts from 1 and chooses the colour."""

    number: int
    row: CandidateRow
    answers: list[Answer]
    address_without: str
    """The comparison without this candidate; empty where too few would be left."""
    to_score: InterviewResponse | None
    """The answer to score before the scores are shown, where they are hidden."""

    @property
    def interview(self) -> Any:
        """The interview with the annotations of `with_results`."""
        return self.row.interview

    @property
    def flags(self) -> list[str]:
        return flag_labels(self.interview.result_flags or [])

    @property
    def is_hidden(self) -> bool:
        """Whether the viewer may not see the scores yet."""
        return not self.interview.shows_scores


@dataclass(frozen=True)
class CompetencyRow:
    number: int
    name: str
    scores: list[CompetencyScore]


@dataclass(frozen=True)
class ComparedQuestion:
    """`number` counts the rows from 1: it is the key that plays all answers."""

    number: int
    question: str
    competency: str
    cells: list[tuple[Column, Cell]]

    @property
    def recording_count(self) -> int:
        return sum(bool(cell.answer and cell.answer.recording) for _, cell in self.cells)


@dataclass(frozen=True)
class ComparedRequirement:
    """An eligibility question with the answer of each candidate; None: not part of the interview."""

    question: str
    cells: list[tuple[Column, EligibilityAnswer | None]]


@dataclass(frozen=True)
class ComparePage:
    job: JobDescription
    columns: list[Column]
    requirements: list[ComparedRequirement]
    competencies: list[CompetencyRow]
    questions: list[ComparedQuestion]
    radar: Radar | None

    @classmethod
    def load(cls, selected: Sequence[Interview], viewer: Viewer) -> "ComparePage":
        """Load the comparison of interviews of one job, which the viewer may see, in their order."""
        job = selected[0].job
        interviews = _interviews(selected, job, viewer)
        answers = _answers(interviews, viewer)
        competencies = [entry for entry in competencies_of(job) if _is_asked(entry.name, answers)]
        rows = load_rows(interviews, job, competencies)
        ids = [interview.pk for interview in interviews]
        columns = [
            Column(
                number,
                row,
                answers[row.interview.pk],
                _address_without(ids, row.interview.pk),
                None if row.interview.shows_scores else first_unscored(answers[row.interview.pk], viewer),
            )
            for number, row in enumerate(rows, 1)
        ]
        compared = [
            CompetencyRow(at + 1, entry.label, [row.competencies[at] for row in rows])
            for at, entry in enumerate(competencies)
        ]
        questions = list(_compared_questions(columns, match_questions(interviews, answers)))
        has_scores = any(score.score is not None for entry in compared for score in entry.scores)
        radar = Radar.of([[score.score for score in row.competencies] for row in rows]) if has_scores else None
        return cls(job, columns, _compared_requirements(columns), compared, questions, radar)

    @property
    def address(self) -> str:
        return compare_address([column.interview.pk for column in self.columns])

    @property
    def has_recordings(self) -> bool:
        return any(question.recording_count for question in self.questions)


def _interviews(selected: Sequence[Interview], job: JobDescription, viewer: Viewer) -> list[Any]:
    """The selected interviews with their results as the viewer may see them."""
    rows = with_state(Interview.objects.filter(pk__in=[interview.pk for interview in selected]))
    with_all = with_results(rows, job, Weights([], {}), viewer).select_related("candidate", "question_set")
    by_id = {interview.pk: interview for interview in with_all}
    interviews = [by_id[interview.pk] for interview in selected]
    for interview in interviews:
        interview.job = job
    return interviews


def _answers(interviews: Sequence[Any], viewer: Viewer) -> dict[UUID, list[Answer]]:
    """The answers by interview, in the order of their questions."""
    by_id = {interview.pk: interview for interview in interviews}
    responses = InterviewResponse.objects.filter(interview__in=by_id).order_by("position")
    answers = defaultdict[UUID, list[Answer]](list)
    for response in responses.prefetch_related("recordings", "assessments"):
        interview = by_id[response.interview_id]
        response.interview = interview
        card = response_card(response, viewer, with_scores=interview.shows_scores)
        answers[interview.pk].append(Answer.of(card, clips=[]))  # a comparison plays sound only
    return answers


def _is_asked(competency: str, answers: dict[UUID, list[Answer]]) -> bool:
    return any(answer.card.response.competency == competency for entries in answers.values() for answer in entries)


def _address_without(ids: list[UUID], left_out: UUID) -> str:
    others = [pk for pk in ids if pk != left_out]
    return compare_address(others) if len(others) >= FEWEST else ""


def _compared_requirements(columns: list[Column]) -> list[ComparedRequirement]:
    """The eligibility questions that at least one candidate has, each once by its words."""
    answers = EligibilityAnswer.objects.filter(interview__in=[column.interview.pk for column in columns])
    by_question: dict[str, dict[UUID, EligibilityAnswer]] = {}
    for answer in answers.order_by("position"):
        by_question.setdefault(answer.asked_question.text, {})[answer.interview_id] = answer
    return [
        ComparedRequirement(question, [(column, by_interview.get(column.interview.pk)) for column in columns])
        for question, by_interview in by_question.items()
    ]


def _compared_questions(columns: list[Column], rows: list[QuestionRow]) -> Iterator[ComparedQuestion]:
    for number, row in enumerate(rows, 1):
        cells = [(column, row.cell(column.interview)) for column in columns]
        yield ComparedQuestion(number, row.question, row.competency, cells)
