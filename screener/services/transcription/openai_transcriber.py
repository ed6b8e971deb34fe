"""Transcription by OpenAI, or by a server with the same API."""

from contextlib import suppress
from dataclasses import dataclass
from math import exp, fsum
from typing import Annotated, Any, Literal, cast

from django.conf import settings
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from screener.language_tag import primary_tag
from screener.services.openai.openai_client import Account, AudioSeconds, T, TokenCount
from screener.services.transcription.formats import wav_seconds, words_of
from screener.services.transcription.protocol import AnswerRecording, NoAudio, Transcript
from screener.services.usage import Usage

MAX_AUDIO_BYTES = 25 * 1024 * 1024
"""OpenAI's limit for one file."""
SHORTEST_SECONDS, LONGEST_SECONDS = 0.1, 1400
"""OpenAI rejects shorter recordings, and some of its models reject longer ones."""

# Whisper itself counts a segment as silence where both are so, and invents words for it all the same.
_NO_SPEECH, _UNSURE = 0.6, -1.0


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
    """A reply. All fields except the text are optional, and ignored where they are malformed."""

    text: str
    languages: Any = None
    language: Any = None
    words: Any = None
    segments: Any = None
    logprobs: Any = None
    usage: Any = None


@dataclass(frozen=True)
class OpenAITranscriber:
    account: Account
    uses_carrier: bool = False

    @property
    def label(self) -> str:
        return self.account.model

    @property
    def billed_model(self) -> str:
        return self.account.model

    def why_unsupported(self, language: str) -> str:
        return ""

    def transcribe(self, recording: AnswerRecording) -> Transcript:
        audio = recording.read_audio()
        _check(audio)
        reply = self._send(audio, recording.language)
        segments = _each(reply.segments, _Segment)
        is_silence = bool(segments) and all(segment.is_silence for segment in segments)
        return Transcript(
            text="" if is_silence else words_of(reply.text),
            source="openai",
            confidence=_confidence(_each(reply.logprobs, _Token), segments),
            language=_detected_language(reply),
            times=_times(_each(reply.words, _Word), segments),
            usage=_usage(reply.usage, audio),
        )

    def _send(self, audio: bytes, language: str) -> _Transcription:
        account = self.account
        with account.guarded_request():
            response = account.client.audio.transcriptions.with_raw_response.create(
                file=("answer.wav", audio),
                model=account.model,
                response_format=cast(Literal["json", "verbose_json"], settings.SPEECH_FORMAT),
                **_language_option(account.model, language),
            )
            return account.parse_reply(response.text, _Transcription)


def _check(audio: bytes) -> None:
    if not audio:
        raise NoAudio("The recording is empty, so there is nothing to transcribe.")
    if len(audio) > MAX_AUDIO_BYTES:
        raise NoAudio("The recording is larger than 25 MB, which is more than can be transcribed at once.")
    seconds = wav_seconds(audio)
    if seconds is not None and seconds < SHORTEST_SECONDS:
        raise NoAudio("The recording is shorter than a tenth of a second, so there is nothing to transcribe.")
    if seconds is not None and seconds > LONGEST_SECONDS:
        raise NoAudio(
            f"The recording lasts {seconds / 60:.0f} minutes, which is more than can be transcribed at once "
            f"({LONGEST_SECONDS // 60})."
        )


def _usage(reported: Any, audio: bytes) -> Usage:
    """The usage that the server reports. The length of the audio is known without it."""
    usage = next(iter(_each([reported], _Usage)), _Usage())
    seconds = wav_seconds(audio) if usage.seconds is None else usage.seconds
    return Usage(tokens_in=usage.input_tokens, tokens_out=usage.output_tokens, audio_seconds=seconds)


def _each(entries: Any, shape: type[T]) -> list[T]:
    """All entries, or none where one is malformed: a part would misrepresent the whole."""
    with suppress(ValidationError):
        return TypeAdapter(list[shape]).validate_python(entries)  # type: ignore[valid-type]
    return []


def _confidence(tokens: list[_Token], segments: list[_Segment]) -> float | None:
    """The mean probability of a token, from 0 to 1, where the source says how sure it was."""
    if tokens:
        return exp(fsum(token.logprob for token in tokens) / len(tokens))
    sure = [(part.end - part.start, part.avg_logprob) for part in segments if part.avg_logprob is not None]
    length = fsum(seconds for seconds, _ in sure)
    if len(sure) < len(segments) or length <= 0:
        return None
    return exp(fsum(seconds * mean for seconds, mean in sure) / length)


def _times(words: list[_Word], segments: list[_Segment]) -> list[dict[str, Any]] | None:
    timed = [(word.start, word.end, word.word) for word in words]
    timed = timed or [(segment.start, segment.end, segment.text) for segment in segments]
    if not timed or any(end < start for start, end, _ in timed):
        return None
    return [{"start": start, "end": end, "text": text.replace("\x00", "").strip()} for start, end, text in timed]


def _detected_language(reply: _Transcription) -> str | None:
    """The language as the server names it."""
    if languages := _each(reply.languages, _Language):
        return languages[0].code
    return reply.language if isinstance(reply.language, str) and reply.language else None


def _language_option(model: str, language: str) -> dict[str, Any]:
    """gpt-transcribe takes a list of languages, the models before it and other servers a single one."""
    code = primary_tag(language)
    return {"languages": [code]} if model.startswith("gpt-transcribe") else {"language": code}
