"""The functions of this app's tasks. Each is idempotent; the work that is left is read from the row."""

from jobs.models import WRITE_QUESTIONS
from jobs.question_sets import WRITE_STEP
from screener.background.sweeps import bind_steps

bind_steps(WRITE_QUESTIONS, (WRITE_STEP,))
