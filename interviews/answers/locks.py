"""Locks of rows that belong to an interview: the interview is locked with them, and its history is written at the end.

Only the columns that transitions need are read: whole rows of three tables are a fifth of the work on an answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from interviews.models import InterviewResponse, LockedRecording, LockedResponse, Recording, already_locked


@contextmanager
def lock_response(response_id: UUID) -> Iterator[LockedResponse | None]:
    """As `Lock`. Yields a response under the lock of its interview."""
    own_columns = ("lease", "status", "position", "postponed", "transcript", "transcript_confidence")
    column_names = (*own_columns, "interview__status", "interview__language")
    responses = InterviewResponse.objects.select_related("interview").only(*column_names)
    with transaction.atomic():
        response = responses.select_for_update(of=("interview", "self")).filter(pk=response_id).first()
        if response is None:
            yield None
            return
        with already_locked(response.interview) as interview:
            yield LockedResponse(response, interview)


@contextmanager
def lock_recording(recording_id: UUID) -> Iterator[LockedRecording | None]:
    """As `Lock`. Yields a recording under the lock of its interview."""
    column_names = ("lease", "status", "chosen", "response__status", "response__interview__status")
    recordings = Recording.objects.select_related("response__interview").only(*column_names)
    with transaction.atomic():
        locked_rows = recordings.select_for_update(of=("response__interview", "response", "self"))
        recording = locked_rows.filter(pk=recording_id).first()
        if recording is None:
            yield None
            return
        with already_locked(recording.response.interview) as interview:
            yield LockedRecording(recording, interview)
