"""Transcription, with the real client, against a server that answers by script."""

import io
import re
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import Mock

import openai
import pytest
from django.test import override_settings

from screener.services.errors import ServiceError
from screener.services.openai.openai_client import (
    KeyRefused,
    ModelUnknown,
    OutOfCredit,
    RateLimited,
    RequestRefused,
    TimedOut,
    Unreachable,
    Unreadable,
)
from screener.services.transcription import transcriber
from screener.services.usage import Usage
from tests.support.fake_openai import (
    KEY,
    Behaviour,
    FakeOpenAI,
    ReceivedRequest,
    disconnect,
    error_reply,
    hanging_reply,
    json_reply,
    raw_reply,
    run_fake_openai,
    truncated_reply,
)

AUDIO = b"RIFF\x24\x00\x00\x00WAVEfmt "
HEARD = {"text": "I make coffee.", "languages": [{"code": "en"}], "usage": {"type": "duration", "seconds": 3}}


@contextmanager
def service(reply: Behaviour, **settings: Any) -> Iterator[FakeOpenAI]:
    fixed = {"SPEECH_API_KEY": KEY, "SPEECH_MODEL": "gpt-transcribe"}
    with run_fake_openai(reply) as server:
        at = {"SPEECH_BASE_URL": server.base_url, "OPENAI_TIMEOUT": server.seconds}
        with override_settings(**(fixed | at | settings)):
            yield server


def fields(request: ReceivedRequest) -> dict[str, bytes]:
    """The parts of a multipart request by their names."""
    parts = re.finditer(rb'name="([^"]+)".*?\r\n\r\n(.*?)\r\n--', request.body, re.DOTALL)
    return {part[1].decode(): part[2] for part in parts}


def test_words_come_back_with_what_the_source_knows_of_them() -> None:
    with service(json_reply(200, HEARD)):
        found = transcriber.transcribe(AUDIO, "answer.wav", "en-US")
    assert found == transcriber.Transcript("I make coffee.", "openai", language="en", usage=Usage(audio_seconds=3))


def test_the_audio_is_sent_with_its_name_and_the_language_as_a_list() -> None:
    with service(json_reply(200, HEARD)) as server:
        transcriber.transcribe(AUDIO, "answer.wav", "de_AT")
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
    with service(json_reply(200, {"text": "Hm."}), SPEECH_MODEL="whisper-1") as server:
        found = transcriber.transcribe(AUDIO, "answer.wav", "en")
    sent = fields(server.requests[0])
    assert sent["language"] == b"en"
    assert "languages[]" not in sent
    assert found.language is None


@pytest.mark.parametrize("languages", [[], None])
def test_an_undetected_language_is_not_invented(languages: list[str] | None) -> None:
    with service(json_reply(200, {"text": "", "languages": languages})):
        found = transcriber.transcribe(AUDIO, "answer.wav", "en")
    assert (found.text, found.language) == ("", None)


def a_wav(seconds: float, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(bytes(2 * int(seconds * rate)))
    return file.getvalue()


def test_times_and_confidence_are_kept_where_a_server_gives_them() -> None:
    reply = {
        "task": "transcribe",
        "language": "english",
        "duration": 3.0,
        "text": " I make coffee. Twice.",
        "segments": [
            {"id": 0, "start": 0.0, "end": 2.0, "text": " I make coffee.", "avg_logprob": -0.1, "no_speech_prob": 0.01},
            {"id": 1, "start": 2.0, "end": 3.0, "text": " Twice.", "avg_logprob": -0.4, "no_speech_prob": 0.9},
        ],
    }
    with service(json_reply(200, reply), SPEECH_MODEL="whisper-large-v3", SPEECH_FORMAT="verbose_json") as server:
        found = transcriber.transcribe(AUDIO, "answer.wav", "en")
    assert fields(server.requests[0])["response_format"] == b"verbose_json"
    assert (found.text, found.language) == ("I make coffee. Twice.", "english")
    assert found.confidence == pytest.approx(0.8187, abs=0.0001), "e to the mean of -0.1 over 2 s and -0.4 over 1 s"
    assert found.times == [
        {"start": 0.0, "end": 2.0, "text": "I make coffee."},
        {"start": 2.0, "end": 3.0, "text": "Twice."},
    ]


def test_words_are_better_times_than_sentences_and_tokens_a_better_confidence() -> None:
    reply = {
        "text": "Hm, well.",
        "logprobs": [{"token": "Hm", "logprob": 0}, {"token": ", well.", "logprob": -1.3863}],
        "words": [{"word": "Hm,", "start": 0, "end": 0.5}, {"word": "well.", "start": 0.7, "end": 1.1}],
        "segments": [{"start": 0, "end": 1.1, "text": "Hm, well.", "avg_logprob": -3}],
    }
    with service(json_reply(200, reply)):
        found = transcriber.transcribe(AUDIO, "answer.wav", "en")
    assert found.confidence == pytest.approx(0.5, abs=0.0001)
    assert found.times is not None
    assert [one["text"] for one in found.times] == ["Hm,", "well."]


@pytest.mark.parametrize(
    "given",
    [
        {"segments": "none", "words": {}, "logprobs": 3, "language": 5, "languages": "en"},
        {"segments": [{"start": 0, "end": 1}], "words": [{"word": "x", "start": -1, "end": 0}]},
        {"words": [{"word": "x", "start": 5, "end": 1}], "logprobs": [{"token": "x", "logprob": 2.5}]},
        {"segments": [], "words": [], "logprobs": []},
        {"logprobs": [{"token": "x", "logprob": -0.1}, {"token": "y", "logprob": None}]},
    ],
)
def test_times_and_confidence_that_make_no_sense_are_left_out(given: dict[str, Any]) -> None:
    with service(json_reply(200, {"text": "I make coffee."} | given)):
        found = transcriber.transcribe(AUDIO, "answer.wav", "en")
    assert found == transcriber.Transcript("I make coffee.", "openai")


@pytest.mark.parametrize(
    "text", ["", "  ", "\x00", "[Music]", "(applause) [BLANK_AUDIO]", "♪ ♪", "*coughs*", "(blank)", "…"]
)
def test_sound_without_words_is_no_answer(text: str) -> None:
    with service(json_reply(200, {"text": text})):
        assert transcriber.transcribe(AUDIO, "answer.wav", "en").text == ""


@pytest.mark.parametrize("text", ["Yes.", "(laughs) Well, I led it.", "C++ [mostly]", "It was 2*3*4."])
def test_words_beside_a_sound_are_an_answer(text: str) -> None:
    with service(json_reply(200, {"text": text})):
        assert transcriber.transcribe(AUDIO, "answer.wav", "en").text == text


def test_what_is_made_up_for_noise_is_no_answer() -> None:
    """Whisper writes such a sentence for silence, and says itself that it was no speech."""
    segment = {"start": 0, "end": 9, "text": "Thank you for watching.", "avg_logprob": -1.2, "no_speech_prob": 0.8}
    with service(json_reply(200, {"text": "Thank you for watching.", "segments": [segment]})):
        assert transcriber.transcribe(AUDIO, "answer.wav", "en").text == ""


@pytest.mark.parametrize(
    ("audio", "seconds"),
    [
        (a_wav(1.5), 1.5),
        (a_wav(2, rate=24000), 2),
        (a_wav(3)[:40] + b"\xff\xff\xff\xff" + a_wav(3)[44:], 3),
        (AUDIO, None),
        (b"ID3", None),
    ],
    ids=["8 kHz", "24 kHz", "a header that does not know", "cut off", "no WAV"],
)
def test_how_long_a_recording_lasts_is_told_by_its_samples(audio: bytes, seconds: float | None) -> None:
    assert transcriber.seconds_of(audio) == seconds


@pytest.mark.parametrize(
    ("audio", "reason"),
    [
        (b"", "empty"),
        (b"x" * (25 * 1024 * 1024 + 1), "25 MB"),
        (a_wav(0.05), "tenth of a second"),
        (a_wav(1500), "25 minutes"),
    ],
    ids=["empty", "large", "short", "long"],
)
def test_what_cannot_be_transcribed_is_not_sent(audio: bytes, reason: str) -> None:
    with service(json_reply(200, HEARD)) as server, pytest.raises(transcriber.NoAudio, match=reason):
        transcriber.transcribe(audio, "answer.wav", "en")
    assert server.requests == []


@pytest.mark.parametrize(
    ("behaviour", "error", "hint"),
    [
        (error_reply(429), RateLimited, "The transcription service asks us"),
        (error_reply(429, code="insufficient_quota"), OutOfCredit, "the transcription service has no credit"),
        (error_reply(401), KeyRefused, "SPEECH_API_KEY"),
        (error_reply(404), ModelUnknown, "SPEECH_MODEL"),
        (hanging_reply(), TimedOut, "did not answer"),
        (error_reply(413), RequestRefused, "HTTP 413"),
        (truncated_reply, Unreachable, "could not be reached"),
        (disconnect, Unreachable, "could not be reached"),
        (raw_reply(b"<html>Welcome</html>", "text/html"), Unreadable, "SPEECH_BASE_URL"),
        (raw_reply(b"I make coffee.", "text/plain"), Unreadable, "SPEECH_BASE_URL"),
        (json_reply(200, {"words": "I make coffee."}), Unreadable, "SPEECH_BASE_URL"),
    ],
)
def test_failures_have_the_same_names_as_those_of_the_model(
    behaviour: Behaviour, error: type[ServiceError], hint: str
) -> None:
    with service(behaviour), pytest.raises(error, match=hint):
        transcriber.transcribe(AUDIO, "answer.wav", "en")


@pytest.mark.parametrize("error", [openai.APIConnectionError(request=Mock()), openai.OpenAIError()])
def test_a_password_in_the_address_of_a_server_is_told_to_nobody(error: Exception) -> None:
    address = "https://hanna:s3cr@et@speech.example.com:8443/v1?api-key=s3cr3t"
    with override_settings(SPEECH_BASE_URL=address):
        account = transcriber.account()
    with (
        pytest.raises(ServiceError, match=re.escape("https://speech.example.com:8443/v1")) as raised,
        account.errors_of_ours(),
    ):
        raise error
    assert not re.search("hanna|s3cr", f"{raised.value} {account}")


@pytest.mark.parametrize(("key", "source"), [("sk-test", "openai"), ("", "twilio")])
def test_the_source_is_chosen_by_the_key(key: str, source: str) -> None:
    with override_settings(SPEECH_API_KEY=key):
        assert transcriber.source() == source


@pytest.mark.parametrize(
    ("key", "language", "heard"),
    [("sk-test", "de", True), ("", "en-US", True), ("", "en", True), ("", "de", False), ("", "enm", False)],
)
def test_twilio_understands_only_english(key: str, language: str, heard: bool) -> None:
    with override_settings(SPEECH_API_KEY=key):
        why = transcriber.why_not_heard(language)
    assert (why == "") == heard
    assert heard or "Set SPEECH_API_KEY" in why
