"""Jobs that fail: when they are tried again, and what the log says of them."""

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.jobs import Job

from screener.background.queue import MAX_TASK_TRIES, Backoff
from screener.services.telephony.twilio_errors import TelephonyDown


def failed(error: Exception, *, tries: int = 0) -> timedelta | None:
    """How long until the next try; None: no more."""
    job = Job(id=1, queue="calls", lock=None, queueing_lock=None, task_name="interviews.hang_up", attempts=tries)
    decision = Backoff().get_retry_decision(exception=error, job=job)
    return decision.retry_at - datetime.now(UTC) if decision and decision.retry_at else None


def test_a_job_is_tried_again_soon_then_rarer_then_no_more() -> None:
    waits = [failed(ValueError("a bug"), tries=tries) for tries in (0, 3, 6)]
    assert waits == sorted(wait for wait in waits if wait)
    assert failed(ValueError("a bug"), tries=MAX_TASK_TRIES) is None


def test_a_job_waits_for_as_long_as_the_vendor_asks() -> None:
    wait = failed(TelephonyDown("Twilio asks us to slow down.", retry_after=600))
    assert wait is not None
    assert wait > timedelta(minutes=9)


def test_a_vendor_that_is_away_takes_one_line_of_the_log_and_a_bug_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failed(TelephonyDown("Twilio could not be reached; trying again."))
    failed(ValueError("a bug"))
    away, bug = caplog.records
    assert (away.levelname, away.exc_info) == ("WARNING", None)
    assert "Twilio could not be reached" in away.getMessage()
    assert bug.levelname == "ERROR"
    assert bug.exc_info
