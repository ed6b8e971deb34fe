"""The content of a job's desk, in a fixed number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from desk.job.address import (
    COMPETENCY_PREFIX,
    HIGH_FIRST,
    WEIGHT_PREFIX,
    DecisionFilter,
    DeskAddress,
    Order,
)
from desk.job.columns import Column, shown_columns
from desk.job.ranking import count_by_state, ranked_interviews
from desk.job.rows import CandidateRow, load_rows
from desk.job.states import FINISHED, UNDER_WAY, DeskState
from desk.job.weights import Competency, Weights, competencies_of
from desk.versions import version_of
from interviews.eligibility.requirements import RequirementFilter
from interviews.models.invitations.feedback import FeedbackSummary
from interviews.models.result import Recommendation
from interviews.notices.readers import is_watching
from jobs.models import JobDescription
from screener.labels import Label, in_sentence

ROWS_PER_PAGE = 50
SECONDS_BETWEEN_UPDATES = 4
SECONDS_WHEN_IDLE = 15


@dataclass(frozen=True)
class Tab:
    """A link that shows the candidates of one state, with their number."""

    label: Label
    count: int
    href: str
    is_current: bool


@dataclass(frozen=True)
class ColumnHead:
    """`sorted`: the value of aria-sort."""

    label: Label
    href: str
    sorted: str = ""


@dataclass(frozen=True)
class WeightInput:
    competency: Competency
    name: str
    value: float


@dataclass(frozen=True)
class JobDesk:
    job: JobDescription
    address: DeskAddress
    weights: Weights
    counts: dict[str, int]
    rows: list[CandidateRow]
    total: int
    columns: list[Column]
    is_watching: bool
    """Whether the user gets the notices of the job."""
    feedback: FeedbackSummary

    @classmethod
    def load(cls, job: JobDescription, user: User, query: QueryDict) -> "JobDesk":
        """Load the page that the query asks for. After the last page comes the last page."""
        competencies = competencies_of(job)
        address = DeskAddress.parse(job.pk, query, competencies)
        weights = Weights(competencies, dict(address.weights))
        counts = count_by_state(job)
        interviews = ranked_interviews(job, address, weights, user)
        total = interviews.count() if address.has_filters else counts["all"]
        address = address.change(page=min(address.page, _pages(total)))
        first = (address.page - 1) * ROWS_PER_PAGE
        ids = interviews.values("pk")[first : first + ROWS_PER_PAGE]
        page = list(interviews.filter(pk__in=ids))
        rows = load_rows(page, job, competencies, address=str(address), note_reader=user)
        columns, feedback = shown_columns(user.pk), job.feedback.summary()
        return cls(job, address, weights, counts, rows, total, columns, is_watching(user, job), feedback)

    @property
    def version(self) -> str:
        """Equal for two pages that look the same."""
        approved, draft = self.job.approved_questions, self.job.draft_questions
        questions = (self.job.questions_status, approved and approved.version, draft and draft.version)
        head = (self.job.title, self.job.is_open, questions, self.is_watching, self.feedback)
        shown = (head, self.counts, self.total, str(self.address), self.columns, [row.content for row in self.rows])
        return version_of(shown)

    @property
    def is_under_way(self) -> bool:
        """Whether the page changes without a reviewer."""
        is_writing = self.job.questions_status == JobDescription.QuestionsStatus.PENDING
        return is_writing or any(self.counts[state] for state in UNDER_WAY)

    @property
    def update_interval(self) -> int:
        return SECONDS_BETWEEN_UPDATES if self.is_under_way else SECONDS_WHEN_IDLE

    @property
    def update_address(self) -> str:
        """The address that sends no content while the page looks as it does now."""
        parameters = [*self.address.parameters, ("v", self.version)]
        return f"{self.address.path}?{urlencode(parameters)}"

    @property
    def query(self) -> str:
        """The parameters of the address without its page, for downloads."""
        return urlencode(self.address.change().parameters)

    @property
    def unweighted_address(self) -> str:
        return str(self.address.change(weights={}))

    @property
    def finished(self) -> int:
        """The number of candidates with a result. The title of the page counts those that are added."""
        return sum(self.counts[state] for state in FINISHED)

    @property
    def summary(self) -> str:
        """For screen readers: how many candidates stand where."""
        states = [f"{self.counts[state]} {in_sentence(state.label)}" for state in DeskState if self.counts[state]]
        if not states:
            return gettext("No candidates yet")
        count = self.counts["all"]
        total = ngettext("%(count)s candidate: %(states)s", "%(count)s candidates: %(states)s", count)
        return total % {"count": count, "states": ", ".join(states)}

    @property
    def tabs(self) -> Iterator[Tab]:
        address = self.address
        clear = {"state": "", "decision": "", "attention": False}
        no_choice = not (address.state or address.decision or address.attention)
        yield Tab(gettext("All"), self.counts["all"], str(address.change(**clear)), no_choice)
        to_decide = address.decision == DecisionFilter.NONE
        undecided = clear | {"decision": DecisionFilter.NONE.value}
        yield Tab(DecisionFilter.NONE.label, self.counts["to_decide"], str(address.change(**undecided)), to_decide)
        attention = address.change(**clear | {"attention": True})
        yield Tab(gettext("Needs a person"), self.counts["attention"], str(attention), address.attention)
        for state in DeskState:
            href = str(address.change(**clear | {"state": state.value}))
            yield Tab(state.label, self.counts[state], href, address.state == state)

    def head(self, order: str, label: Label) -> ColumnHead:
        """The head of a column that the rows can be sorted by."""
        address = self.address
        is_present = address.order == order
        goes_down = (order in HIGH_FIRST or order.startswith(COMPETENCY_PREFIX)) != address.is_reversed
        direction = ("descending" if goes_down else "ascending") if is_present else ""
        return ColumnHead(label, str(address.sorted_by(order)), direction)

    @property
    def heads(self) -> dict[str, ColumnHead]:
        return {order.value: self.head(order, order.label) for order in Order}

    @property
    def competency_heads(self) -> list[ColumnHead]:
        return [self.head(COMPETENCY_PREFIX + entry.key, entry.label) for entry in self.weights.competencies]

    @property
    def shows(self) -> set[str]:
        return {column.value for column in self.columns}

    @property
    def shows_result(self) -> bool:
        return bool({Column.SCORE, Column.RECOMMENDATION} & set(self.columns))

    @property
    def weight_inputs(self) -> list[WeightInput]:
        return [
            WeightInput(entry, WEIGHT_PREFIX + entry.key, self.weights.of(entry)) for entry in self.weights.competencies
        ]

    @property
    def recommendation_choices(self) -> list[tuple[str, Label]]:
        return list(Recommendation.choices)

    @property
    def decision_choices(self) -> list[tuple[str, Label]]:
        return list(DecisionFilter.choices)

    @property
    def requirement_choices(self) -> list[tuple[str, Label]]:
        """The filters by requirement. Empty: the job has no requirements."""
        sets = (self.job.approved_questions, self.job.draft_questions)
        has_requirements = any(question_set and question_set.eligibility for question_set in sets)
        return list(RequirementFilter.choices) if has_requirements or self.address.requirements else []

    @property
    def first_number(self) -> int:
        return (self.address.page - 1) * ROWS_PER_PAGE + 1

    @property
    def last_number(self) -> int:
        return self.first_number + len(self.rows) - 1

    @property
    def previous_page(self) -> str:
        return str(self.address.change(page=self.address.page - 1)) if self.address.page > 1 else ""

    @property
    def next_page(self) -> str:
        is_last = self.address.page >= _pages(self.total)
        return "" if is_last else str(self.address.change(page=self.address.page + 1))


def _pages(rows: int) -> int:
    return max(1, -(-rows // ROWS_PER_PAGE))
