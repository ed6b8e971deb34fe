"""Transcription, with the real client, against a server that answers by script."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import override_settings

from screener.services import speech
from screener.services.errors import ServiceError
from screener.services.openai_client import KeyRefused, ModelUnknown, OutOfCredit, RateLimited, TimedOut, Unreadable
from screener.services.usage import Usage
from screener.tests.openai_server import (
    KEY,
    SECONDS,
    Behaviour,
    Request,
    Server,
    failing,
    hanging,
    openai_server,
    raw,
    replying,
)

AUDIO = b"RIFF\x24\x00\x00\x00WAVEfmt "
HEARD = {"text": "I make coffee.", "languages": [{"code": "en"}], "usage": {"type": "duration", "seconds": 3}}


@contextmanager
def service(reply: Behaviour, **settings: Any) -> Iterator[Server]:
    fixed = {"SPEECH_API_KEY": KEY, "SPEECH_MODEL": "gpt-transcribe", "OPENAI_TIMEOUT": SECONDS}
    with openai_server(reply) as server, override_settings(SPEECH_BASE_URL=server.base_url, **(fixed | settings)):
        yield server


def fields(request: Request) -> dict[str, bytes]:
    """The parts of a multipart request by their names."""
    parts = re.finditer(rb'name="([^"]+)".*?\r\n\r\n(.*?)\r\n--', request.body, re.DOTALL)
    return {part[1].decode(): part[2] for part in parts}


def test_words_come_back_with_what_the_source_knows_of_them() -> None:
    with service(replying(200, HEARD)):
        found = speech.transcribe(AUDIO, "answer.wav", "en-US")
    assert found == speech.Transcript("I make coffee.", "openai", language="en", usage=Usage(audio_seconds=3))


def test_the_audio_is_sent_with_its_name_and_the_language_as_a_list() -> None:
    with service(replying(200, HEARD)) as server:
        speech.transcribe(AUDIO, "answer.wav", "de_AT")
    request = server.requests[0]
    assert request.path == "/v1/audio/transcriptions"
    assert fields(request) == {
        "file": AUDIO,
        "model": b"gpt-transcribe",
        "response_format": b"json",
        "languages[]": b"de",
    }
    assert b'filename="answer.wav"' in request.body


def test_other_models_get_a_single_language() -> None:
    with service(replying(200, {"text": "Hm."}), SPEECH_MODEL="whisper-1") as server:
        found = speech.transcribe(AUDIO, "answer.wav", "en")
    sent = fields(server.requests[0])
    assert sent["language"] == b"en"
    assert "languages[]" not in sent
    assert found.language is None


@pytest.mark.parametrize("languages", [[], None])
def test_an_undetected_language_is_not_invented(languages: list[str] | None) -> None:
    with service(replying(200, {"text": "", "languages": languages})):
        found = speech.transcribe(AUDIO, "answer.wav", "en")
    assert (found.text, found.language) == ("", None)


@pytest.mark.parametrize(("audio", "reason"), [(b"", "empty"), (b"x" * (25 * 1024 * 1024 + 1), "25 MB")])
def test_what_cannot_be_transcribed_is_not_sent(audio: bytes, reason: str) -> None:
    with service(replying(200, HEARD)) as server, pytest.raises(speech.NoAudio, match=reason):
        speech.transcribe(audio, "answer.wav", "en")
    assert server.requests == []


@pytest.mark.parametrize(
    ("behaviour", "error", "hint"),
    [
        (failing(429), RateLimited, "The transcription service asks us"),
        (failing(429, code="insufficient_quota"), OutOfCredit, "the transcription service has no credit"),
        (failing(401), KeyRefused, "SPEECH_API_KEY"),
        (failing(404), ModelUnknown, "SPEECH_MODEL"),
        (hanging(), TimedOut, "did not answer"),
        (raw(b"I make coffee.", "text/plain"), Unreadable, "SPEECH_BASE_URL"),
        (replying(200, {"words": "I make coffee."}), Unreadable, "SPEECH_BASE_URL"),
    ],
)
def test_failures_have_the_same_names_as_those_of_the_model(
    behaviour: Behaviour, error: type[ServiceError], hint: str
) -> None:
    with service(behaviour), pytest.raises(error, match=hint):
        speech.transcribe(AUDIO, "answer.wav", "en")


@pytest.mark.parametrize(("key", "source"), [("sk-test", "openai"), ("", "twilio")])
def test_the_source_is_chosen_by_the_key(key: str, source: str) -> None:
    with override_settings(SPEECH_API_KEY=key):
        assert speech.source() == source
