"""Doors for the worker. Each task is idempotent and carries an id; what is still to do stands on the row."""

from uuid import UUID

from procrastinate.contrib.django import app

from jobs import question_sets
from screener.background.queue import Backoff, defer


@app.task(name="jobs.write_questions", queue="rest", retry=Backoff())
def write_questions(job_id: str) -> None:
    question_sets.write_questions(UUID(job_id))


@app.periodic(cron="* * * * * */10")
@app.task(name="jobs.sweep", queue="rest")
def sweep(timestamp: int) -> None:
    """Find the jobs whose questions a crash left unwritten, or a vendor's bad hour."""
    for job_id in question_sets.abandoned():
        defer("jobs.write_questions", job_id=job_id)
