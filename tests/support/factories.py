"""Scaffold for tests: rows made as the program makes them, and the worker's jobs run within a test."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from candidates.models import Candidate, Consent, Import, ImportRow
from interviews.models import (
    EligibilityAnswer,
    Interview,
    InterviewResponse,
    LockedRecording,
    LockedResponse,
    Recording,
    lock_interview,
)
from interviews.planning import insert_interview
from interviews.scoring.assessment import ASSESS_STEP
from interviews.task_handles import ASSESS
from jobs.channels import Channel
from jobs.eligibility.examples import EligibilityExample, example_question
from jobs.eligibility.question import EligibilityQuestion
from jobs.models import JobDescription, QuestionSet
from screener.background.steps import run_step
from screener.models import ApiKey, Organisation
from screener.models.keys.scopes import ALL_SCOPES
from screener.records import QuestionSpec

QUESTIONS = [
    QuestionSpec(text=f"Tell me about {topic}.", competency=topic, weight=1.0, max_seconds=120)
    for topic in ("your last project", "a mistake", "teamwork")
]

ANSWER = "In my last project I led the migration of twelve services, because the old cluster failed every week."

API_KEY_NAME = "a test"
API_ACTOR = f"api key {API_KEY_NAME}"


def make_organisation() -> Organisation:
    """The organisation without which no call is placed."""
    organisation, _ = Organisation.objects.get_or_create(
        defaults={
            "name": "Northwind Logistics, Inc.",
            "spoken_name": "Northwind Logistics",
            "callback_number": "+14155550123",
            "privacy_notice_url": "https://northwind.example/privacy",
        }
    )
    return organisation


def make_job(**fields: Any) -> JobDescription:
    make_organisation()
    return JobDescription.objects.create(
        **{
            "title": "Support engineer",
            "description": "Help customers. Must know Linux and SQL.",
            "channels": list(Channel),
        }
        | fields
    )


def make_approved_job(
    *,
    questions: list[QuestionSpec] | None = None,
    eligibility: list[EligibilityQuestion] | None = None,
    **fields: Any,
) -> JobDescription:
    """A job with a question set in force. Written directly, because most tests need one and few approve it."""
    job = make_job(questions_status=JobDescription.QuestionsStatus.APPROVED, **fields)
    job.question_sets.create(
        version=1,
        language=job.language,
        source="a test",
        questions=questions or QUESTIONS,
        eligibility=eligibility or [],
        status=QuestionSet.Status.APPROVED,
        approved_by="a test",
        approved_at=timezone.now(),
    )
    return JobDescription.objects.get(pk=job.pk)


def make_candidate(*, consents: bool = True, **fields: Any) -> Candidate:
    candidate = Candidate.objects.create(
        **{"full_name": "Ada Lovelace", "email": "ada@example.com", "phone": "+14155550100"} | fields
    )
    if consents:
        Consent.objects.create(candidate=candidate, kind=Consent.Kind.CALL, given=True, source="a test")
    return candidate


def add_import_row(candidate: Candidate, **fields: Any) -> ImportRow:
    """A row of an import that is done, which has updated the candidate."""
    imported = Import.objects.create(name="list.csv", size=1, digest="1", author="hr", status=Import.Status.DONE)
    values = {"number": 2, "result": "updated", "candidate": candidate} | fields
    return ImportRow.objects.create(imported=imported, **values)


def make_interview(*, job: JobDescription | None = None, **candidate: Any) -> Interview:
    """A planned interview. The rules about calls are not evaluated: where a test is about them, it plans by itself."""
    job = job or make_approved_job()
    question_set = job.approved_questions
    assert question_set
    interview = Interview(candidate=make_candidate(**candidate), job=job, question_set=question_set)
    return insert_interview(interview, actor="a test")


def add_eligibility_answer(interview: Interview, **fields: Any) -> EligibilityAnswer:
    """An answer that meets no requirement, unless the fields say otherwise."""
    question = example_question(EligibilityExample.NIGHTS, interview.language)
    answered = {"status": EligibilityAnswer.Status.ANSWERED, "words": "not at night", "value": "no", "is_met": False}
    values = {"position": 0, "question": question} | answered | fields
    return EligibilityAnswer.objects.create(interview=interview, **values)


def make_assessed_interview(**candidate: Any) -> Interview:
    """Every question answered, and every answer assessed by the simulated model."""
    interview = make_interview(**candidate)
    with lock_interview(interview) as locked:
        locked.begin()
        interview.responses.update(status=InterviewResponse.Status.TRANSCRIBED, transcript=ANSWER)
        locked.finish(Interview.Outcome.COMPLETE)
    for response in interview.responses.all():
        run_step(ASSESS_STEP, response.pk)
    run_tasks(only="interviews.conclude")
    interview.refresh_from_db()
    return interview


def make_transcribed_interview(
    words: str = ANSWER, *, job: JobDescription | None = None, **candidate: Any
) -> Interview:
    """A completed interview in which `words` is the transcript of every answer, and jobs wait to assess them."""
    interview = make_interview(job=job, **candidate)
    attempt = interview.attempts.create(number=1, send_before=interview.created_at)
    with lock_interview(interview) as locked:
        locked.begin()
        for row in interview.responses.all():
            response = LockedResponse(row, locked)
            recording = Recording.objects.create(response=row, attempt=attempt, turn=row.position + 3)
            LockedRecording(recording, locked).accept_as_answer()
            response.save_transcript(words, source="twilio", confidence=None, times=None)
            ASSESS.defer(row.pk)
        locked.finish(Interview.Outcome.COMPLETE)
    return interview


def make_api_key(name: str = API_KEY_NAME, scopes: Iterable[str] = ALL_SCOPES, **fields: Any) -> str:
    """The key itself, as it is shown once, when it is made."""
    _, key = ApiKey.objects.create_key(name=name, scopes=list(scopes), **fields)
    return key


def make_api_client(key: str | None = None) -> APIClient:
    """A client of the API with this key, or with a new one that may read and change."""
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=key or make_api_key())
    return client


CLAIM_JOB = """
UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = (
    SELECT id FROM procrastinate_jobs
    WHERE status = 'todo' AND starts_with(task_name, %(only)s) AND coalesce(scheduled_at, '-infinity') <= %(until)s
    ORDER BY id LIMIT 1
) RETURNING task_name, args
"""
"""One statement in plain SQL, because tests run thousands of jobs."""


def run_tasks(*, include_later: bool = False, only: str = "", limit: int | None = None) -> list[str]:
    """Run the jobs that are due, and those that they defer, in this thread; `include_later`: also those for later.

    `limit`: no more than so many. Returns the names of the tasks that were run. A task that fails fails the test.
    """
    ran: list[str] = []
    while (limit is None or len(ran) < limit) and (job := _claim_job(only, include_later=include_later)):
        task_name, arguments = job
        app.tasks[task_name](**arguments)
        ran.append(task_name)
    return ran


def _claim_job(only: str, *, include_later: bool) -> tuple[str, dict[str, Any]] | None:
    """Mark the next job as done, and return the name of its task and its arguments."""
    until = datetime.max.replace(tzinfo=UTC) if include_later else timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_JOB, {"only": only, "until": until})
        job = cursor.fetchone()
    return (job[0], json.loads(job[1])) if job else None


def lose_tasks() -> None:
    """Drop every queued task, as a crash would."""
    ProcrastinateJob.objects.filter(status="todo")._raw_delete("default")
