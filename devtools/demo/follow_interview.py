"""Follows one interview while the worker, the webhooks and the phone network hold it."""

import time
from collections.abc import Callable

from devtools.demo.text_views import clean, progress, write_lines
from interviews.models import Interview
from screener.models import ModelCall

LONGEST_SECONDS = 120.0
"""A language model may take its time; the phone does not."""


def follow(interview: Interview, check: Callable[[], None]) -> None:
    """Write each step of its progress until it is over, or takes too long. `check` raises to stop it."""
    written = set[str]()
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        check()
        interview.refresh_from_db()
        for line in (*model_errors(interview), progress(interview)):
            if line not in written:
                written.add(line)
                write_lines(f"  {clean(line)}")
        if is_over(interview):
            return
        time.sleep(0.1)


def is_over(interview: Interview) -> bool:
    return not interview.is_live and interview.result_status != Interview.ResultStatus.PENDING


def model_errors(interview: Interview) -> list[str]:
    """Errors of the language model. The worker retries, which without these lines looks like a standstill."""
    failed = ModelCall.objects.filter(interview_id=interview.pk).exclude(error="").order_by("created_at")
    return list(failed.values_list("error", flat=True))
