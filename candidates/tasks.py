"""Doors for the worker. Each task is idempotent and carries an id; what is still to do stands on the row."""

from uuid import UUID

from procrastinate.contrib.django import app

from candidates.resume import processing
from screener.background.queue import Backoff, defer


@app.task(name="candidates.read_resume", queue="rest", retry=Backoff())
def read_resume(candidate_id: str) -> None:
    processing.read_resume(UUID(candidate_id))


@app.periodic(cron="* * * * *")
@app.task(name="candidates.sweep", queue="rest")
def sweep(timestamp: int) -> None:
    """Find the resumes that a crash left unread."""
    for candidate_id in processing.left_unread():
        defer("candidates.read_resume", candidate_id=candidate_id)
