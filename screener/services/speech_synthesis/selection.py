"""Selects the speech synthesizer by the settings."""

from django.conf import settings

from screener.services.openai.openai_client import Account
from screener.services.speech_server.selection import LOCAL, speech_server
from screener.services.speech_synthesis.local_synthesizer import LocalSynthesizer
from screener.services.speech_synthesis.openai_synthesizer import OpenAISynthesizer
from screener.services.speech_synthesis.protocol import SpeechSynthesizer


def configured_synthesizer() -> SpeechSynthesizer | None:
    """The model on this machine where VOICE_ENGINE says so, or the one of VOICE_MODEL and VOICE_API_KEY.

    Else None: the carrier's own voice says the prompts.
    """
    if settings.VOICE_ENGINE == LOCAL:
        return LocalSynthesizer(speech_server(), settings.VOICE_MODEL, settings.VOICE_NAME)
    if not (settings.VOICE_MODEL and settings.VOICE_API_KEY):
        return None
    return OpenAISynthesizer(
        Account(
            service_name="The speech synthesis service",
            setting_prefix="VOICE",
            api_key=settings.VOICE_API_KEY,
            base_url=settings.VOICE_BASE_URL,
            model=settings.VOICE_MODEL,
            timeout=settings.OPENAI_TIMEOUT,
        )
    )
