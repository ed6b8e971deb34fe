"""`python -m devtools.harness.fixtures_cli CALLS ANSWERS`: makes calls that were just placed, and prints their ids.

The work is so many answers that wait for their assessment, for a worker to be busy with.
"""

import os
import sys
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - needs the settings
from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: E402

from interviews.models import Attempt, Call, InterviewResponse  # noqa: E402
from interviews.task_handles import ASSESS  # noqa: E402
from jobs.models import JobDescription  # noqa: E402
from tests.support.factories import ANSWER, QUESTIONS, make_approved_job, make_interview  # noqa: E402

FIVE = [*QUESTIONS, *QUESTIONS[:2]]


def a_number() -> str:
    return f"+1415{2_000_000 + uuid4().int % 7_000_000}"


def place(job: JobDescription) -> Attempt:
    interview = make_interview(job=job, phone=a_number())
    interview.update_fields(next_attempt_at=None)
    attempt = interview.attempts.create(number=1, send_before=timezone.now())
    Call.objects.create(attempt=attempt, number=interview.candidate.phone, twilio_sid=f"CA{attempt.pk.hex}")
    return attempt


def add_work(job: JobDescription, answers: int) -> None:
    for _ in range(answers // len(FIVE)):
        interview = make_interview(job=job, phone=a_number())
        interview.begin()
        interview.responses.update(status=InterviewResponse.Status.TRANSCRIBED, transcript=f"{ANSWER} " * 5)
        interview.finish("complete")
        for response in interview.responses.all():
            ASSESS.defer(response.pk)


if __name__ == "__main__":
    job = make_approved_job(questions=FIVE)
    calls, answers = map(int, sys.argv[1:])
    add_work(job, answers)
    sys.stdout.writelines(f"{place(job).pk}\n" for _ in range(calls))
    ProcrastinateJob.objects.filter(task_name="interviews.dial")._raw_delete("default")  # they have been called
