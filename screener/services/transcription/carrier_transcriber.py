"""The carrier's own transcription. It comes by a callback and is asked for when it is late."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from screener.language_tag import primary_tag
from screener.services.errors import PermanentError, ServiceError
from screener.services.telephony.twilio_errors import NotFound
from screener.services.telephony.twilio_recordings import fetch_carrier_transcript
from screener.services.transcription.formats import wav_seconds, words_of
from screener.services.transcription.protocol import (
    AnswerRecording,
    CarrierTranscript,
    TooShort,
    Transcript,
    TranscriptPending,
)

USUAL_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=3)
SHORTEST_SECONDS, LONGEST_SECONDS = 2, 120
"""Twilio transcribes only recordings between these lengths."""

NO_TRANSCRIPT = "Twilio could not transcribe this answer."
NOT_AT_CARRIER = (
    "Only phone recordings are transcribed here, by Twilio. Set SPEECH_ENGINE=local or SPEECH_API_KEY for others."
)
NEVER_CAME = "Twilio has no transcription of this answer, hours after it was given."


@dataclass(frozen=True)
class CarrierTranscriber:
    label: str = "the phone network's own"
    billed_model: str = ""
    uses_carrier: bool = True

    def why_unsupported(self, language: str) -> str:
        if primary_tag(language) == "en":
            return ""
        return (
            f"Answers in {language!r} could not be transcribed: Twilio, which transcribes here, understands only "
            "English. Set SPEECH_API_KEY (or OPENAI_API_KEY) to have another service transcribe."
        )

    def transcribe(self, recording: AnswerRecording) -> Transcript:
        if not recording.sid:
            raise PermanentError(NOT_AT_CARRIER)
        transcript = recording.carrier_transcript or _fetch_late(recording)
        if transcript.status != "completed":
            _check_length(recording.read_audio())
            raise PermanentError(NO_TRANSCRIPT)
        return Transcript(words_of(transcript.text), source="twilio")


def _fetch_late(recording: AnswerRecording) -> CarrierTranscript:
    _check_length(recording.read_audio())
    if timezone.now() < recording.recorded_at + USUAL_WAIT:
        raise TranscriptPending(wait=USUAL_WAIT)
    try:
        transcript = fetch_carrier_transcript(recording.sid)
    except NotFound:
        raise _pending_or_lost(recording) from None
    if transcript.status == "in-progress":
        raise _pending_or_lost(recording)
    return CarrierTranscript(transcript.text, transcript.status)


def _pending_or_lost(recording: AnswerRecording) -> ServiceError:
    if timezone.now() < recording.recorded_at + LONGEST_WAIT:
        return TranscriptPending(wait=USUAL_WAIT)
    return PermanentError(NEVER_CAME)


def _check_length(audio: bytes) -> None:
    seconds = wav_seconds(audio)
    if seconds is not None and not SHORTEST_SECONDS < seconds < LONGEST_SECONDS:
        kind = TooShort if seconds <= SHORTEST_SECONDS else PermanentError
        raise kind(
            f"This answer lasts {seconds:.1f} seconds. Twilio, which transcribes here, only takes what is longer than "
            f"{SHORTEST_SECONDS} and shorter than {LONGEST_SECONDS} seconds."
        )
