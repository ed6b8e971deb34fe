"""Transcription on this machine, as far as it needs no model: settings, checks, limits, and a server that is away."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from screener.checks import check_speech_engine
from screener.services.errors import PermanentError
from screener.services.speech_server import preflight, supervision, weights
from screener.services.speech_server.client import ServerGone, SpeechServer
from screener.services.speech_server.supervision import SOCKET_PATH_LIMIT, SupervisedServer, socket_path
from screener.services.speech_server.weights import PackagedFile, WeightsCorrupt, WeightsMissing
from screener.services.transcription.carrier_transcriber import NOT_AT_CARRIER, CarrierTranscriber
from screener.services.transcription.local_transcriber import LocalTranscriber
from screener.services.transcription.openai_transcriber import OpenAITranscriber
from screener.services.transcription.protocol import NoAudio, Transcriber
from screener.services.transcription.selection import configured_transcriber, transcriber_for
from tests.support.model_samples import make_answer_recording, make_wav


def make_package(folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> str:
    """Put a package with one file of weights onto the import path. Its code fails when it is executed."""
    package = folder / "weights_of_test"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError")
    (package / "model.bin").write_bytes(content)
    monkeypatch.syspath_prepend(folder)
    return package.name


def make_whisper_folder(folder: Path, tokens: list[str]) -> Path:
    for name in weights.FOLDER_FILES:
        (folder / name).write_bytes(b"{}")
    (folder / "vocabulary.txt").write_text("\n".join(tokens))
    return folder


class TestSelection:
    @pytest.mark.parametrize(
        ("engine", "phone_engine", "key", "of_phone", "of_others"),
        [
            ("", "", "", CarrierTranscriber, CarrierTranscriber),
            ("", "", "sk-test", OpenAITranscriber, OpenAITranscriber),
            ("local", "", "sk-test", LocalTranscriber, LocalTranscriber),
            ("local", "carrier", "", CarrierTranscriber, LocalTranscriber),
            ("", "carrier", "sk-test", CarrierTranscriber, OpenAITranscriber),
        ],
    )
    def test_settings_choose_engine(
        self, engine: str, phone_engine: str, key: str, of_phone: type[Transcriber], of_others: type[Transcriber]
    ) -> None:
        with override_settings(SPEECH_ENGINE=engine, PHONE_SPEECH_ENGINE=phone_engine, SPEECH_API_KEY=key):
            assert isinstance(configured_transcriber(), of_phone)
            assert isinstance(transcriber_for(make_answer_recording(sid="RE1")), of_phone)
            assert isinstance(transcriber_for(make_answer_recording(sid="")), of_others)

    def test_carrier_refuses_recording_of_others(self) -> None:
        with pytest.raises(PermanentError) as caught:
            CarrierTranscriber().transcribe(make_answer_recording(sid=""))
        assert str(caught.value) == NOT_AT_CARRIER

    @pytest.mark.parametrize("setting", ["SPEECH_ENGINE", "PHONE_SPEECH_ENGINE", "VOICE_ENGINE"])
    def test_unknown_engine_fails_check(self, setting: str) -> None:
        with override_settings(**{setting: "magic"}):
            assert [error.id for error in check_speech_engine(None)] == ["screener.E014"]


class TestWeights:
    def test_reviewed_content_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Both parts are joined, and no code of the package is executed."""
        name = make_package(tmp_path, monkeypatch, b"abc")
        parts = ((name, "model.bin"), (name, "model.bin"))
        file = PackagedFile(parts, hashlib.sha256(b"abcabc").hexdigest())
        assert weights.read_files({"model.bin": file}) == {"model.bin": b"abcabc"}

    def test_other_content_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        name = make_package(tmp_path, monkeypatch, b"abd")
        file = PackagedFile(((name, "model.bin"),), hashlib.sha256(b"abc").hexdigest())
        with pytest.raises(WeightsCorrupt):
            weights.verify_files({"model.bin": file})

    @pytest.mark.parametrize("path", [("not_installed_here", "model.bin"), ("screener", "model.bin")])
    def test_absent_file_is_named(self, path: tuple[str, str]) -> None:
        with pytest.raises(WeightsMissing):
            weights.verify_files({"model.bin": PackagedFile((path,), "")})

    @pytest.mark.parametrize(("more_tokens", "languages"), [(0, {"en"}), (51_863, {"en", "de"})])
    def test_vocabulary_tells_languages(self, more_tokens: int, languages: set[str], tmp_path: Path) -> None:
        folder = make_whisper_folder(tmp_path, ["<|en|>", "<|de|>", *map(str, range(more_tokens))])
        assert weights.read_languages(folder) == languages


class TestStart:
    def test_missing_packages_fail_check(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(preflight, "ENGINE_PACKAGES", ("not_installed_here",))
        monkeypatch.setattr(preflight, "WHISPER_FILES", {"x": PackagedFile((("not_installed_here", "x"),), "")})
        with override_settings(SPEECH_ENGINE="local"):
            assert [error.id for error in check_speech_engine(None)] == ["screener.E015"] * 2

    def test_folder_without_model_fails_check(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(preflight, "ENGINE_PACKAGES", ())
        with override_settings(SPEECH_ENGINE="local", SPEECH_FOLDER=str(tmp_path)):
            assert [error.id for error in check_speech_engine(None)] == ["screener.E015"]
            make_whisper_folder(tmp_path, [])
            assert check_speech_engine(None) == []

    def test_machine_runs_one_server(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second supervisor waits, and takes over once the first has ended."""
        monkeypatch.setattr(supervision, "SERVER_MODULE", "this")
        monkeypatch.setattr(supervision, "RESTART_SECONDS", 0)
        started: list[str] = []
        first = SupervisedServer(socket_path(tmp_path), [], lambda _: started.append("first"))
        second = SupervisedServer(socket_path(tmp_path), [], lambda _: started.append("second"))
        try:
            first.keep_running()
            second.keep_running()
            assert started == ["first"]
            first.end()
            second.keep_running()
            assert started == ["first", "second"]
        finally:
            first.end()
            second.end()

    def test_socket_path_fits_system(self, tmp_path: Path) -> None:
        assert socket_path(tmp_path).is_relative_to(tmp_path)
        assert len(str(socket_path(tmp_path / ("x" * 120)))) <= SOCKET_PATH_LIMIT


class TestTranscriber:
    def transcriber(self, folder: Path) -> LocalTranscriber:
        return LocalTranscriber(SpeechServer(folder / "socket"), folder=folder)

    def test_absent_server_is_tried_again(self, tmp_path: Path) -> None:
        with pytest.raises(ServerGone):
            self.transcriber(tmp_path).transcribe(make_answer_recording(make_wav(1)))

    @pytest.mark.parametrize("audio", [b"", b"<html>", make_wav(0.05), make_wav(1500)])
    def test_unusable_audio_is_not_sent(self, audio: bytes, tmp_path: Path) -> None:
        with pytest.raises(NoAudio):
            self.transcriber(tmp_path).transcribe(make_answer_recording(audio))

    @pytest.mark.parametrize(("language", "is_supported"), [("en-US", True), ("de", False)])
    def test_language_of_model_is_supported(self, language: str, is_supported: bool, tmp_path: Path) -> None:
        transcriber: Any = self.transcriber(make_whisper_folder(tmp_path, ["<|en|>"]))
        assert (transcriber.why_unsupported(language) == "") == is_supported
