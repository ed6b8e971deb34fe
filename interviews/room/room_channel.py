"""The room as a channel: a page in the candidate's browser, which records the answers."""

from uuid import UUID

from interviews.channels import InvalidAudio
from interviews.models import Take
from interviews.models.turns.take import SAMPLE_RATE, SID_PREFIX
from interviews.self_service.channel import SelfServiceChannel
from screener.services.wav import encode_wav


class RoomChannel(SelfServiceChannel):
    session_name = "the room"

    def fetch_audio(self, recording_sid: str) -> bytes:
        take = _take_of(recording_sid)
        sound = take.join_chunks() if take else b""
        if not sound:
            raise InvalidAudio("The sound of this take has been deleted.")
        return make_wav(sound)

    def list_audio(self, attempt_id: UUID) -> list[str]:
        takes = Take.objects.filter(attempt=attempt_id, status=Take.Status.SENT)
        return [take.sid for take in takes]

    def delete_audio(self, recording_sid: str) -> None:
        take = _take_of(recording_sid)
        if take is not None and take.status == Take.Status.SENT:
            take.mark_stored()


def _take_of(recording_sid: str) -> Take | None:
    takes = Take.objects.select_related("response__interview")
    return takes.filter(pk=UUID(recording_sid.removeprefix(SID_PREFIX))).first()


def make_wav(sound: bytes) -> bytes:
    """Return PCM sound of the room as a WAV file."""
    return encode_wav(sound, SAMPLE_RATE)
