"""`python -m devtools.harness.fixtures_cli CALLS ANSWERS`: creates calls that were just placed, and prints their ids.

Also creates answers that wait for their assessment, to keep a worker busy.
"""

import os
import sys
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - needs the settings
from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: E402

from interviews.models import Attempt, Call, InterviewResponse, lock_interview  # noqa: E402
from interviews.task_handles import ASSESS  # noqa: E402
from jobs.models import JobDescription  # noqa: E402
from tests.support.factories import ANSWER, QUESTIONS, make_approved_job, make_interview  # noqa: E402

FIVE_QUESTIONS = [*QUESTIONS, *QUESTIONS[:2]]


def random_number() -> str:
    return f"+1415{2_000_000 + uuid4().int % 7_000_000}"


def create_placed_call(job: JobDescription) -> Attempt:
    interview = make_interview(job=job, phone=random_number())
    interview.update_fields(next_attempt_at=None)
    attempt = interview.attempts.create(number=1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number=interview.candidate.phone, twilio_sid=f"CA{attempt.pk.hex}")
    return attempt


def create_unassessed_answers(job: JobDescription, answers: int) -> None:
    for _ in range(answers // len(FIVE_QUESTIONS)):
        interview = make_interview(job=job, phone=random_number())
        with lock_interview(interview) as locked:
            locked.begin()
            interview.responses.update(status=InterviewResponse.Status.TRANSCRIBED, transcript=f"{ANSWER} " * 5)
            locked.finish("complete")
        for response in interview.responses.all():
            ASSESS.defer(response.pk)


if __name__ == "__main__":
    job = make_approved_job(questions=FIVE_QUESTIONS)
    calls, answers = map(int, sys.argv[1:])
    create_unassessed_answers(job, answers)
    sys.stdout.writelines(f"{create_placed_call(job).pk}\n" for _ in range(calls))
    # The calls count as placed, so no worker may place them.
    ProcrastinateJob.objects.filter(task_name="interviews.dial")._raw_delete("default")
