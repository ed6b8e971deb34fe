"""Imports of candidates for a job: the interviews that they plan, and those that their undo cancels."""

import time
from collections import Counter
from functools import partial

from candidates.importing.step import STEP_FAILED, run_batches, slice_end
from candidates.importing.undo import finish_undo, give_up_undo, undo_rows
from candidates.models import PLAN_IMPORT, Import
from interviews.campaigns.adding import AddResult, add_candidates
from interviews.models import Campaign, Interview, lock_interview
from screener.background.leases import Lease, row_lock
from screener.background.steps import Step
from screener.services.errors import ServiceError

BATCH_ROWS = 500
UNDONE = "The import was undone."
PLANNED = "planned"


def _plan_interviews(lease: Lease[Import]) -> bool:
    """Plan an interview for each candidate of the import, in batches. False: time is up, and rows are left."""
    return run_batches(partial(_plan_batch, lease), slice_end())


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
    """The chosen campaign, or a new one with the name of the file: a draft, unless it is to start at once.

    None: the job was deleted meanwhile.
    """
    if imported.campaign is None and imported.job_id:
        campaign = Campaign.objects.start(
            actor=imported.author, launch=imported.launch, name=imported.name, job_id=imported.job_id
        )
        imported.update_fields(campaign=campaign)
        return campaign
    return imported.campaign


def _finish(imported: Import, is_complete: bool) -> None:
    if is_complete:
        imported.finish_planning()
    else:
        imported.release()
        PLAN_IMPORT.defer(imported.pk)


def _give_up(imported: Import, error: ServiceError) -> None:
    imported.fail(STEP_FAILED)


def _undo(lease: Lease[Import]) -> bool:
    """Cancel interviews that have not begun, then undo the rows. False: time is up, and work is left."""
    ends_at = slice_end()
    return _cancel_interviews(Import.objects.get(pk=lease.pk), ends_at) and undo_rows(lease, ends_at)


def _cancel_interviews(imported: Import, ends_at: float) -> bool:
    """Cancel the interviews that the import planned and that have not begun. False: time is up."""
    if imported.campaign_id is None:
        return True
    candidates = imported.rows.saved().values("candidate")
    planned = Interview.objects.filter(campaign=imported.campaign_id, candidate__in=candidates)
    waiting = planned.filter(status=Interview.Status.PENDING, created_at__gt=imported.started_at)
    for interview in waiting.iterator(chunk_size=BATCH_ROWS):
        if time.monotonic() > ends_at:
            return False
        with lock_interview(interview) as locked_interview:
            if locked_interview.row.status == Interview.Status.PENDING:  # the interview may have begun by now
                locked_interview.cancel(Interview.Outcome.BY_HR, actor=imported.undone_by, reason=UNDONE)
    return True


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
