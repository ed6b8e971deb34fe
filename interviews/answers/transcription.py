"""The transcript of an answer: made by the configured source from the chosen recording."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from interviews.answers.locks import lock_response
from interviews.answers.speech_metrics import measure
from interviews.models import InterviewResponse, Recording
from interviews.records import SpeechMetrics
from screener.background.leases import Lease
from screener.background.queue import release_db_connection
from screener.background.steps import Step
from screener.costs.metering import paid_transcript
from screener.models import LeasableQuerySet
from screener.services.errors import NotSent, PermanentError, ServiceError, TransientError
from screener.services.telephony import twilio_errors, twilio_recordings
from screener.services.transcription import transcriber

CARRIER_NEEDS = timedelta(minutes=1)
"""How long Twilio's transcription usually takes. Only when it is late is it asked for."""
CARRIER_PATIENCE = timedelta(hours=3)
NO_WORDS = "Something was recorded, but no words were made out. Listen to it."


class TranscriptPending(NotSent):
    """The carrier has not transcribed the recording yet."""

    def __init__(self) -> None:
        super().__init__("Twilio's transcription has not come yet.", wait=CARRIER_NEEDS)


@dataclass(frozen=True)
class Transcribed:
    transcript: transcriber.Transcript
    metrics: SpeechMetrics | None


def _responses_to_transcribe() -> LeasableQuerySet[InterviewResponse]:
    stored = Recording.objects.filter(response=OuterRef("pk"), chosen=True, status=Recording.Status.STORED)
    return InterviewResponse.objects.filter(Exists(stored), status=InterviewResponse.Status.ANSWERED)


def _transcribe(lease: Lease[InterviewResponse]) -> Transcribed:
    columns = ("sid", "file", "created_at", "carrier_transcript", "carrier_transcript_status")
    interview = ("response__interview__language", "response__interview__job")
    recordings = Recording.objects.select_related("response__interview").only(*columns, *interview)
    recording = recordings.get(response_id=lease.pk, chosen=True)
    by_carrier = transcriber.source() == "twilio"
    transcript = _carrier_transcript(recording) if by_carrier else _model_transcript(recording)
    return Transcribed(transcript, _speech_metrics(recording, transcript))


def _save_transcript(response: InterviewResponse, result: Transcribed) -> UUID | None:
    transcript = result.transcript
    if not transcript.text.strip():
        response.close_unscored(InterviewResponse.Status.UNINTELLIGIBLE, reason=NO_WORDS)
        return None
    response.save_transcript(
        transcript.text.strip(),
        source=transcript.source,
        confidence=transcript.confidence,
        times=transcript.times,
        measures=result.metrics,
    )
    return response.pk


def _give_up(response: InterviewResponse, error: ServiceError) -> None:
    lasted = isinstance(error, TransientError)
    reason = f"The answer could not be transcribed for hours. {error}" if lasted else str(error)
    response.close_unscored(InterviewResponse.Status.MODEL_UNAVAILABLE, reason=f"{reason} Listen to it instead.")


def _use_transcript_that_came(response_id: UUID, error: NotSent) -> None:
    """The carrier's transcript may have come after the work looked for it and before it was postponed."""
    if not isinstance(error, TranscriptPending):
        return
    recording = Recording.objects.select_related("response").get(response_id=response_id, chosen=True)
    if recording.carrier_transcript_status not in Recording.NOT_TRANSCRIBED_YET:
        recording.response.update_fields(retry_at=None)
        recording.enqueue_next_step()


TRANSCRIBE_STEP = Step(
    ready=_responses_to_transcribe,
    work=_transcribe,
    lock=lock_response,
    save=_save_transcript,
    give_up=_give_up,
    on_postponed=_use_transcript_that_came,
)


def _speech_metrics(recording: Recording, transcript: transcriber.Transcript) -> SpeechMetrics | None:
    """Plain facts on how it was spoken, where the organisation wants them. Nothing that scores reads them."""
    if not settings.SHOW_MEASURES or not transcript.text:
        return None
    release_db_connection()
    try:
        audio = _read_audio(recording)
    except PermanentError:
        audio = b""
    language = recording.response.interview.language
    return measure(transcript.text, language=language, times=transcript.times, audio=audio)


def _read_audio(recording: Recording) -> bytes:
    try:
        with recording.file.open("rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        raise PermanentError("The file of this recording is gone from the storage.") from None


def _model_transcript(recording: Recording) -> transcriber.Transcript:
    audio = _read_audio(recording)
    interview = recording.response.interview
    return paid_transcript(audio, interview.language, interview_id=interview.pk, job_id=interview.job_id)


def _carrier_transcript(recording: Recording) -> transcriber.Transcript:
    """Twilio's own transcription. It comes by a callback and is asked for when it is late."""
    text, status = recording.carrier_transcript, recording.carrier_transcript_status
    if status in Recording.NOT_TRANSCRIBED_YET:
        _check_length(recording)
        text, status = _fetch_carrier_transcript(recording)
    if status in Recording.NOT_TRANSCRIBED_YET:
        raise _pending_or_lost(recording)
    if status != "completed":
        raise PermanentError("Twilio could not transcribe this answer.")
    return transcriber.Transcript(transcriber.spoken(text), source="twilio")


def _check_length(recording: Recording) -> None:
    """What Twilio does not transcribe need not be waited for."""
    seconds = transcriber.seconds_of(_read_audio(recording))
    shortest, longest = transcriber.TWILIO_SECONDS
    if seconds is not None and not shortest < seconds < longest:
        raise PermanentError(
            f"This answer lasts {seconds:.1f} seconds. Twilio, which transcribes here, only takes what is longer than "
            f"{shortest} and shorter than {longest} seconds."
        )


def _fetch_carrier_transcript(recording: Recording) -> tuple[str, str]:
    if timezone.now() < recording.created_at + CARRIER_NEEDS:
        raise TranscriptPending
    release_db_connection()
    try:
        found = twilio_recordings.fetch_carrier_transcript(recording.sid)
    except twilio_errors.NotFound:
        raise _pending_or_lost(recording) from None
    return found.text, found.status


def _pending_or_lost(recording: Recording) -> ServiceError:
    if timezone.now() < recording.created_at + CARRIER_PATIENCE:
        return TranscriptPending()
    return PermanentError("Twilio has no transcription of this answer, hours after it was given.")
