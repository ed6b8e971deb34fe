"""The shortlist of a job: its ranked candidates on one sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from textwrap import wrap
from typing import Any

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils import timezone

from desk.job.address import DeskAddress
from desk.job.ranking import ranked_interviews
from desk.job.rows import CandidateRow, load_rows
from desk.job.weights import Competency, Weights, competencies_of
from interviews.models import Interview
from interviews.reports.text_width import count_lines
from jobs.models import JobDescription
from screener.access.blind_mode import is_blind
from screener.access.viewer import Viewer
from screener.models import Organisation

LINES = 58
LINES_OF_NARROW_HEADS, LINES_OF_NOTE = 4, 2
SHEET_COLUMNS = 100
LINES_OF_ROW = 1.45
"""A row of one line, with its padding."""
MOST_ROWS = 40
MOST_COMPETENCIES = 6
NARROW_FROM = 5
"""With so many competencies their columns are narrow."""
FLAG_COLUMNS = 15


class NoReader:
    """A reader without a login: no job is theirs, and they have neither scored nor decided."""

    pk = -1  # of no user; None would stand for the scorer of a model's assessments

    def has_perm(self, permission: str, /) -> bool:
        return False


@dataclass(frozen=True)
class ShortlistRow:
    number: int
    name: str
    row: CandidateRow

    @property
    def flags(self) -> str:
        return ", ".join(str(flag.label) for flag in self.row.flags)

    @property
    def decision(self) -> Any:
        """The last decision, where the reader may see scores."""
        return self.row.decision if self.row.interview.shows_scores else None

    @property
    def lines(self) -> float:
        words = len(wrap(self.name, self.name_columns))
        lines = max(words, count_lines(self.name, self.name_columns), count_lines(self.flags, FLAG_COLUMNS))
        return lines - 1 + LINES_OF_ROW

    @property
    def name_columns(self) -> int:
        """How many letters of the name fit in a line, by the widths of `static/screener/report.css`."""
        count = len(self.row.competencies)
        return (101 - count * (11 if count >= NARROW_FROM else 16)) // 2 - 2


@dataclass(frozen=True)
class Shortlist:
    """`entries`: the first candidates in the order, of `total`. The last ones may not fit on the sheet."""

    job: JobDescription
    employer: str
    address: DeskAddress
    weights: Weights
    competencies: list[Competency]
    entries: list[ShortlistRow]
    total: int
    names_hidden: bool
    scores_hidden: bool
    generated_at: datetime

    @classmethod
    def load(cls, job: JobDescription, viewer: Viewer, query: QueryDict, *, with_names: bool = True) -> "Shortlist":
        """Load the rows that the desk shows for this query, without erased candidates, in a fixed number of queries."""
        competencies = competencies_of(job)
        address = DeskAddress.parse(job.pk, query, competencies)
        weights = Weights(competencies, dict(address.weights))
        names_hidden = is_blind() or not with_names
        interviews = ranked_interviews(job, address, weights, viewer).filter(candidate__erased_at__isnull=True)
        shown = competencies[:MOST_COMPETENCIES]
        entries = _load_rows(_unnamed_order(interviews) if names_hidden else interviews, job, shown, names_hidden)
        organisation = Organisation.current()
        return cls(
            job=job,
            employer=job.employer_name or (organisation.name if organisation else ""),
            address=address,
            weights=weights,
            competencies=shown,
            entries=entries,
            total=interviews.count(),
            names_hidden=names_hidden,
            scores_hidden=any(not entry.row.interview.shows_scores for entry in entries),
            generated_at=timezone.now(),
        )

    @cached_property
    def rows(self) -> list[ShortlistRow]:
        """The candidates that fit on the sheet."""
        return list(self._fitting_rows())

    def _fitting_rows(self) -> Iterator[ShortlistRow]:
        free_lines = float(LINES - self._lines_above)
        for entry in self.entries:
            free_lines -= entry.lines
            if free_lines < 0:
                return
            yield entry

    @property
    def _lines_above(self) -> int:
        """The lines above the candidates, beside the title: notes, and the heads of narrow columns."""
        notes = (self.scores_hidden, self.address.has_filters, self.chosen_weights)
        weight_lines = count_lines(self.chosen_weights, SHEET_COLUMNS)
        return LINES_OF_NARROW_HEADS * self.is_narrow + LINES_OF_NOTE * sum(map(bool, notes)) + weight_lines - 1

    @property
    def left_out(self) -> int:
        return self.total - len(self.rows)

    @property
    def is_narrow(self) -> bool:
        return len(self.competencies) >= NARROW_FROM

    @property
    def more_competencies(self) -> int:
        return len(self.weights.competencies) - len(self.competencies)

    @property
    def chosen_weights(self) -> str:
        """The weights that differ from those of the questions."""
        chosen = ((entry, self.weights.chosen.get(entry.key)) for entry in self.weights.competencies)
        return ", ".join(f"{entry.label} {weight:g}" for entry, weight in chosen if weight is not None)

    @property
    def judges(self) -> str:
        """Whose scores these are."""
        labels = (entry.row.interview.result_label for entry in self.rows)
        return ", ".join(dict.fromkeys(label for label in labels if label))


def _unnamed_order(interviews: "QuerySet[Interview]") -> "QuerySet[Interview]":
    """By score alone: an order by names would tell of them."""
    return interviews.order_by(F("shown_score").desc(nulls_last=True), "candidate_id", "pk")


def _load_rows(
    interviews: "QuerySet[Interview]", job: JobDescription, competencies: list[Competency], names_hidden: bool
) -> list[ShortlistRow]:
    rows = load_rows(interviews[:MOST_ROWS], job, competencies)
    return [
        ShortlistRow(number, row.interview.candidate.alias if names_hidden else str(row.interview.candidate), row)
        for number, row in enumerate(rows, 1)
    ]
