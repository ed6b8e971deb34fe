"""The interface of a transcriber: a model, or the carrier itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from screener.services.errors import NotSent, PermanentError
from screener.services.usage import NO_USAGE, UNKNOWN_USAGE, Usage


class NoAudio(PermanentError):
    """The audio is empty, too short, or too large for one file."""

    usage = NO_USAGE


class TooShort(PermanentError):
    """The recording is too short for this transcriber, however clear its words are."""

    usage = NO_USAGE


class TranscriptPending(NotSent):
    """The carrier has not transcribed the recording yet."""

    def __init__(self, *, wait: timedelta) -> None:
        super().__init__("The carrier's transcription has not come yet.", wait=wait)


@dataclass(frozen=True)
class CarrierTranscript:
    """The carrier's own transcript of a recording. `status`: the carrier's word for how it went."""

    text: str
    status: str


@dataclass(frozen=True)
class AnswerRecording:
    """A recording to be transcribed.

    read_audio: Reads the audio, for transcribers that need it. Raises NoAudio.
    sid: The id of the recording at the carrier. Empty: the carrier does not have it.
    carrier_transcript: The carrier's own transcript, where it has come.
    terms: Words that are likely in the answer and that a transcriber may not know, the most likely ones first.
    """

    read_audio: Callable[[], bytes]
    language: str
    sid: str
    recorded_at: datetime
    carrier_transcript: CarrierTranscript | None = None
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Transcript:
    """The text of a recording. Confidence, language and times are there only where the source gave them.

    times: The words, or where the source times no words its sentences, each with its start and end in seconds.
    """

    text: str
    source: str
    confidence: float | None = None
    language: str | None = None
    times: list[dict[str, Any]] | None = None
    usage: Usage = UNKNOWN_USAGE


class Transcriber(Protocol):
    @property
    def label(self) -> str:
        """The name that screens show."""
        ...

    @property
    def billed_model(self) -> str:
        """The model that transcripts are billed for. Empty where they are not."""
        ...

    @property
    def uses_carrier(self) -> bool:
        """Whether the carrier must be told to transcribe when it records."""
        ...

    def why_unsupported(self, language: str) -> str:
        """Why answers in this language cannot be transcribed, for HR. Empty where they can."""
        ...

    def transcribe(self, recording: AnswerRecording) -> Transcript:
        """The text of a recording. Empty where no words were made out. Raises ServiceError."""
        ...
