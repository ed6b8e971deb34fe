"""Speech synthesis, with the real client against a fake server."""

import pytest
from django.test import override_settings

from devtools.model_simulator.replies import (
    Behaviour,
    error_reply,
    hanging_reply,
    json_reply,
    raw_reply,
    truncated_reply,
)
from screener.services.errors import ServiceError
from screener.services.openai.openai_errors import KeyRefused, ModelUnknown, RateLimited, TimedOut, Unreachable
from screener.services.speech_synthesis.openai_synthesizer import NotAudio, detect_content_type
from screener.services.speech_synthesis.protocol import MP3, WAV, SynthesizedAudio
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.services.usage import Usage
from tests.support.fake_openai import KEY, fake_speech_synthesis
from tests.support.model_samples import MP3_FRAME


def synthesize(text: str) -> SynthesizedAudio:
    synthesizer = configured_synthesizer()
    assert synthesizer
    return synthesizer.synthesize(text, "en")


def test_text_becomes_audio() -> None:
    with fake_speech_synthesis(raw_reply(MP3_FRAME, "audio/mpeg"), VOICE_NAME="jane") as server:
        assert synthesize("Hello.") == SynthesizedAudio(MP3_FRAME, MP3, Usage(characters=6))
    request = server.requests[0]
    assert (request.path, request.key) == ("/v1/audio/speech", KEY)
    assert request.json == {"input": "Hello.", "model": "voice-1", "voice": "jane", "response_format": "mp3"}


@pytest.mark.parametrize(
    ("audio", "content_type"),
    [
        (MP3_FRAME, MP3),
        (b"ID3\x04" + MP3_FRAME, MP3),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", WAV),
        (b"\xff\xf1\x50\x80", ""),
        (b"OggS", ""),
        (b"<html>", ""),
        (b"\xff", ""),
        (b"", ""),
    ],
    ids=["MP3", "tagged MP3", "WAV of unknown length", "AAC", "Ogg", "HTML", "a byte", "nothing"],
)
def test_content_type_is_detected(audio: bytes, content_type: str) -> None:
    assert detect_content_type(audio) == content_type


@pytest.mark.parametrize(
    ("behaviour", "error", "detail"),
    [
        (error_reply(429), RateLimited, "HTTP 429"),
        (error_reply(401), KeyRefused, "VOICE_API_KEY"),
        (error_reply(404), ModelUnknown, "VOICE_MODEL"),
        (hanging_reply(), TimedOut, ""),
        (truncated_reply, Unreachable, ""),
        (raw_reply(b"<html>Welcome</html>", "text/html"), NotAudio, "VOICE_BASE_URL"),
        (json_reply(200, {"audio": ""}), NotAudio, "VOICE_BASE_URL"),
        (raw_reply(b"", "audio/mpeg"), NotAudio, "VOICE_BASE_URL"),
        (raw_reply(b"RIFF\x00\x10\x00\x00WAVEfmt ", "audio/wav"), NotAudio, "VOICE_BASE_URL"),
    ],
)
def test_failure_names_cause(behaviour: Behaviour, error: type[ServiceError], detail: str) -> None:
    with fake_speech_synthesis(behaviour), pytest.raises(error) as caught:
        synthesize("Hello.")
    assert detail in str(caught.value)


@pytest.mark.parametrize(("key", "model"), [("", "voice-1"), (KEY, "")])
def test_key_and_model_are_both_needed(key: str, model: str) -> None:
    with override_settings(VOICE_API_KEY=key, VOICE_MODEL=model):
        assert configured_synthesizer() is None
