"""Imports of candidates for a job: the interviews that they plan, and those that their undo cancels."""

import time
from collections import Counter
from contextlib import suppress
from uuid import UUID

from candidates.importing.step import STEP_FAILED
from candidates.importing.undo import finish_undo, give_up_undo, undo_rows
from candidates.models import PLAN_IMPORT, Import
from interviews.campaigns import AddResult, add_candidates
from interviews.models import Campaign, Interview, lock_interview
from screener.background.leases import Lease, row_lock
from screener.background.steps import Step
from screener.models import InvalidTransition
from screener.services.errors import ServiceError

BATCH_ROWS = 50
SLICE_SECONDS = 240.0
"""After this time the rest is left to another job: a lease is renewed for ten minutes."""
UNDONE = "The import was undone."
PLANNED = "planned"


def _plan_interviews(lease: Lease[Import]) -> bool:
    """Plan an interview for each candidate of the import, in batches. False: time is up, and rows are left."""
    ends_at = time.monotonic() + SLICE_SECONDS
    while _plan_batch(lease):
        if time.monotonic() > ends_at:
            return False
    return True


def _plan_batch(lease: Lease[Import]) -> bool:
    with lease.locked(row_lock(Import.objects.all())) as imported:
        if imported is None:
            return False
        rows = list(imported.rows.saved().filter(number__gt=imported.rows_planned).order_by("number")[:BATCH_ROWS])
        campaign = _campaign_of(imported) if rows else None
        if campaign is None:
            return False
        ids = [row.candidate_id for row in rows if row.candidate_id]
        additions = add_candidates(campaign, ids, actor=imported.author)
        counts = Counter(PLANNED if row.result == AddResult.PLANNED else str(row.result) for row in additions)
        imported.add_counts(counts, rows_planned=rows[-1].number)
    return True


def _campaign_of(imported: Import) -> Campaign | None:
    """The chosen campaign, or a new one with the name of the file. None: the job was deleted meanwhile."""
    if imported.campaign is None and imported.job_id:
        campaign = Campaign.objects.create(name=imported.name, job_id=imported.job_id, created_by=imported.author)
        imported.update_fields(campaign=campaign)
        return campaign
    return imported.campaign


def _finish(imported: Import, is_complete: bool) -> UUID | None:
    if is_complete:
        imported.finish_planning()
    else:
        imported.release()
        PLAN_IMPORT.defer(imported.pk)
    return None


def _give_up(imported: Import, error: ServiceError) -> None:
    imported.fail(STEP_FAILED)


def _undo(lease: Lease[Import]) -> None:
    """Cancel the interviews that the import planned and that have not begun; then undo the rows."""
    imported = Import.objects.get(pk=lease.pk)
    if imported.campaign_id:
        candidates = imported.rows.saved().values("candidate")
        planned = Interview.objects.filter(campaign=imported.campaign_id, candidate__in=candidates)
        waiting = planned.filter(status=Interview.Status.PENDING, created_at__gt=imported.started_at)
        for interview in waiting.iterator(chunk_size=BATCH_ROWS):
            with suppress(InvalidTransition), lock_interview(interview) as locked_interview:  # it may be over by now
                locked_interview.cancel(Interview.Outcome.BY_HR, actor=imported.undone_by, reason=UNDONE)
    undo_rows(lease)


PLAN_STEP = Step(
    ready=Import.objects.to_plan,
    work=_plan_interviews,
    lock=row_lock(Import.objects.all()),
    save=_finish,
    give_up=_give_up,
)
UNDO_STEP = Step(
    ready=Import.objects.to_undo,
    work=_undo,
    lock=row_lock(Import.objects.all()),
    save=finish_undo,
    give_up=give_up_undo,
)
