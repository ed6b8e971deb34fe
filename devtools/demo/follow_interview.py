"""Follows one interview while the worker, the webhooks and the phone network hold it."""

import time
from collections.abc import Callable

from devtools.demo.text_views import clean_line, progress_line, write_lines
from interviews.models import Interview
from screener.models import ModelCall

TIMEOUT_SECONDS = 120.0
"""Enough for a slow language model. The call itself takes seconds."""


def follow_interview(interview: Interview, check: Callable[[], None]) -> None:
    """Print each change of the progress until the result is final or the timeout is over. `check` raises to stop."""
    printed = set[str]()
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        check()
        interview.refresh_from_db()
        for line in (*model_errors(interview), progress_line(interview)):
            if line not in printed:
                printed.add(line)
                write_lines(f"  {clean_line(line)}")
        if is_finished(interview):
            return
        time.sleep(0.1)


def is_finished(interview: Interview) -> bool:
    return not interview.is_live and interview.result_status != Interview.ResultStatus.PENDING


def model_errors(interview: Interview) -> list[str]:
    """Return the errors of the language model. Without them a retry of the worker looks like a standstill."""
    failed = ModelCall.objects.filter(interview_id=interview.pk).exclude(error="").order_by("created_at")
    return list(failed.values_list("error", flat=True))
