"""The jobs that a candidate can be called for, and the others, without approved questions."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from jobs.models import JobDescription, QuestionSet
from screener.access.viewer import Viewer

MAX_UNREADY = 5


@dataclass(frozen=True)
class UnreadyJob:
    """An open job without approved questions. `has_draft`: questions wait for approval."""

    job: JobDescription
    has_draft: bool


def _with_questions(status: str) -> Exists:
    return Exists(QuestionSet.objects.filter(job=OuterRef("pk"), status=status))


def open_jobs(viewer: Viewer) -> "QuerySet[JobDescription]":
    return JobDescription.objects.visible_to(viewer).filter(is_open=True)


def callable_jobs(viewer: Viewer) -> "QuerySet[JobDescription]":
    """The open jobs with approved questions."""
    ready = open_jobs(viewer).filter(_with_questions(QuestionSet.Status.APPROVED))
    return ready.order_by("title", "-created_at").prefetch_related("question_sets")


def unready_jobs(viewer: Viewer, *, first: UUID | None = None) -> list[UnreadyJob]:
    """The newest open jobs without approved questions. `first`: the job that the user came for leads the list."""
    unready = open_jobs(viewer).filter(~_with_questions(QuestionSet.Status.APPROVED))
    is_wanted = Case(When(pk=first, then=Value(0)), default=Value(1)) if first else Value(1)
    rows: Any = unready.annotate(has_draft=_with_questions(QuestionSet.Status.DRAFT))
    return [UnreadyJob(row, row.has_draft) for row in rows.order_by(is_wanted, "-created_at")[:MAX_UNREADY]]
