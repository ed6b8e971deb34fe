"""Interviews with numbers of their own, and calls that end."""

from typing import Any

from interviews.models import Attempt, Interview, lock_call
from jobs.models import JobDescription
from tests.support.factories import make_interview


def make_interviews(count: int, job: JobDescription, *, first: int = 0) -> list[Interview]:
    """Interviews of different candidates. `first`: the number of the first candidate."""
    numbers = range(first, first + count)
    return [make_interview(job=job, phone=f"+141555501{n:02}", full_name=f"Candidate {n}") for n in numbers]


def end_call(interview: Interview, status: str = "busy", **details: Any) -> Attempt:
    """Let the live call of this interview end with the carrier's `status`. Returns its attempt."""
    with lock_call(interview.attempts.live().get().pk) as call:
        call.match_or_adopt_sid(call.row.twilio_sid or f"CA{call.row.attempt_id.hex}")
        call.apply_status(status, sequence_number=9, **details)
    return call.attempt.row
