"""The phone as a channel: calls at Twilio."""

from uuid import UUID

from candidates.models import DoNotCall
from interviews.channels import InvalidAudio
from interviews.models import Call
from interviews.task_handles import HANG_UP
from screener.services.errors import TransientError
from screener.services.telephony import twilio_errors, twilio_recordings


class PhoneChannel:
    session_name = "the call"
    grace_seconds = 15
    reaches_machines = True

    def end_attempt(self, attempt_id: UUID) -> None:
        HANG_UP.defer(attempt_id)

    def opt_out(self, attempt_id: UUID) -> None:
        DoNotCall.objects.add_number(Call.objects.get(attempt=attempt_id).number, source="asked for in a call")

    def fetch_audio(self, recording_sid: str) -> bytes:
        try:
            return twilio_recordings.fetch_audio(recording_sid)
        except twilio_errors.InvalidAudio as error:
            raise InvalidAudio(str(error)) from error
        except twilio_errors.RequestRejected as error:  # the account is at fault, not the recording
            raise TransientError(str(error)) from error

    def delete_audio(self, recording_sid: str) -> None:
        twilio_recordings.delete_audio(recording_sid)
