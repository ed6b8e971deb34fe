"""Locks of single rows. Rows are not read afresh, so that a test goes on with the objects that it has."""

from collections.abc import Iterator
from contextlib import contextmanager

from interviews.models import InterviewResponse, LockedRecording, LockedResponse, Recording, lock_interview


@contextmanager
def locked_response(response: InterviewResponse) -> Iterator[LockedResponse]:
    with lock_interview(response.interview) as interview:
        yield LockedResponse(response, interview)


@contextmanager
def locked_recording(recording: Recording) -> Iterator[LockedRecording]:
    with lock_interview(recording.response.interview) as interview:
        yield LockedRecording(recording, interview)
