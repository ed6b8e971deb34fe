"""Selects the transcriber by the settings."""

from django.conf import settings

from screener.services.openai.openai_client import Account
from screener.services.speech_server.selection import LOCAL, speech_server, whisper_folder
from screener.services.transcription.carrier_transcriber import CarrierTranscriber
from screener.services.transcription.local_transcriber import LocalTranscriber
from screener.services.transcription.openai_transcriber import OpenAITranscriber
from screener.services.transcription.protocol import AnswerRecording, Transcriber

CARRIER = "carrier"
"""The value of PHONE_SPEECH_ENGINE that has the carrier transcribe phone calls, and no other answers."""


def configured_transcriber() -> Transcriber:
    """The transcriber of phone recordings."""
    if settings.PHONE_SPEECH_ENGINE == CARRIER:
        return CarrierTranscriber()
    return general_transcriber()


def transcriber_for(recording: AnswerRecording) -> Transcriber:
    """The transcriber of this recording. The carrier transcribes only recordings of its own."""
    return configured_transcriber() if recording.sid else general_transcriber()


def general_transcriber() -> Transcriber:
    """The model on this machine where SPEECH_ENGINE says so, the one of SPEECH_API_KEY, else the carrier."""
    if settings.SPEECH_ENGINE == LOCAL:
        return LocalTranscriber(speech_server(), whisper_folder())
    if not settings.SPEECH_API_KEY:
        return CarrierTranscriber()
    return OpenAITranscriber(
        Account(
            service_name="The transcription service",
            setting_prefix="SPEECH",
            api_key=settings.SPEECH_API_KEY,
            base_url=settings.SPEECH_BASE_URL,
            model=settings.SPEECH_MODEL,
            timeout=settings.OPENAI_TIMEOUT,
        )
    )
