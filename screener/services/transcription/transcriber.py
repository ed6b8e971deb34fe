"""Turning a recorded answer into words."""

import io
import re
import wave
from contextlib import suppress
from dataclasses import dataclass
from math import exp, fsum
from typing import Annotated, Any, Literal, cast

from django.conf import settings
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from screener.services.errors import PermanentError
from screener.services.openai.openai_client import Account, AudioSeconds, T, TokenCount
from screener.services.usage import NO_USAGE, UNKNOWN_USAGE, Usage

MAX_AUDIO_BYTES = 25 * 1024 * 1024
"""What OpenAI takes in one file."""
SHORTEST_SECONDS, LONGEST_SECONDS = 0.1, 1400
"""OpenAI refuses what is shorter, and some of its models what is longer."""
TWILIO_SECONDS = (2, 120)
"""Twilio's own transcription takes recordings that are longer than the one and shorter than the other."""

# What is written for sound without words: (blank), [Music], *coughs*, ♪.
_NO_WORDS = re.compile(r"(?:[\[(*][^\])*]*[\])*]|[\s♪♫.…])*")
# Whisper itself counts a segment as silence where both are so, and invents words for it all the same.
_NO_SPEECH, _UNSURE = 0.6, -1.0


class NoAudio(PermanentError):
    """There is nothing to transcribe, or too much for one file."""

    usage = NO_USAGE


@dataclass(frozen=True)
class Transcript:
    """What was said. Confidence, language and times are there only where the source gave them.

    `times`: the words, or where the source times no words its sentences, each with its start and end in seconds.
    """

    text: str
    source: str
    confidence: float | None = None
    language: str | None = None
    times: list[dict[str, Any]] | None = None
    usage: Usage = UNKNOWN_USAGE


Second = Annotated[float, Field(ge=0, allow_inf_nan=False)]
LogProbability = Annotated[float, Field(le=0, allow_inf_nan=False)]


class _Language(BaseModel):
    code: str


class _Usage(BaseModel):
    """Some models are billed by the length of the audio, others by tokens; each tells of its own."""

    seconds: AudioSeconds = None
    input_tokens: TokenCount = None
    output_tokens: TokenCount = None


class _Word(BaseModel):
    start: Second
    end: Second
    word: str


class _Segment(BaseModel):
    start: Second
    end: Second
    text: str
    avg_logprob: LogProbability | None = None
    no_speech_prob: float = 0

    @property
    def is_silence(self) -> bool:
        return self.no_speech_prob > _NO_SPEECH and self.avg_logprob is not None and self.avg_logprob < _UNSURE


class _Token(BaseModel):
    logprob: LogProbability


class _Transcription(BaseModel):
    """The words, and what a server may or may not tell of them: each is taken only where it makes sense."""

    text: str
    languages: Any = None
    language: Any = None
    words: Any = None
    segments: Any = None
    logprobs: Any = None
    usage: Any = None


def source() -> str:
    """Who transcribes: "openai", or "twilio", whose transcripts arrive by callback so that there is nothing to call."""
    return "openai" if settings.SPEECH_API_KEY else "twilio"


def why_not_heard(language: str) -> str:
    """Why answers in this language could not be transcribed, and what to do; empty where they can."""
    if source() == "openai" or _code(language) == "en":
        return ""
    return (
        f"Answers in {language!r} could not be transcribed: Twilio, which transcribes here, understands only English. "
        "Set SPEECH_API_KEY (or OPENAI_API_KEY) to have another service transcribe."
    )


def model() -> str:
    return str(settings.SPEECH_MODEL)


def transcribe(audio: bytes, filename: str, language: str) -> Transcript:
    """The words of a recording in this language ("en", "de-AT"). An empty text means that no words were made out."""
    _check(audio)
    service = account()
    format_asked = cast(Literal["json", "verbose_json"], settings.SPEECH_FORMAT)
    with service.guarded_request():
        response = service.client.audio.transcriptions.with_raw_response.create(
            file=(filename, audio), model=service.model, response_format=format_asked, **_hint(service.model, language)
        )
        found = service.parse_reply(response.text, _Transcription)
    segments = _each(found.segments, _Segment)
    return Transcript(
        text=spoken(found.text) if not segments or not all(one.is_silence for one in segments) else "",
        source="openai",
        confidence=_confidence(_each(found.logprobs, _Token), segments),
        language=_heard(found),
        times=_times(_each(found.words, _Word), segments),
        usage=_used(found.usage, audio),
    )


def _check(audio: bytes) -> None:
    if not audio:
        raise NoAudio("The recording is empty, so there is nothing to transcribe.")
    if len(audio) > MAX_AUDIO_BYTES:
        raise NoAudio("The recording is larger than 25 MB, which is more than can be transcribed at once.")
    seconds = seconds_of(audio)
    if seconds is not None and seconds < SHORTEST_SECONDS:
        raise NoAudio("The recording is shorter than a tenth of a second, so there is nothing to transcribe.")
    if seconds is not None and seconds > LONGEST_SECONDS:
        raise NoAudio(
            f"The recording lasts {seconds / 60:.0f} minutes, which is more than can be transcribed at once "
            f"({LONGEST_SECONDS // 60})."
        )


def seconds_of(audio: bytes) -> float | None:
    """How long a WAV lasts, by its samples: its header may say a length that its writer did not know. None: no WAV."""
    with suppress(wave.Error, EOFError), wave.open(io.BytesIO(audio)) as file:
        rate = file.getframerate() * file.getnchannels() * file.getsampwidth()
        start = audio.find(b"data") + 8
        return max(0, len(audio) - start) / rate if rate else None
    return None


def spoken(text: str) -> str:
    """What was said, without what only says that there was sound; empty where that is all."""
    text = text.replace("\x00", "").strip()
    return "" if _NO_WORDS.fullmatch(text) else text


def _used(given: Any, audio: bytes) -> Usage:
    """What the server says; the length of the audio is known without it."""
    told = next(iter(_each([given], _Usage)), _Usage())
    seconds = seconds_of(audio) if told.seconds is None else told.seconds
    return Usage(tokens_in=told.input_tokens, tokens_out=told.output_tokens, audio_seconds=seconds)


def _each(given: Any, shape: type[T]) -> list[T]:
    """All of them, or none: what is only partly readable says nothing of the whole."""
    with suppress(ValidationError):
        return TypeAdapter(list[shape]).validate_python(given)  # type: ignore[valid-type]
    return []


def _confidence(tokens: list[_Token], segments: list[_Segment]) -> float | None:
    """The mean probability of a token, from 0 to 1, where the source says how sure it was."""
    if tokens:
        return exp(fsum(one.logprob for one in tokens) / len(tokens))
    sure = [(one.end - one.start, one.avg_logprob) for one in segments if one.avg_logprob is not None]
    length = fsum(seconds for seconds, _ in sure)
    if len(sure) < len(segments) or length <= 0:
        return None
    return exp(fsum(seconds * mean for seconds, mean in sure) / length)


def _times(words: list[_Word], segments: list[_Segment]) -> list[dict[str, Any]] | None:
    timed = [(one.start, one.end, one.word) for one in words] or [(one.start, one.end, one.text) for one in segments]
    if not timed or any(end < start for start, end, _ in timed):
        return None
    return [{"start": start, "end": end, "text": text.replace("\x00", "").strip()} for start, end, text in timed]


def _heard(found: _Transcription) -> str | None:
    """The language that was heard, in the source's own words."""
    if several := _each(found.languages, _Language):
        return several[0].code
    return found.language if isinstance(found.language, str) and found.language else None


def _hint(model: str, language: str) -> dict[str, Any]:
    """gpt-transcribe takes a list of languages, the models before it and other servers a single one."""
    code = _code(language)
    return {"languages": [code]} if model.startswith("gpt-transcribe") else {"language": code}


def _code(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()


def account() -> Account:
    return Account(
        service_name="The transcription service",
        setting_prefix="SPEECH",
        api_key=settings.SPEECH_API_KEY,
        base_url=settings.SPEECH_BASE_URL,
        model=model(),
        timeout=settings.OPENAI_TIMEOUT,
    )
