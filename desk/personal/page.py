"""The content of the page with the personal questions of a candidate for a job, in a fixed number of queries."""

from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.http import urlencode

from candidates.models import Candidate
from desk.versions import version_of
from interviews.models import Interview, PersonalQuestions
from interviews.models.personal.questions import PersonalQuestion, RefusedPersonalQuestion
from interviews.personal.verbs import why_not_written
from interviews.personal.writing import hash_of_resume
from jobs.bank.words import guess_language
from jobs.models import JobDescription, QuestionSet
from screener.costs.monthly_budget import spent_budget_reason
from screener.language_tag import primary_tag
from screener.records import QuestionSpec

SECONDS_WHILE_WRITING = 3
SECONDS_WHEN_IDLE = 30
SETS_SHOWN = 20


@dataclass(frozen=True)
class QuestionLine:
    """A question of the job, with the personal words that take its place, or those that were refused."""

    base: QuestionSpec
    personal: PersonalQuestion | None
    refused: list[RefusedPersonalQuestion]

    @property
    def other_points(self) -> list[str]:
        """The points of a good answer, where they differ from those of the question of the job."""
        if self.personal is None or not self.personal.good_answer:
            return []
        points = self.base.model_copy(update={"good_answer": self.personal.good_answer}).good_answer_points
        return points if points != self.base.good_answer_points else []


@dataclass(frozen=True)
class PersonalPage:
    """`shown`: the newest set. `planned`: the live interview for the job."""

    candidate: Candidate
    job: JobDescription
    sets: list[PersonalQuestions]
    planned: Interview | None
    address: str

    @classmethod
    def load(cls, candidate: Candidate, job: JobDescription, address: str) -> "PersonalPage":
        """`job`: with its question sets prefetched."""
        rows = PersonalQuestions.objects.filter(candidate=candidate, question_set__job=job)
        sets = list(rows.select_related("question_set").order_by("-created_at")[:SETS_SHOWN])
        planned = Interview.objects.live().filter(candidate=candidate, job=job).first()
        return cls(candidate, job, sets, planned, address)

    @property
    def shown(self) -> PersonalQuestions | None:
        return self.sets[0] if self.sets else None

    @property
    def earlier(self) -> list[PersonalQuestions]:
        return self.sets[1:]

    @property
    def status(self) -> str:
        return self.shown.status if self.shown else ""

    @property
    def is_writing(self) -> bool:
        return self.status == PersonalQuestions.Status.PENDING

    @property
    def is_failed(self) -> bool:
        return self.status == PersonalQuestions.Status.FAILED

    @property
    def is_replaced(self) -> bool:
        """Whether the set is for another version than the approved one."""
        return self.shown is not None and self.shown.is_live and self.shown.is_replaced

    @property
    def can_be_approved(self) -> bool:
        return self.status == PersonalQuestions.Status.READY and not self.is_replaced

    @property
    def can_be_withdrawn(self) -> bool:
        return self.shown is not None and self.shown.is_live

    @cached_property
    def obstacle(self) -> str:
        """Why a new set can't be written."""
        return why_not_written(self.candidate, self.job)

    @property
    def can_be_requested(self) -> bool:
        has_live_set = self.shown is not None and self.shown.is_live and not self.is_replaced
        return not has_live_set and not self.obstacle

    @cached_property
    def waiting_reason(self) -> str:
        """Why the writing is postponed: the budget is spent."""
        return spent_budget_reason() if self.is_writing else ""

    @property
    def resume_has_changed(self) -> bool:
        """Whether the candidate has another resume than the one that the words were written from."""
        row = self.shown
        return row is not None and bool(row.resume_hash) and row.resume_hash != hash_of_resume(self.candidate)

    @property
    def other_language(self) -> bool:
        """Whether the resume is in another language than the questions."""
        if self.question_set is None:
            return False
        language = guess_language(self.candidate.resume_text)
        return language not in (None, primary_tag(self.question_set.language))

    @property
    def question_set(self) -> QuestionSet | None:
        """The version that the shown set is for, or else the approved one."""
        return self.shown.question_set if self.shown else self.job.approved_questions

    @property
    def planned_without(self) -> bool:
        """Whether an interview is planned that does not use the approved set."""
        is_approved = self.status == PersonalQuestions.Status.APPROVED and not self.is_replaced
        return is_approved and self.planned is not None and self.planned.personal_questions_id != self.sets[0].pk

    @cached_property
    def lines(self) -> list[QuestionLine]:
        row, question_set = self.shown, self.question_set
        worded = {entry.position: entry for entry in row.questions} if row else {}
        refused = row.refused if row else []
        return [
            QuestionLine(base, worded.get(position), [entry for entry in refused if entry.position == position])
            for position, base in enumerate(question_set.questions if question_set else [])
        ]

    @property
    def update_interval(self) -> int:
        return SECONDS_WHILE_WRITING if self.is_writing else SECONDS_WHEN_IDLE

    @property
    def version(self) -> str:
        """Equal for two pages that look the same."""
        states = [(entry.pk, entry.status, entry.error, entry.question_set.status) for entry in self.sets]
        head = (str(self.candidate), self.job.title, self.obstacle, self.waiting_reason)
        return version_of((head, states, self.resume_has_changed, self.planned and self.planned.pk))

    @property
    def update_address(self) -> str:
        """The address that sends no content while the page looks as it does now."""
        return f"{self.address}?{urlencode({'v': self.version})}"

    @property
    def finished(self) -> int:
        """The number that the title of the page watches: sets that are written."""
        return sum(entry.written_at is not None for entry in self.sets)

    @property
    def summary(self) -> str:
        """For screen readers."""
        return self.shown.get_status_display() if self.shown else ""
