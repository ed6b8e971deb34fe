"""The report on retention for the admin: data that is due in the next days, and erasures of the last days."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from candidates.models import Candidate, Erasure
from interviews.models import Interview
from interviews.retention.due import (
    OF_INTERVIEWS,
    PERIOD_OF,
    Kind,
    due_candidates,
    due_interviews,
    job_days,
    organisation_days,
)
from interviews.retention.nightly import ACTOR
from screener.access.viewer import Viewer

DONE_WITHIN = timedelta(days=30)
MOST_NAMED = 20
MOST_COUNTED = 1000
"""Of each kind. To count more would take seconds."""


@dataclass(frozen=True)
class DueKind:
    """One kind of data. `rows`: the first interviews or candidates that are due within the days asked for."""

    kind: Kind
    organisation_days: int | None
    job_periods: int
    due_now: int
    due_later: int
    rows: Sequence[Any]
    erased: int

    @property
    def is_of_interviews(self) -> bool:
        return self.kind in OF_INTERVIEWS

    @property
    def is_kept_for_ever(self) -> bool:
        return self.organisation_days is None and not self.job_periods

    @property
    def has_more(self) -> bool:
        """Whether more is due than was counted."""
        return self.due_now + self.due_later == MOST_COUNTED


@dataclass(frozen=True)
class RetentionReport:
    """`held`: candidates that would be due, and that a legal hold keeps."""

    days: int
    kinds: list[DueKind]
    held: int
    done_within_days: int = DONE_WITHIN.days

    @property
    def is_kept_for_ever(self) -> bool:
        """Whether no period is set. Videos have one by default."""
        return all(due.is_kept_for_ever for due in self.kinds if due.kind != Kind.VIDEOS)

    @classmethod
    def of(cls, viewer: Viewer, days: int) -> "RetentionReport":
        """`days`: how far to look ahead. Only rows that the viewer may see are counted and named."""
        now = timezone.now()
        erasures = Erasure.objects.visible_to(viewer).filter(actor=ACTOR, created_at__gte=now - DONE_WITHIN)
        erased = Counter(dict(erasures.order_by().values_list("kind").annotate(Count("pk"))))
        kinds = [_due_kind(kind, viewer, now, now + timedelta(days=days), erased[kind]) for kind in PERIOD_OF]
        held = due_candidates(Kind.PERSON, now, is_held=True).visible_to(viewer)
        return cls(days, kinds, held[:MOST_COUNTED].count())


def _due_kind(kind: Kind, viewer: Viewer, now: datetime, until: datetime, erased: int) -> DueKind:
    """One search over all rows finds those that are due in the end. Those that are due now are counted among them."""
    order = "completed_at" if kind in OF_INTERVIEWS else "updated_at"
    due_until = _due_rows(kind, until).visible_to(viewer).order_by(order)
    ids = list(due_until.values_list("pk", flat=True)[:MOST_COUNTED])
    due_now = _due_rows(kind, now).filter(pk__in=ids).count() if ids else 0
    return DueKind(
        kind=kind,
        organisation_days=organisation_days(kind),
        job_periods=len(job_days(kind)),
        due_now=due_now,
        due_later=len(ids) - due_now,
        rows=_named_rows(kind, ids[:MOST_NAMED], order),
        erased=erased,
    )


def _due_rows(kind: Kind, at: datetime) -> Any:
    return due_interviews(kind, at) if kind in OF_INTERVIEWS else due_candidates(kind, at)


def _named_rows(kind: Kind, ids: list[UUID], order: str) -> Sequence[Any]:
    if kind in OF_INTERVIEWS:
        interviews = Interview.all_objects.filter(pk__in=ids).select_related("candidate", "job")
        return list(interviews.order_by(order))
    return list(Candidate.objects.filter(pk__in=ids).order_by(order))
