"""The functions of this app's tasks. Each is idempotent; the work that is left is read from the row."""

from procrastinate.contrib.django import app

from candidates.models import PLAN_IMPORT, UNDO_IMPORT
from interviews.answers.audio import presume_available
from interviews.calling import capacity, dialer, reconcile, retries
from interviews.campaigns import settling
from interviews.importing.planning import PLAN_STEP, UNDO_STEP
from interviews.messages.delivery import SEND_STEP as SEND_MESSAGE_STEP
from interviews.messages.texts import load_wording
from interviews.notices import creation, planning
from interviews.notices.delivery import SEND_STEP
from interviews.notices.retention import delete_old_notices
from interviews.personal.writing import WRITE_STEP as WRITE_PERSONAL_STEP
from interviews.pipeline import PIPELINE
from interviews.reports.bank_usage import count_bank_usage
from interviews.retention.nightly import erase_due
from interviews.room.clips import STORE_STEP as STORE_CLIP_STEP
from interviews.room.clips import close_old_clips
from interviews.room.takes import delete_settled_chunks
from interviews.self_service.attempts import end_idle_attempts
from interviews.self_service.expiry import expire_interviews
from interviews.task_handles import (
    ASSIGN_CAPACITY,
    DIAL,
    FETCH_PRICE,
    FOLLOW_UP,
    HANG_UP,
    RECONCILE,
    SEND_CANDIDATE_MESSAGE,
    SEND_NOTICE_MAIL,
    SETTLE_CAMPAIGN,
    STORE_CLIP,
    WRITE_PERSONAL_QUESTIONS,
)
from interviews.writing.drafts import delete_settled_drafts
from screener.background.sweeps import add_sweep, bind_steps, sweep_rows

DIAL.bind(dialer.dial_interview)
ASSIGN_CAPACITY.bind(capacity.assign_free_capacity)
FOLLOW_UP.bind(retries.follow_up_attempt)
HANG_UP.bind(dialer.hang_up)
SETTLE_CAMPAIGN.bind(settling.settle_campaign)
RECONCILE.bind(reconcile.reconcile_attempt)
FETCH_PRICE.bind(reconcile.fetch_price)

add_sweep("interviews.presume_available", presume_available)
add_sweep("interviews.delete_settled_chunks", delete_settled_chunks, every=60)
add_sweep("interviews.close_old_clips", close_old_clips, every=60)
bind_steps(STORE_CLIP, (STORE_CLIP_STEP,))
add_sweep(ASSIGN_CAPACITY.name, capacity.assign_free_capacity)
add_sweep("interviews.end_idle_attempts", end_idle_attempts, every=60)
add_sweep("interviews.expire_interviews", expire_interviews, every=60)
add_sweep("interviews.delete_settled_drafts", delete_settled_drafts, every=60)
sweep_rows(SETTLE_CAMPAIGN, settling.campaigns_to_settle)
sweep_rows(DIAL, dialer.interviews_due)
sweep_rows(FOLLOW_UP, retries.attempts_to_follow_up)
sweep_rows(RECONCILE, reconcile.attempts_to_reconcile)
sweep_rows(FETCH_PRICE, reconcile.attempts_without_price)

add_sweep("interviews.add_event_notices", creation.add_event_notices)
add_sweep("interviews.add_campaign_notices", creation.add_campaign_notices, every=60)
add_sweep("interviews.plan_notice_mails", planning.plan_mails, every=30)
bind_steps(SEND_NOTICE_MAIL, (SEND_STEP,))
load_wording()  # a missing text ends the start, not a mail
bind_steps(SEND_CANDIDATE_MESSAGE, (SEND_MESSAGE_STEP,))

bind_steps(WRITE_PERSONAL_QUESTIONS, (WRITE_PERSONAL_STEP,))

bind_steps(PLAN_IMPORT, (PLAN_STEP,))
bind_steps(UNDO_IMPORT, (UNDO_STEP,))

for task, steps in PIPELINE.items():
    bind_steps(task, steps)


@app.periodic(cron="20 2 * * *")
@app.task(name="interviews.erase_due", queue="rest")
def erase_due_data(timestamp: int) -> None:
    """Erase each night the data whose retention period is over."""
    erase_due()


@app.periodic(cron="*/10 * * * *")
@app.task(name="interviews.count_bank_usage", queue="rest")
def count_usage_of_bank(timestamp: int) -> None:
    """Count how the questions of the bank are answered. A page reads what was counted."""
    count_bank_usage()


@app.periodic(cron="50 2 * * *")
@app.task(name="interviews.delete_old_notices", queue="rest")
def delete_notices(timestamp: int) -> None:
    """Delete each night the notices that are too old to be of use."""
    delete_old_notices()
