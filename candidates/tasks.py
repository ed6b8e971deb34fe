"""The functions of this app's tasks. Each is idempotent; what is left to do is read from the row."""

from procrastinate.contrib.django import app

from candidates.models import READ_RESUME
from candidates.resume import processing

READ_RESUME.bind(processing.read_resume)


@app.periodic(cron="* * * * *")
@app.task(name="candidates.sweep", queue="rest")
def sweep(timestamp: int) -> None:
    """Find the resumes that a crash left unread."""
    for candidate_id in processing.left_unread():
        READ_RESUME.defer(candidate_id)
