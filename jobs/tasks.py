"""The functions of this app's tasks. Each is idempotent; what is left to do is read from the row."""

from procrastinate.contrib.django import app

from jobs import question_sets
from jobs.models import WRITE_QUESTIONS

WRITE_QUESTIONS.bind(question_sets.write_questions)


@app.periodic(cron="* * * * * */10")
@app.task(name="jobs.sweep", queue="rest")
def sweep(timestamp: int) -> None:
    """Find the jobs whose questions a crash left unwritten, or a vendor's bad hour."""
    for job_id in question_sets.abandoned():
        WRITE_QUESTIONS.defer(job_id)
