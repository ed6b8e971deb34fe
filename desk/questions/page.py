"""The content of the page with a job's questions, in a fixed number of queries."""

from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from desk.versions import version_of
from jobs.admin.question_list import render_questions
from jobs.models import JobDescription, QuestionSet
from screener.costs.monthly_budget import spent_budget_reason

SECONDS_WHILE_WRITING = 3
SECONDS_WHEN_IDLE = 30
VERSIONS_SHOWN = 20


@dataclass(frozen=True)
class QuestionsPage:
    """`shown`: the wanted version, else the draft that waits for approval, else the approved one."""

    job: JobDescription
    versions: list[QuestionSet]
    shown: QuestionSet | None
    address: str

    @classmethod
    def load(cls, job: JobDescription, address: str, wanted: QuestionSet | None = None) -> "QuestionsPage":
        versions = list(job.question_sets.order_by("-version")[:VERSIONS_SHOWN])
        return cls(job, versions, wanted or _current(versions), address)

    @property
    def is_writing(self) -> bool:
        return self.job.questions_status == JobDescription.QuestionsStatus.PENDING

    @property
    def has_failed(self) -> bool:
        return self.job.questions_status == JobDescription.QuestionsStatus.FAILED

    @property
    def is_draft(self) -> bool:
        return self.shown is not None and self.shown.status == QuestionSet.Status.DRAFT

    @cached_property
    def waiting_reason(self) -> str:
        """Why the writing is postponed: the budget is spent."""
        return spent_budget_reason() if self.is_writing else ""

    @property
    def newer(self) -> QuestionSet | None:
        """The draft or the approved version, where it is newer than the one that is shown."""
        current = _current(self.versions)
        is_newer = current is not None and self.shown is not None and current.version > self.shown.version
        return current if is_newer else None

    @cached_property
    def questions_html(self) -> str:
        return render_questions(self.shown) or ""

    @property
    def update_interval(self) -> int:
        return SECONDS_WHILE_WRITING if self.is_writing else SECONDS_WHEN_IDLE

    @property
    def version(self) -> str:
        """Equal for two pages that look the same."""
        states = [(entry.pk, entry.status) for entry in self.versions]
        job = self.job
        shown = (job.title, job.questions_status, job.questions_error, self.waiting_reason, states, self.questions_html)
        return version_of(shown)

    @property
    def update_address(self) -> str:
        """The address that sends no content while the page looks as it does now."""
        return f"{self.address}?{urlencode({'v': self.version})}"

    @property
    def finished(self) -> int:
        """The number that the title of the page watches: versions."""
        return self.versions[0].version if self.versions else 0

    @property
    def summary(self) -> str:
        """For screen readers."""
        shown = _("Version %(version)s") % {"version": self.shown.version} if self.shown else ""
        return ", ".join(filter(None, [self.job.get_questions_status_display(), shown]))


def _current(versions: list[QuestionSet]) -> QuestionSet | None:
    """The draft, or else the approved version."""
    order = (QuestionSet.Status.DRAFT, QuestionSet.Status.APPROVED)
    current = [entry for status in order for entry in versions if entry.status == status]
    return current[0] if current else None
