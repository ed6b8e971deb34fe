"""Speech synthesis on this machine, as far as it needs no model: settings, checks, requests and costs."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings

from screener.checks import check_speech_engine
from screener.costs import monthly_budget
from screener.models import ModelCall, SpokenLine
from screener.services.speech_server import espeak, preflight
from screener.services.speech_server.client import RequestRefused, SpeechServer
from screener.services.speech_server.phonemes import join_clauses
from screener.services.speech_server.weights import KOKORO_VOICES
from screener.services.speech_synthesis import selection
from screener.services.speech_synthesis.local_synthesizer import LocalSynthesizer
from screener.services.speech_synthesis.protocol import WAV
from screener.tts import prompt_cache
from tests.support.factories import run_tasks
from tests.support.fake_speech_server import fake_speech_server
from tests.support.model_samples import make_wav

KOKORO = {"VOICE_ENGINE": "local", "VOICE_MODEL": "kokoro", "VOICE_NAME": KOKORO_VOICES[0]}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with the packages, and with any program in place of espeak-ng."""
    monkeypatch.setattr(preflight, "ENGINE_PACKAGES", ())
    monkeypatch.setattr(preflight, "KOKORO_FILES", {})
    monkeypatch.setattr(espeak, "COMMAND", "sh")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({}, 0),
        ({"VOICE_MODEL": "espeak-ng", "VOICE_NAME": ""}, 0),
        ({"VOICE_MODEL": "tts-1"}, 1),
        ({"VOICE_NAME": "alloy"}, 1),
    ],
)
def test_check_knows_models_and_voices(changed: dict[str, str], errors: int) -> None:
    with override_settings(**KOKORO | changed):
        assert [error.id for error in check_speech_engine(None)] == ["screener.E015"] * errors


@pytest.mark.usefixtures("installed")
def test_missing_espeak_fails_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "COMMAND", "no-such-program")
    with override_settings(**KOKORO):
        assert [error.id for error in check_speech_engine(None)] == ["screener.E015"]


def test_local_engine_precedes_key() -> None:
    with override_settings(**KOKORO, VOICE_API_KEY="sk-test"):
        assert isinstance(selection.configured_synthesizer(), LocalSynthesizer)


@pytest.mark.django_db
def test_prompt_is_synthesised_without_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "speech_server", lambda: SpeechServer(tmp_path / "socket"))
    with override_settings(**KOKORO), fake_speech_server(tmp_path, make_wav(1)) as server:
        prompt_cache.request_audio(["Hello."], "en-GB", job_id=UUID(int=1))
        run_tasks()
        line = SpokenLine.objects.get()
        assert (line.model, line.voice) == ("kokoro", KOKORO_VOICES[0])
        with line.file.open("rb") as file:
            assert file.read() == make_wav(1)
        assert str(line.file.name).endswith(prompt_cache.FILE_SUFFIXES[WAV])
    assert (server.bodies, server.queries) == ([b"Hello."], [{"language": "en-GB", "voice": KOKORO_VOICES[0]}])
    assert not ModelCall.objects.exists()


@pytest.mark.parametrize(
    ("clauses", "sentences"),
    [
        ([], []),
        ([" ab,", " c.", " d"], [" ab, c.", " d"]),
        ([" abcde,", " fghi"], [" abcde,", " fghi"]),
        ([" " + "x" * 20], [" " + "x" * 7, "x" * 8, "x" * 5]),
    ],
)
def test_clauses_are_joined_within_limit(clauses: list[str], sentences: list[str]) -> None:
    assert [*join_clauses(clauses, limit=8)] == sentences


def test_unspeakable_text_is_refused(tmp_path: Path) -> None:
    synthesizer = LocalSynthesizer(SpeechServer(tmp_path / "socket"), "kokoro", KOKORO_VOICES[0])
    with fake_speech_server(tmp_path, b"", 422), pytest.raises(RequestRefused):
        synthesizer.synthesize("...", "en")


@pytest.mark.django_db
def test_budget_does_not_stop_local_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monthly_budget, "month_spending", lambda: 10)
    fixed: dict[str, Any] = {"MONTHLY_BUDGET": 1, "JUDGE": "person", "OPENAI_API_KEY": ""}
    with override_settings(**KOKORO, **fixed, SPEECH_ENGINE="local", SPEECH_API_KEY="sk-test"):
        assert monthly_budget.spent_budget_reason() == ""
    with override_settings(**fixed, SPEECH_API_KEY="sk-test"):
        assert monthly_budget.spent_budget_reason()
