"""What retention will erase in the next days, and what it erased. For the admin."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from candidates.models import Erasure
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


@dataclass(frozen=True)
class RetentionReport:
    """`held`: candidates that would be due, and that a legal hold keeps."""

    days: int
    kinds: list[DueKind]
    held: int
    done_within_days: int = DONE_WITHIN.days

    @property
    def is_kept_for_ever(self) -> bool:
        return all(kind.is_kept_for_ever for kind in self.kinds)

    @classmethod
    def of(cls, viewer: Viewer, days: int) -> "RetentionReport":
        """`days`: how far to look ahead. Only what the viewer may see is counted and named."""
        now = timezone.now()
        erasures = Erasure.objects.visible_to(viewer).filter(actor=ACTOR, created_at__gte=now - DONE_WITHIN)
        erased = Counter(dict(erasures.order_by().values_list("kind").annotate(Count("pk"))))
        kinds = [_due_kind(kind, viewer, now, now + timedelta(days=days), erased[kind]) for kind in PERIOD_OF]
        held = due_candidates(Kind.PERSON, now, is_held=True).visible_to(viewer)
        return cls(days, kinds, held.count())


def _due_kind(kind: Kind, viewer: Viewer, now: datetime, until: datetime, erased: int) -> DueKind:
    due_now, due_until = (_due_rows(kind, at).visible_to(viewer) for at in (now, until))
    count_now, count_until = due_now.count(), due_until.count()
    return DueKind(
        kind=kind,
        organisation_days=organisation_days(kind),
        job_periods=len(job_days(kind)),
        due_now=count_now,
        due_later=count_until - count_now,
        rows=_named_rows(kind, due_until),
        erased=erased,
    )


def _due_rows(kind: Kind, at: datetime) -> Any:
    return due_interviews(kind, at) if kind in OF_INTERVIEWS else due_candidates(kind, at)


def _named_rows(kind: Kind, rows: Any) -> Sequence[Any]:
    if kind in OF_INTERVIEWS:
        return list(rows.select_related("candidate", "job").order_by("completed_at")[:MOST_NAMED])
    return list(rows.order_by("updated_at")[:MOST_NAMED])
