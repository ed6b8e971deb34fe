"""Transcription by Whisper on this machine, in the speech server."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from screener.language_tag import primary_tag
from screener.services.speech_server.client import RequestRefused, SpeechServer
from screener.services.speech_server.weights import WHISPER_NAME, read_languages
from screener.services.transcription.formats import wav_seconds, words_of
from screener.services.transcription.protocol import AnswerRecording, NoAudio, Transcript
from screener.services.usage import NO_USAGE

MAX_AUDIO_BYTES = 25 * 1024 * 1024
SHORTEST_SECONDS, LONGEST_SECONDS = 0.1, 1400
MAX_HOT_WORDS = 400
"""Characters. Whisper reads at most 224 tokens before a recording."""
MAX_SOURCE = 40
"""Characters of the column."""


class _Transcription(BaseModel):
    text: str
    confidence: float | None
    words: list[dict[str, Any]]


@dataclass(frozen=True)
class LocalTranscriber:
    """`folder`: a CTranslate2 folder of Whisper. None: the packaged model."""

    server: SpeechServer
    folder: Path | None
    billed_model: str = ""
    uses_carrier: bool = False

    @property
    def model_name(self) -> str:
        return self.folder.name if self.folder else WHISPER_NAME

    @property
    def label(self) -> str:
        return f"{self.model_name}, by faster-whisper on this machine"

    def why_unsupported(self, language: str) -> str:
        if primary_tag(language) in _languages_of(self.folder):
            return ""
        return (
            f"Answers in {language!r} could not be transcribed: {self.model_name}, which transcribes here, does not "
            "know this language. Set SPEECH_FOLDER to a model that does, or SPEECH_API_KEY to have another service "
            "transcribe."
        )

    def transcribe(self, recording: AnswerRecording) -> Transcript:
        audio = recording.read_audio()
        _check(audio)
        query = {"language": primary_tag(recording.language), "hot_words": _hot_words(recording.terms)}
        try:
            reply = self.server.post_json("/transcription", query, audio, _Transcription)
        except RequestRefused as error:
            raise NoAudio("The recording is no audio that can be read.") from error
        return Transcript(
            text=words_of(reply.text),
            source=f"local:{self.model_name}"[:MAX_SOURCE],
            confidence=reply.confidence,
            times=reply.words or None,
            usage=NO_USAGE,
        )


def _check(audio: bytes) -> None:
    """Raise NoAudio for audio that cannot be transcribed. Only WAV is read: its size bounds its length."""
    seconds = wav_seconds(audio)
    if seconds is None:
        raise NoAudio("The recording is not a WAV file, so it cannot be transcribed on this machine.")
    if seconds < SHORTEST_SECONDS:
        raise NoAudio("The recording is shorter than a tenth of a second, so there is nothing to transcribe.")
    if seconds > LONGEST_SECONDS or len(audio) > MAX_AUDIO_BYTES:
        raise NoAudio(
            f"The recording lasts {seconds / 60:.0f} minutes, which is more than can be transcribed at once "
            f"({LONGEST_SECONDS // 60})."
        )


def _hot_words(terms: tuple[str, ...]) -> str:
    """The first terms, as many as fit. The full stop keeps Whisper from going on with the list."""
    hot_words = ""
    for term in terms:
        longer = f"{hot_words}, {term}" if hot_words else term
        if len(longer) > MAX_HOT_WORDS:
            break
        hot_words = longer
    return f"{hot_words}." if hot_words else ""


@lru_cache(maxsize=4)
def _languages_of(folder: Path | None) -> frozenset[str]:
    """The codes of the languages that a model knows."""
    return read_languages(folder)
