"""`python -m devtools.harness.rooms_cli COUNT`: creates invited candidates and prints the tokens of their links."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "screener.settings")
django.setup()

from devtools.harness.fixtures_cli import random_number  # noqa: E402 - needs the settings
from interviews.invitations.inviting import invite  # noqa: E402
from jobs.channels import Channel  # noqa: E402
from tests.support.factories import QUESTIONS, make_approved_job, make_interview  # noqa: E402

MAX_SECONDS = 600
"""Of a question: all phases of a measurement fit into one answer."""

if __name__ == "__main__":
    job = make_approved_job(
        questions=[question.model_copy(update={"max_seconds": MAX_SECONDS}) for question in QUESTIONS],
        channels=list(Channel),
    )
    for _ in range(int(sys.argv[1])):
        interview = make_interview(job=job, phone=random_number())
        sys.stdout.write(f"{invite(interview, actor='bench').token}\n")
