"""The functions of this app's tasks. Each is idempotent; what is left to do is read from the row."""

from candidates.models import READ_RESUME
from candidates.resume import processing
from screener.background.sweeps import sweep_rows

READ_RESUME.bind(processing.read_resume)
sweep_rows(READ_RESUME, processing.unread_resumes, every=60)
