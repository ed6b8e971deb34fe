"""Transcription, with the real client against a fake server."""

import re
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import openai
import pytest
from django.test import override_settings
from django.utils import timezone

from devtools.model_simulator.replies import (
    Behaviour,
    disconnect,
    error_reply,
    hanging_reply,
    json_reply,
    raw_reply,
    truncated_reply,
)
from screener.services.errors import PermanentError, ServiceError
from screener.services.openai.openai_errors import (
    KeyRefused,
    ModelUnknown,
    OutOfCredit,
    RateLimited,
    RequestRefused,
    TimedOut,
    Unreachable,
    UnreadableReply,
)
from screener.services.transcription.carrier_transcriber import CarrierTranscriber
from screener.services.transcription.formats import wav_seconds
from screener.services.transcription.openai_transcriber import MAX_AUDIO_BYTES, OpenAITranscriber
from screener.services.transcription.protocol import (
    CarrierTranscript,
    NoAudio,
    Transcriber,
    Transcript,
    TranscriptPending,
)
from screener.services.transcription.selection import configured_transcriber
from screener.services.usage import NO_USAGE, Usage
from tests.support.fake_openai import fake_transcription
from tests.support.fake_twilio import FakeTwilio
from tests.support.model_samples import TRANSCRIPTION, WAV_HEADER, make_answer_recording, make_wav


def transcribe(language: str = "en", audio: bytes = WAV_HEADER) -> Transcript:
    return configured_transcriber().transcribe(make_answer_recording(audio, language))


class TestRequests:
    def test_audio_and_language_are_sent(self) -> None:
        with fake_transcription(json_reply(200, TRANSCRIPTION)) as server:
            transcribe("de_AT")
        request = server.requests[0]
        assert request.path == "/v1/audio/transcriptions"
        assert request.form_fields == {
            "file": WAV_HEADER,
            "model": b"gpt-transcribe",
            "response_format": b"json",
            "languages[]": b"de",
        }
        assert b'filename="answer.wav"' in request.body

    def test_other_model_gets_single_language(self) -> None:
        with fake_transcription(json_reply(200, {"text": "Hm."}), SPEECH_MODEL="whisper-1") as server:
            transcript = transcribe()
        fields = server.requests[0].form_fields
        assert fields["language"] == b"en"
        assert "languages[]" not in fields
        assert transcript.language is None

    @pytest.mark.parametrize(
        "audio",
        [b"", b"x" * (MAX_AUDIO_BYTES + 1), make_wav(0.05), make_wav(1500)],
        ids=["empty", "large", "short", "long"],
    )
    def test_unusable_audio_is_not_sent(self, audio: bytes) -> None:
        with (
            fake_transcription(json_reply(200, TRANSCRIPTION)) as server,
            pytest.raises(NoAudio) as caught,
        ):
            transcribe(audio=audio)
        assert server.requests == []
        assert caught.value.usage == NO_USAGE


class TestTranscripts:
    def test_reply_becomes_transcript(self) -> None:
        with fake_transcription(json_reply(200, TRANSCRIPTION)):
            transcript = transcribe("en-US")
        expected = Transcript("I make coffee.", "openai", language="en", usage=Usage(audio_seconds=3))
        assert transcript == expected

    @pytest.mark.parametrize("languages", [[], None])
    def test_undetected_language_is_none(self, languages: list[str] | None) -> None:
        with fake_transcription(json_reply(200, {"text": "", "languages": languages})):
            transcript = transcribe()
        assert (transcript.text, transcript.language) == ("", None)

    def test_segments_give_times_and_confidence(self) -> None:
        """The confidence is e to the mean of -0.1 over 2 s and -0.4 over 1 s."""
        reply = {
            "task": "transcribe",
            "language": "english",
            "duration": 3.0,
            "text": " I make coffee. Twice.",
            "segments": [
                {"start": 0.0, "end": 2.0, "text": " I make coffee.", "avg_logprob": -0.1, "no_speech_prob": 0.01},
                {"start": 2.0, "end": 3.0, "text": " Twice.", "avg_logprob": -0.4, "no_speech_prob": 0.9},
            ],
        }
        settings = {"SPEECH_MODEL": "whisper-large-v3", "SPEECH_FORMAT": "verbose_json"}
        with fake_transcription(json_reply(200, reply), **settings) as server:
            transcript = transcribe()
        assert server.requests[0].form_fields["response_format"] == b"verbose_json"
        assert (transcript.text, transcript.language) == (str(reply["text"]).strip(), "english")
        assert transcript.confidence == pytest.approx(0.8187, abs=0.0001)
        assert transcript.times == [
            {"start": 0.0, "end": 2.0, "text": "I make coffee."},
            {"start": 2.0, "end": 3.0, "text": "Twice."},
        ]

    def test_words_and_tokens_take_precedence(self) -> None:
        reply = {
            "text": "Hm, well.",
            "logprobs": [{"token": "Hm", "logprob": 0}, {"token": ", well.", "logprob": -1.3863}],
            "words": [{"word": "Hm,", "start": 0, "end": 0.5}, {"word": "well.", "start": 0.7, "end": 1.1}],
            "segments": [{"start": 0, "end": 1.1, "text": "Hm, well.", "avg_logprob": -3}],
        }
        with fake_transcription(json_reply(200, reply)):
            transcript = transcribe()
        assert transcript.confidence == pytest.approx(0.5, abs=0.0001)
        assert transcript.times is not None
        assert [word["text"] for word in transcript.times] == ["Hm,", "well."]

    @pytest.mark.parametrize(
        "extra_fields",
        [
            {"segments": "none", "words": {}, "logprobs": 3, "language": 5, "languages": "en"},
            {"segments": [{"start": 0, "end": 1}], "words": [{"word": "x", "start": -1, "end": 0}]},
            {"words": [{"word": "x", "start": 5, "end": 1}], "logprobs": [{"token": "x", "logprob": 2.5}]},
            {"segments": [], "words": [], "logprobs": []},
            {"logprobs": [{"token": "x", "logprob": -0.1}, {"token": "y", "logprob": None}]},
        ],
    )
    def test_malformed_details_are_ignored(self, extra_fields: dict[str, Any]) -> None:
        with fake_transcription(json_reply(200, {"text": "I make coffee."} | extra_fields)):
            assert transcribe() == Transcript("I make coffee.", "openai")

    @pytest.mark.parametrize(
        "text", ["", "  ", "\x00", "[Music]", "(applause) [BLANK_AUDIO]", "♪ ♪", "*coughs*", "(blank)", "…"]
    )
    def test_sound_labels_are_no_text(self, text: str) -> None:
        with fake_transcription(json_reply(200, {"text": text})):
            assert transcribe().text == ""

    @pytest.mark.parametrize("text", ["Yes.", "(laughs) Well, I led it.", "C++ [mostly]", "It was 2*3*4."])
    def test_text_beside_label_is_kept(self, text: str) -> None:
        with fake_transcription(json_reply(200, {"text": text})):
            assert transcribe().text == text

    def test_text_of_silence_is_dropped(self) -> None:
        """Whisper writes such a sentence for silence and marks it as no speech."""
        segment = {"start": 0, "end": 9, "text": "Thank you for watching.", "avg_logprob": -1.2, "no_speech_prob": 0.8}
        with fake_transcription(json_reply(200, {"text": "Thank you for watching.", "segments": [segment]})):
            assert transcribe().text == ""


@pytest.mark.parametrize(
    ("audio", "seconds"),
    [
        (make_wav(1.5), 1.5),
        (make_wav(2, rate=24000), 2),
        (make_wav(3)[:40] + b"\xff\xff\xff\xff" + make_wav(3)[44:], 3),
        (WAV_HEADER, None),
        (b"ID3", None),
    ],
    ids=["8 kHz", "24 kHz", "unknown length", "truncated", "no WAV"],
)
def test_wav_length_is_measured(audio: bytes, seconds: float | None) -> None:
    assert wav_seconds(audio) == seconds


@pytest.mark.parametrize(
    ("behaviour", "error", "detail"),
    [
        (error_reply(429), RateLimited, "HTTP 429"),
        (error_reply(429, code="insufficient_quota"), OutOfCredit, ""),
        (error_reply(401), KeyRefused, "SPEECH_API_KEY"),
        (error_reply(404), ModelUnknown, "SPEECH_MODEL"),
        (hanging_reply(), TimedOut, ""),
        (error_reply(413), RequestRefused, "HTTP 413"),
        (truncated_reply, Unreachable, ""),
        (disconnect, Unreachable, ""),
        (raw_reply(b"<html>Welcome</html>", "text/html"), UnreadableReply, "SPEECH_BASE_URL"),
        (raw_reply(b"I make coffee.", "text/plain"), UnreadableReply, "SPEECH_BASE_URL"),
        (json_reply(200, {"words": "I make coffee."}), UnreadableReply, "SPEECH_BASE_URL"),
    ],
)
def test_failure_names_cause(behaviour: Behaviour, error: type[ServiceError], detail: str) -> None:
    with fake_transcription(behaviour), pytest.raises(error) as caught:
        transcribe()
    assert detail in str(caught.value)


@pytest.mark.parametrize("error", [openai.APIConnectionError(request=Mock()), openai.OpenAIError()])
def test_error_hides_password_in_address(error: Exception) -> None:
    address = "https://hanna:s3cr@et@speech.example.com:8443/v1?api-key=s3cr3t"
    with override_settings(SPEECH_BASE_URL=address, SPEECH_API_KEY="sk-test"):
        transcriber = configured_transcriber()
    assert isinstance(transcriber, OpenAITranscriber)
    with (
        pytest.raises(ServiceError, match=re.escape("https://speech.example.com:8443/v1")) as caught,
        transcriber.account.map_errors(),
    ):
        raise error
    assert not re.search("hanna|s3cr", f"{caught.value} {transcriber}")


@pytest.mark.parametrize(("key", "expected"), [("sk-test", OpenAITranscriber), ("", CarrierTranscriber)])
def test_key_selects_transcriber(key: str, expected: type[Transcriber]) -> None:
    with override_settings(SPEECH_API_KEY=key):
        assert isinstance(configured_transcriber(), expected)


@pytest.mark.parametrize(
    ("key", "language", "is_supported"),
    [("sk-test", "de", True), ("", "en-US", True), ("", "en", True), ("", "de", False), ("", "enm", False)],
)
def test_carrier_supports_english_only(key: str, language: str, is_supported: bool) -> None:
    with override_settings(SPEECH_API_KEY=key):
        reason = configured_transcriber().why_unsupported(language)
    assert (reason == "") is is_supported
    assert is_supported or "SPEECH_API_KEY" in reason


class TestCarrier:
    def test_transcript_that_came_needs_no_audio(self) -> None:
        recording = make_answer_recording(
            read_audio=pytest.fail, carrier_transcript=CarrierTranscript("I make coffee.", "completed")
        )
        assert CarrierTranscriber().transcribe(recording) == Transcript("I make coffee.", "twilio")

    def test_transcript_is_awaited_first(self) -> None:
        with pytest.raises(TranscriptPending):
            CarrierTranscriber().transcribe(make_answer_recording(make_wav(20)))

    @pytest.mark.parametrize(("status", "error"), [("in-progress", TranscriptPending), ("failed", PermanentError)])
    def test_late_transcript_is_fetched(self, twilio: FakeTwilio, status: str, error: type[ServiceError]) -> None:
        twilio.transcriptions = [{"sid": "TR1", "status": status, "transcription_text": ""}]
        recorded_at = timezone.now() - timedelta(minutes=2)
        with pytest.raises(error):
            CarrierTranscriber().transcribe(make_answer_recording(make_wav(20), recorded_at=recorded_at))
        assert len(twilio.requests) == 1

    def test_absent_transcript_is_given_up_after_hours(self, twilio: FakeTwilio) -> None:
        recorded_at = timezone.now() - timedelta(hours=4)
        with pytest.raises(PermanentError):
            CarrierTranscriber().transcribe(make_answer_recording(make_wav(20), recorded_at=recorded_at))

    @pytest.mark.parametrize("seconds", [1.4, 2, 120])
    def test_unsupported_length_is_rejected(self, seconds: float) -> None:
        with pytest.raises(PermanentError):
            CarrierTranscriber().transcribe(make_answer_recording(make_wav(seconds)))
