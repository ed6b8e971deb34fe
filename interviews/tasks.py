"""The functions of this app's tasks. Each is idempotent; what is left to do is read from the row."""

from procrastinate.contrib.django import app

from interviews.answers.audio import presume_available
from interviews.calling import capacity, dialer, reconcile, retries
from interviews.pipeline import PIPELINE
from interviews.retention.nightly import erase_due
from interviews.task_handles import ASSIGN_CAPACITY, DIAL, FETCH_PRICE, FOLLOW_UP, HANG_UP, RECONCILE
from screener.background.sweeps import add_sweep, bind_steps, sweep_rows

DIAL.bind(dialer.dial_interview)
ASSIGN_CAPACITY.bind(capacity.assign_free_capacity)
FOLLOW_UP.bind(retries.follow_up_attempt)
HANG_UP.bind(dialer.hang_up)
RECONCILE.bind(reconcile.reconcile_attempt)
FETCH_PRICE.bind(reconcile.fetch_price)

add_sweep("interviews.presume_available", presume_available)
add_sweep(ASSIGN_CAPACITY.name, capacity.assign_free_capacity)
sweep_rows(DIAL, dialer.interviews_due)
sweep_rows(FOLLOW_UP, retries.attempts_to_follow_up)
sweep_rows(RECONCILE, reconcile.attempts_to_reconcile)
sweep_rows(FETCH_PRICE, reconcile.attempts_without_price)

for task, steps in PIPELINE.items():
    bind_steps(task, steps)


@app.periodic(cron="20 2 * * *")
@app.task(name="interviews.erase_due", queue="rest")
def erase_due_data(timestamp: int) -> None:
    """Erase each night what the retention periods no longer allow to keep."""
    erase_due()
