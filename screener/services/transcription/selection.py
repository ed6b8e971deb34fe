"""Selects the transcriber by the settings."""

from django.conf import settings

from screener.services.openai.openai_client import Account
from screener.services.transcription.carrier_transcriber import CarrierTranscriber
from screener.services.transcription.openai_transcriber import OpenAITranscriber
from screener.services.transcription.protocol import Transcriber


def configured_transcriber() -> Transcriber:
    """The model where SPEECH_API_KEY is set, else the carrier."""
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
