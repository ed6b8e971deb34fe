"""The interface of a speech synthesizer. Where none is configured, the carrier's own voice says the prompts."""

from dataclasses import dataclass
from typing import Protocol

from screener.services.usage import Usage

MP3, WAV = "audio/mpeg", "audio/wav"


@dataclass(frozen=True)
class SynthesizedAudio:
    """`content_type` is MP3 or WAV, which phone networks play."""

    data: bytes
    content_type: str
    usage: Usage


class SpeechSynthesizer(Protocol):
    @property
    def label(self) -> str:
        """The name that screens show."""
        ...

    @property
    def billed_model(self) -> str:
        """The model that the audio is billed for. Empty where it is not."""
        ...

    def synthesize(self, text: str, language: str) -> SynthesizedAudio:
        """The text as audio. Raises ServiceError."""
        ...
