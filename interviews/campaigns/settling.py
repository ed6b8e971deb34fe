"""The interviews of a campaign follow its status, in batches in the background: held, released or cancelled."""

import time
from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from interviews.calling.capacity import NO_CAPACITY, estimate_free_capacity, wait_for_launch
from interviews.models import Attempt, Campaign, Interview, WaitReason, already_locked
from interviews.task_handles import ASSIGN_CAPACITY, SETTLE_CAMPAIGN
from interviews.wait_reason import CAPACITY_REASONS

SLICE_SECONDS = 5.0
"""The longest time of one run. The next run is queued behind other tasks."""

BATCH_ROWS, CANCELLED_AT_ONCE = 200, 50
MAX_CAMPAIGNS = 100
"""The most campaigns that one sweep queues. The next sweep finds the others."""
CAMPAIGN_CANCELLED = gettext_noop("The campaign was cancelled.")


def settle_campaign(campaign_id: UUID) -> None:
    """Start the campaign if it is due, then bring its interviews in line with its status. Idempotent.

    The dialer checks the status before each call, so that calls do not depend on the progress of this.
    """
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    if campaign is None:
        return
    campaign.start_if_due()
    campaign.refresh_from_db()
    settle_batch = _batch_function(Campaign.Status(campaign.status))
    ends_at = time.monotonic() + SLICE_SECONDS
    while settle_batch(campaign):
        if time.monotonic() > ends_at:
            SETTLE_CAMPAIGN.defer(campaign.pk)
            return


def campaigns_to_settle() -> list[UUID]:
    """Campaigns that are due to start, or whose interviews are not in line with their status."""
    campaigns = Campaign.objects.filter(ended_at__isnull=True)

    def has(status: list[str], interviews: QuerySet[Interview]) -> Q:
        return Q(Exists(interviews.filter(campaign=OuterRef("pk"))), status__in=status)

    mismatched = campaigns.filter(
        has([Campaign.Status.RUNNING], _held())
        | has(list(Campaign.WAITING), _to_hold())
        | has([Campaign.Status.CANCELLED], _to_cancel())
    )
    to_start = Campaign.objects.to_start().order_by("starts_at")
    campaign_ids = [*_first_ids(to_start), *_first_ids(mismatched.order_by("updated_at"))]
    return list(dict.fromkeys(campaign_ids))[:MAX_CAMPAIGNS]


def _first_ids(campaigns: QuerySet[Campaign]) -> list[UUID]:
    return list(campaigns.values_list("pk", flat=True)[:MAX_CAMPAIGNS])


def _batch_function(status: Campaign.Status) -> Callable[[Campaign], bool]:
    batches = {Campaign.Status.RUNNING: _release_batch, Campaign.Status.CANCELLED: _cancel_batch}
    return batches.get(status, _hold_batch)


def _held() -> QuerySet[Interview]:
    return Interview.all_objects.live().filter(wait_reason=WaitReason.CAMPAIGN)


def _to_hold() -> QuerySet[Interview]:
    """Interviews that wait for capacity. The dialer holds those with another wait reason when they become due."""
    return Interview.all_objects.live().filter(wait_reason__in=CAPACITY_REASONS, keeps_promise=False)


def _to_cancel() -> QuerySet[Interview]:
    """Interviews that have not begun and are not in a call, in which they may begin."""
    live_attempts = Attempt.objects.live().filter(interview=OuterRef("pk"))
    return Interview.all_objects.filter(~Exists(live_attempts), status=Interview.Status.PENDING)


def _hold_batch(campaign: Campaign) -> bool:
    """Let a batch of interviews wait for their campaign instead of capacity. False: no interviews are left."""
    wait = wait_for_launch(timezone.now())
    return _update_batch(
        campaign,
        _to_hold(),
        Campaign.WAITING,
        wait_reason=wait.wait_reason,
        waiting_for=wait.reason,
        next_attempt_at=wait.not_before,
    )


def _release_batch(campaign: Campaign) -> bool:
    """Let a batch of interviews wait for capacity instead of their campaign. False: no interviews are left.

    They get capacity in turn. They are not due at once, so that thousands of them do not ask for the same capacity.
    """
    with transaction.atomic():
        is_released = _update_batch(
            campaign,
            _held(),
            (Campaign.Status.RUNNING,),
            wait_reason=WaitReason.NO_CAPACITY,
            waiting_for=NO_CAPACITY,
            next_attempt_at=estimate_free_capacity(timezone.now()),
        )
        if is_released:
            ASSIGN_CAPACITY.defer()
    return is_released


def _update_batch(
    campaign: Campaign, interviews: QuerySet[Interview], statuses: tuple[str, ...], **changes: object
) -> bool:
    """Update a batch of the interviews, if the campaign still has one of these statuses. False: no rows are left."""
    with transaction.atomic():
        if not _lock_if_free(campaign, statuses):
            return False
        rows = interviews.filter(campaign=campaign).order_by("created_at").select_for_update(skip_locked=True)
        ids = list(rows.values_list("pk", flat=True)[:BATCH_ROWS])
        return bool(Interview.all_objects.filter(pk__in=ids).update(updated_at=timezone.now(), **changes))


def _lock_if_free(campaign: Campaign, statuses: tuple[str, ...]) -> bool:
    """Lock the campaign, if it has one of these statuses. False: it has another one, or is locked already."""
    free = Campaign.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=campaign.pk)
    return bool(list(free.filter(status__in=statuses).values_list("pk", flat=True)))


def _cancel_batch(campaign: Campaign) -> bool:
    """Cancel a batch of interviews that have not begun. False: no interviews are left."""
    actor = campaign.history[-1]["actor"] if campaign.history else campaign.created_by
    with transaction.atomic():
        if not _lock_if_free(campaign, (Campaign.Status.CANCELLED,)):
            return False
        ready = _to_cancel().filter(campaign=campaign).order_by("created_at")
        interviews = list(ready.select_for_update(skip_locked=True, of=("self",))[:CANCELLED_AT_ONCE])
        for interview in interviews:
            with already_locked(interview) as locked_interview:
                if not interview.attempts.live().exists():  # a call may have begun by now
                    locked_interview.finish(Interview.Outcome.BY_HR, actor=actor, reason=CAMPAIGN_CANCELLED)
    return bool(interviews)
