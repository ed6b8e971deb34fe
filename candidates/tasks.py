"""The functions of this app's tasks. Each is idempotent; what is left to do is read from the row."""

from candidates.data_rights.erasure import DELETE_ITEMS
from candidates.data_rights.item_deletion import DELETE_ITEMS_STEP
from candidates.models import READ_RESUME
from candidates.resume import processing
from screener.background.sweeps import bind_steps, sweep_rows

READ_RESUME.bind(processing.read_resume)
sweep_rows(READ_RESUME, processing.unread_resumes, every=60)
bind_steps(DELETE_ITEMS, (DELETE_ITEMS_STEP,))
