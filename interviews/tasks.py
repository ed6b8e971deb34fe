"""The functions of this app's tasks. Each is idempotent; what is left to do is read from the row."""

from interviews.answers.audio import presume_available
from interviews.calling import capacity, dialer
from interviews.pipeline import PIPELINE
from interviews.task_handles import DIAL, FETCH_PRICE, FILL_LINES, FOLLOW_UP, HANG_UP, RECONCILE
from screener.background.sweeps import add_sweep, bind_steps, sweep_rows

DIAL.bind(dialer.dial)
FILL_LINES.bind(capacity.fill_lines)
FOLLOW_UP.bind(dialer.follow_up)
HANG_UP.bind(dialer.hang_up)
RECONCILE.bind(dialer.ask_about)
FETCH_PRICE.bind(dialer.learn_price)

add_sweep("interviews.presume_available", presume_available)
add_sweep(FILL_LINES.name, capacity.fill_lines)
sweep_rows(DIAL, dialer.due)
sweep_rows(FOLLOW_UP, dialer.to_follow_up)
sweep_rows(RECONCILE, dialer.without_news)
sweep_rows(FETCH_PRICE, dialer.without_price)

for task, steps in PIPELINE.items():
    bind_steps(task, steps)
