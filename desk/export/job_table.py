"""The rows of a job's desk as a table to download: filtered, sorted and weighted as the address says."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext as _

from candidates.masked_text import mask_text
from desk.job.address import DeskAddress
from desk.job.columns import Column, shown_columns
from desk.job.ranking import ranked_interviews
from desk.job.rows import CandidateRow, load_rows
from desk.job.weights import Competency, Weights, competencies_of
from interviews.models import EligibilityAnswer
from jobs.models import JobDescription
from screener.exports.table import Cell, Table, rows_in_order


@dataclass(frozen=True)
class JobColumns:
    """The columns that the user sees on the desk, with the ids of the rows."""

    shown: set[Column]
    competencies: list[Competency]
    has_weights: bool
    requirements: list[str]

    def heads(self) -> Iterator[str]:
        yield from (_("Interview id"), _("Candidate id"), _("Candidate"))
        if Column.STATE in self.shown:
            yield from (_("State"), _("State in words"), _("State at"))
        if Column.SCORE in self.shown:
            yield _("Score")
            if self.has_weights:
                yield _("Score as the questions say")
            yield _("Judged by")
        if Column.COMPETENCIES in self.shown:
            yield from (competency.label for competency in self.competencies)
        if Column.RECOMMENDATION in self.shown:
            yield _("Recommended")
        if Column.FLAGS in self.shown:
            yield _("Flags")
        if Column.DECISION in self.shown:
            yield from (_("Decision"), _("Decided by"), _("Decided at"), _("Reason"))
        for question in self.requirements:
            names = {"question": question}
            yield from (question, _("%(question)s In words") % names, _("%(question)s Meets it") % names)

    def cells(self, row: CandidateRow, requirements: "Requirements") -> Iterator[Cell]:
        interview = row.interview
        yield from (str(interview.pk), str(interview.candidate_id), str(interview.candidate))
        if Column.STATE in self.shown:
            texts = (row.state_text.text, row.state_text.detail)
            yield from (str(row.state.label), ", ".join(str(text) for text in texts if text), row.state_text.at)
        if Column.SCORE in self.shown:
            yield row.score
            if self.has_weights:
                yield interview.result_score
            yield interview.result_label
        if Column.COMPETENCIES in self.shown:
            yield from (None if entry.score is None else round(entry.score, 2) for entry in row.competencies)
        if Column.RECOMMENDATION in self.shown:
            yield str(row.recommendation.label) if row.recommendation else ""
        if Column.FLAGS in self.shown:
            yield "; ".join(str(flag.label) for flag in row.flags)
        if Column.DECISION in self.shown:
            yield from _decision_cells(row)
        for question in self.requirements:
            yield from _requirement_cells(requirements.get((interview.pk, question)), row)


def _decision_cells(row: CandidateRow) -> tuple[Cell, ...]:
    """Empty where there is no decision, or where the reader may not see it yet."""
    decision = row.decision if row.interview.shows_scores else None
    if decision is None:
        return ("", "", None, "")
    reason = mask_text(decision.reason, row.interview.candidate)
    return (decision.get_verdict_display(), decision.decided_by.get_username(), decision.created_at, reason)


Requirements = dict[tuple[UUID, str], EligibilityAnswer]
"""The answers to eligibility questions, by interview and text of the question."""


def _requirements_asked(job: JobDescription) -> list[str]:
    """The texts of the eligibility questions of all versions that interviews may have, each once."""
    texts = (question.text for question_set in job.question_sets.all() for question in question_set.eligibility)
    return list(dict.fromkeys(texts))


def _requirements_of(rows: list[CandidateRow]) -> Requirements:
    answers = EligibilityAnswer.objects.filter(interview__in=[row.interview.pk for row in rows])
    return {(answer.interview_id, answer.asked_question.text): answer for answer in answers}


def _requirement_cells(answer: EligibilityAnswer | None, row: CandidateRow) -> tuple[Cell, ...]:
    if answer is None:
        return ("", "", "")
    candidate = row.interview.candidate
    is_met = "" if answer.is_met is None else _("yes") if answer.is_met else _("no")
    value = mask_text(answer.value_text, candidate) or str(answer.get_status_display())
    return (value, mask_text(answer.words, candidate), is_met)


def job_table(job: JobDescription, user: User, query: QueryDict) -> Table:
    """The candidates that the desk shows for this query, of all its pages."""
    competencies = competencies_of(job)
    address = DeskAddress.parse(job.pk, query, competencies)
    weights = Weights(competencies, dict(address.weights))
    requirements = _requirements_asked(job)
    columns = JobColumns(set(shown_columns(user.pk)), competencies, bool(weights), requirements)
    interviews = ranked_interviews(job, address, weights, user)
    chunks = (load_rows(chunk, job, competencies) for chunk in rows_in_order(interviews))
    rows = (
        list(columns.cells(row, answers))
        for chunk in chunks
        for answers in [_requirements_of(chunk) if requirements else {}]
        for row in chunk
    )
    return Table(job.title, list(columns.heads()), rows)
