"""The phone as a channel: calls at Twilio."""

from datetime import datetime
from uuid import UUID

from interviews.calling.requested_calls import requested_call_time
from interviews.channels import InvalidAudio
from interviews.conversation.phrases.requested_time import RequestedTime
from interviews.models import Call
from interviews.task_handles import HANG_UP
from screener.background.queue import release_db_connection
from screener.services.errors import TransientError
from screener.services.telephony import twilio_errors, twilio_recordings

CALL_PARTIES = ("attempt__interview__candidate", "attempt__interview__job")


class PhoneChannel:
    session_name = "the call"
    grace_seconds = 15
    reaches_machines = True

    def end_attempt(self, attempt_id: UUID) -> None:
        HANG_UP.defer(attempt_id)

    def next_contact(self, attempt_id: UUID, requested: RequestedTime) -> datetime:
        call = Call.objects.select_related(*CALL_PARTIES).get(attempt=attempt_id)
        return requested_call_time(call.attempt.interview, call.number, requested)

    def fetch_audio(self, recording_sid: str) -> bytes:
        try:
            return twilio_recordings.fetch_audio(recording_sid)
        except twilio_errors.InvalidAudio as error:
            raise InvalidAudio(str(error)) from error
        except twilio_errors.RequestRejected as error:  # an error of the account, not of this recording
            raise TransientError(str(error)) from error

    def list_audio(self, attempt_id: UUID) -> list[str]:
        call_sid = Call.objects.filter(attempt=attempt_id).values_list("twilio_sid", flat=True).first()
        if not call_sid:
            return []
        release_db_connection()
        try:
            return [recording.sid for recording in twilio_recordings.list_recordings(call_sid)]
        except twilio_errors.NotFound:
            return []

    def delete_audio(self, recording_sid: str) -> None:
        twilio_recordings.delete_audio(recording_sid)
