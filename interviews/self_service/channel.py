"""Channels that the candidate opens. No vendor has a part of them: all data is in our database and storage."""

from datetime import datetime
from uuid import UUID

from interviews.calling.requested_calls import requested_call_time
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.models import Attempt, lock_attempt
from screener.services.errors import PermanentError


class SelfServiceChannel:
    """What such channels have in common. `session_name`: as for Channel."""

    session_name = ""
    grace_seconds = 0
    reaches_machines = False

    def end_attempt(self, attempt_id: UUID) -> None:
        with lock_attempt(attempt_id) as attempt:
            attempt.end(Attempt.Outcome.ANSWERED if attempt.row.answered_at else Attempt.Outcome.LEFT)

    def next_contact(self, attempt_id: UUID, requested: RequestedTime) -> datetime:
        """Return when the candidate is called who has asked for a call here."""
        attempt = Attempt.objects.select_related("interview__candidate", "interview__job").get(pk=attempt_id)
        return requested_call_time(attempt.interview, attempt.interview.candidate.phone, requested)

    def fetch_audio(self, recording_sid: str) -> bytes:
        raise PermanentError("This channel records nothing.")

    def list_audio(self, attempt_id: UUID) -> list[str]:
        return []

    def delete_audio(self, recording_sid: str) -> None:
        """There is none outside of our storage."""


class TextChannel(SelfServiceChannel):
    session_name = "the written interview"
