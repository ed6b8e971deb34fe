"""The interviews of two records of one person that are merged."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from candidates.models import Candidate
from interviews.models import Interview, lock_interview
from screener.models import InvalidTransition

CALL_PREVENTS_MERGE = _("A call with this person is in progress or is being placed. Merge the records when it is over.")
MERGED = _("Two records of the candidate were merged. The other interview for the job goes on.")


def interviews_to_cancel(interviews: Iterable[Interview]) -> list[Interview]:
    """Of several live interviews for one job: all but one, which has begun or was planned first."""
    kept_jobs: set[UUID] = set()
    cancelled = []
    live = [row for row in interviews if row.is_live and row.purpose == Interview.Purpose.SCREENING]
    for row in sorted(live, key=lambda row: (row.status != Interview.Status.IN_PROGRESS, row.created_at, row.pk)):
        if row.job_id in kept_jobs:
            cancelled.append(row)
        kept_jobs.add(row.job_id)
    return cancelled


def interviews_of_records(records: Iterable[Candidate]) -> "QuerySet[Interview]":
    """All interviews of the records, practice too, in the order in which they are locked."""
    return Interview.all_objects.filter(candidate__in=list(records)).select_related("job").order_by("pk")


def merge_interviews(kept: Candidate, merged: Candidate, actor: str) -> None:
    """Move the interviews of the merged record. At most one interview per job stays live.

    Raises InvalidTransition while a call with the person is in progress.
    """
    rows = list(interviews_of_records([kept, merged]))
    for row in rows:
        with lock_interview(row):
            if row.attempts.in_a_call().exists():
                raise InvalidTransition(gettext(CALL_PREVENTS_MERGE))
    for row in interviews_to_cancel(rows):
        with lock_interview(row) as interview:
            interview.cancel(Interview.Outcome.BY_HR, actor=actor, reason=MERGED)
    for row in rows:
        if row.candidate_id == merged.pk:
            with lock_interview(row) as interview:
                interview.move_to(kept, actor=actor)
