"""Takes an answer that is spoken in place of writing: a client of the API uploads its sound."""

from hashlib import sha256

from candidates.models import Consent
from interviews.answers.uploaded_sound import UploadedSound
from interviews.conversation import engine
from interviews.models import Attempt, InterviewResponse, LockedAttempt, Recording, TurnReply
from interviews.models.recording import private_storage
from interviews.models.transitions.conversation import ReceivedInput
from interviews.models.turns.chunk import EXCESS_SECONDS
from interviews.self_service.turns import RenderQuestion, take_input
from interviews.writing.disclosure import spoken_versions

SPOKEN = "spoken"
"""The kind of an input that is spoken."""
SID_PREFIX = "upload-"
TOO_SHORT = "This answer is shorter than a second. Record it again."
NOT_AGREED = (
    "The candidate agreed to answer in writing, and not to be recorded. Send a text, or let them agree to the "
    "disclosure of this endpoint."
)


def problem_of(sound: UploadedSound, *, max_seconds: int) -> str:
    """Return why the sound can't be an answer of at most so many seconds: `too_short`, `too_long` or nothing."""
    if not engine.may_be_answer(sound.seconds):
        return "too_short"
    return "too_long" if sound.seconds > max_seconds + EXCESS_SECONDS else ""


def may_be_recorded(attempt: Attempt) -> bool:
    """Whether the candidate has agreed in this attempt to a disclosure that speaks of the voice."""
    consent = attempt.consents.filter(kind=Consent.Kind.RECORD, given=True).order_by("said_at").last()
    return consent is not None and consent.wording_version in spoken_versions(consent.language)


def take_sound(attempt: Attempt, turn: int, sound: UploadedSound, render: RenderQuestion) -> TurnReply:
    """Make the sound the answer to the present question. The same sound for the same turn gets the same reply again.

    It is stored before the reply, where all recordings are. Raises StaleTurn.
    """
    answer = engine.RecordedAnswer(sound.seconds, engine.RecordingEnd.KEY)
    sid = _sid_of(attempt, turn, sound)
    received_input = ReceivedInput(SPOKEN, answer, recording_sid=sid, given_by=Consent.GivenBy.API)
    response = InterviewResponse(interview=attempt.interview)  # its interview names the folder
    file_name = Recording(response=response).save_audio(sound.as_wav())

    def keep_file(locked_attempt: LockedAttempt) -> None:
        recording = locked_attempt.get_or_create_recording(turn, sid=sid)
        if recording is not None:
            recording.mark_stored(file_name)
            recording.enqueue_next_step()

    try:
        return take_input(attempt.pk, turn, received_input, render, after=keep_file)
    finally:
        if not attempt.recordings.filter(turn=turn, file=file_name).exists():
            private_storage().delete(file_name)


def _sid_of(attempt: Attempt, turn: int, sound: UploadedSound) -> str:
    """The same sound may answer several questions: each recording has a name of its own."""
    return SID_PREFIX + sha256(f"{attempt.pk}/{turn}/{sound.fingerprint}".encode()).hexdigest()[:40]
