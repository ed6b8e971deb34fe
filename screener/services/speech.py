"""Turning a recorded answer into words."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from pydantic import BaseModel

from screener.services.errors import PermanentError
from screener.services.openai_client import Account

MAX_AUDIO_BYTES = 25 * 1024 * 1024
"""What OpenAI takes in one file."""


class NoAudio(PermanentError):
    """There is nothing to transcribe, or too much for one file."""


@dataclass(frozen=True)
class Transcript:
    """What was said. Confidence, language and times are there only where the source gave them."""

    text: str
    source: str
    confidence: float | None = None
    language: str | None = None
    times: list[dict[str, Any]] | None = None


class _Language(BaseModel):
    code: str


class _Transcription(BaseModel):
    text: str
    languages: list[_Language] | None = None


def source() -> str:
    """Who transcribes: "openai", or "twilio", whose transcripts arrive by callback so that there is nothing to call."""
    return "openai" if settings.SPEECH_API_KEY else "twilio"


def model() -> str:
    return str(settings.SPEECH_MODEL)


def transcribe(audio: bytes, filename: str, language: str) -> Transcript:
    """The words of a recording in this language ("en", "de-AT"). An empty text means that no words were made out."""
    if not audio:
        raise NoAudio("The recording is empty, so there is nothing to transcribe.")
    if len(audio) > MAX_AUDIO_BYTES:
        raise NoAudio("The recording is larger than 25 MB, which is more than can be transcribed at once.")
    service = account()
    with service.errors_of_ours():
        response = service.client.audio.transcriptions.with_raw_response.create(
            file=(filename, audio), model=service.model, response_format="json", **_hint(service.model, language)
        )
    found = service.read(response.text, _Transcription)
    heard = found.languages[0].code if found.languages else None
    return Transcript(text=found.text.replace("\x00", ""), source="openai", language=heard)


def _hint(model: str, language: str) -> dict[str, Any]:
    """gpt-transcribe takes a list of languages, the models before it and other servers a single one."""
    code = language.replace("_", "-").split("-")[0].lower()
    return {"languages": [code]} if model.startswith("gpt-transcribe") else {"language": code}


def account() -> Account:
    return Account(
        who="The transcription service",
        prefix="SPEECH",
        key=settings.SPEECH_API_KEY,
        base_url=settings.SPEECH_BASE_URL,
        model=model(),
        seconds=settings.OPENAI_TIMEOUT,
    )
