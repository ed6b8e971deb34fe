"""Sentences spoken ahead of time: by the real client, kept once, paid once, and heard at an address of their own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from devtools.model_simulator.replies import Behaviour, error_reply, raw_reply, speech_reply
from devtools.model_simulator.server import ModelSimulator
from screener import tasks
from screener.background.leases import LEASE_SECONDS
from screener.background.steps import run_step
from screener.models import ModelCall, SpokenLine
from screener.services.speech_synthesis.protocol import MP3, SynthesizedAudio
from screener.services.usage import NO_USAGE
from screener.tts import prompt_cache
from screener.tts.prompt_cache import SYNTHESIZE_STEP
from tests.support.factories import lose_tasks, run_tasks
from tests.support.fake_openai import KEY, run_fake_openai
from tests.support.model_samples import MP3_FRAME

JOB = UUID(int=1)


@contextmanager
def a_voice(*replies: Behaviour, **settings: Any) -> Iterator[ModelSimulator]:
    fixed = {"VOICE_API_KEY": KEY, "VOICE_MODEL": "voice-1", "VOICE_NAME": "jane"}
    with run_fake_openai(*replies) as server:
        at = {"VOICE_BASE_URL": server.base_url, "OPENAI_TIMEOUT": server.client_timeout}
        with override_settings(**(fixed | at | settings)):
            yield server


def want(*texts: str) -> None:
    prompt_cache.request_audio(texts, "en", job_id=JOB)


def after(time_machine: Any, **time: float) -> None:
    """Every job is lost, time passes, and the sweep comes by."""
    lose_tasks()
    time_machine.move_to(timezone.now() + timedelta(**time), tick=False)
    tasks.sweep(timestamp=0)
    run_tasks()


def lose_file(text: str) -> None:
    line = SpokenLine.objects.get(text=text)
    line.file.storage.delete(str(line.file.name))


def status(client: Client, address: str) -> int:
    answer = client.get(address)
    list(answer)  # read to its end, the file is closed
    return answer.status_code


@pytest.mark.django_db
class TestASentence:
    def test_prompt_is_synthesised_once(self) -> None:
        with a_voice(speech_reply) as server:
            want("Hello.", "Goodbye.")
            want("Goodbye.")
            run_tasks()
            want("Hello.")
            run_tasks()
            assert sorted(request.json["input"] for request in server.requests) == ["Goodbye.", "Hello."]
        calls = ModelCall.objects.filter(purpose="speech", model="voice-1", job_id=JOB, error="")
        assert calls.count() == 2

    def test_prompt_depends_on_voice_and_language(self) -> None:
        with a_voice(speech_reply):
            want("Hello.")
            prompt_cache.request_audio(["Hello."], "en-GB", job_id=JOB)
            with override_settings(VOICE_NAME="john"):
                want("Hello.")
            assert SpokenLine.objects.count() == 3
            run_tasks()
            assert SpokenLine.objects.unsynthesised().count() == 0
            with override_settings(VOICE_NAME="john"):
                assert SpokenLine.objects.unsynthesised().count() == 1

    def test_is_not_wanted_without_voice(self) -> None:
        want("Hello.")
        assert not SpokenLine.objects.exists()
        assert not ProcrastinateJob.objects.filter(task_name="screener.speak").exists()

    def test_that_crash_left_unspoken_is_spoken(self, time_machine: Any) -> None:
        with a_voice(speech_reply):
            want("Hello.")
            line = SpokenLine.objects.get()
            assert SpokenLine.objects.claim(line.pk, seconds=LEASE_SECONDS)
            after(time_machine, seconds=LEASE_SECONDS - 1)
            line.refresh_from_db()
            assert not line.file
            after(time_machine, seconds=2)
            line.refresh_from_db()
            assert line.file

    @pytest.mark.parametrize(
        ("trouble", "pause"),
        [(error_reply(503), timedelta(minutes=1)), (error_reply(401), timedelta(hours=1, minutes=1))],
        ids=["passes", "needs a person"],
    )
    def test_failed_prompt_is_tried_again(self, trouble: Behaviour, pause: timedelta, time_machine: Any) -> None:
        with a_voice(trouble, speech_reply) as server:
            want("Hello.")
            run_tasks()
            line = SpokenLine.objects.get()
            assert line.error
            assert prompt_cache.audio_paths(["Hello."], "en") == {}
            tasks.sweep(timestamp=0)
            run_tasks()
            assert len(server.requests) == 1
            after(time_machine, seconds=pause.total_seconds())
            line.refresh_from_db()
            assert (bool(line.file), line.error) == (True, "")
        errors = ModelCall.objects.order_by("created_at").values_list("error", flat=True)
        assert [bool(error) for error in errors] == [True, False]

    def test_failed_prompt_is_retried_for_ever(self, time_machine: Any) -> None:
        with a_voice(error_reply(503), speech_reply):
            want("Hello.")
            SpokenLine.objects.update(tries=5000)
            run_tasks()
            after(time_machine, minutes=61)
            assert SpokenLine.objects.get().file

    def test_is_on_bill_by_its_length(self) -> None:
        with a_voice(raw_reply(b"<html>"), speech_reply), override_settings(MODEL_PRICES=["voice-1=10/Mchar"]):
            want("Hello.")
            run_tasks()
            SpokenLine.objects.update(retry_at=None)
            run_step(SYNTHESIZE_STEP, SpokenLine.objects.get().pk)
        costs = [call.cost for call in ModelCall.objects.all()]
        assert costs == [Decimal("0.00006")] * 2

    def test_waits_while_budget_is_spent(self, time_machine: Any) -> None:
        ModelCall.objects.create(purpose="summary", model="m", cost=5)
        with a_voice(speech_reply) as server:
            with override_settings(MONTHLY_BUDGET=5):
                want("Hello.")
                run_tasks()
            assert (server.requests, SpokenLine.objects.get().tries) == ([], 0)
            after(time_machine, minutes=11)
            assert SpokenLine.objects.get().file

    def test_of_two_workers_is_kept_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with a_voice(speech_reply):
            want("Hello.")
            line = SpokenLine.objects.get()

            def lose_lease(text: str, language: str, **about: Any) -> SynthesizedAudio:
                patched.undo()
                SpokenLine.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
                run_step(SYNTHESIZE_STEP, line.pk)
                return SynthesizedAudio(MP3_FRAME, MP3, NO_USAGE)

            with monkeypatch.context() as patched:
                patched.setattr(prompt_cache, "metered_synthesis", lose_lease)
                run_step(SYNTHESIZE_STEP, line.pk)
        line.refresh_from_db()
        assert line.file.storage.listdir("speech")[1] == [str(line.file.name).removeprefix("speech/")]

    def test_waiting_prompt_is_not_queued_again(self, time_machine: Any) -> None:
        with a_voice(speech_reply):
            want("Hello.", "Goodbye.")
            time_machine.move_to(timezone.now() + timedelta(minutes=1), tick=False)
            tasks.sweep(timestamp=0)
            assert ProcrastinateJob.objects.filter(task_name="screener.speak", status="todo").count() == 2


@pytest.mark.django_db
class TestAnAddress:
    @pytest.fixture
    def address(self) -> Iterator[str]:
        with a_voice(speech_reply):
            want("Hello.")
            run_tasks()
            (path,) = prompt_cache.audio_paths(["Hello.", "Nobody spoke this."], "en").values()
            yield path

    def test_prompt_lookup_takes_one_query(self, address: str) -> None:
        with CaptureQueriesContext(connection) as queries:
            prompt_cache.audio_paths(["Hello.", "Goodbye."], "en")
        assert len(queries) == 1
        with override_settings(VOICE_MODEL=""), CaptureQueriesContext(connection) as queries:
            assert prompt_cache.audio_paths(["Hello."], "en") == {}
        assert len(queries) == 0

    def test_gives_sound_to_whoever_has_it(self, address: str, client: Client) -> None:
        answer = client.get(address)
        sound = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert (answer.status_code, sound[:4], len(sound)) == (200, b"RIFF", int(answer.headers["Content-Length"]))
        assert answer.headers["Content-Type"] == "audio/wav"
        assert answer.headers["Content-Description"] == "Hello."
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers

    def test_gives_part_to_player_that_seeks(self, address: str, client: Client) -> None:
        answer = client.get(address, headers={"Range": "bytes=8-11"})
        assert (answer.status_code, b"".join(answer.streaming_content)) == (206, b"WAVE")  # type: ignore[attr-defined]

    def test_prompt_url_is_stable_for_day(self, address: str, time_machine: Any) -> None:
        time_machine.move_to(timezone.now().replace(hour=1), tick=False)
        early = prompt_cache.audio_paths(["Hello."], "en")
        time_machine.move_to(timezone.now().replace(hour=23), tick=False)
        assert prompt_cache.audio_paths(["Hello."], "en") == early

    def test_runs_out(self, address: str, client: Client, time_machine: Any) -> None:
        time_machine.move_to(timezone.now() + timedelta(days=1), tick=False)
        assert status(client, address) == 200
        time_machine.move_to(timezone.now() + timedelta(days=1), tick=False)
        assert status(client, address) == 404

    def test_can_be_neither_guessed_nor_changed(self, address: str, client: Client) -> None:
        key = prompt_cache.prompt_key("Hello.", "en")
        day = timezone.now().toordinal()
        for other in (key, f"{key}.{day}", f"{key}.{day}:", "x", unquote(address).rsplit("/", 1)[-1][:-1]):
            assert status(client, f"/webhooks/speech/{other}") == 404
        later = address.replace(f".{day}", f".{day + 30}")
        assert later != address
        assert status(client, later) == 404

    def test_only_gives(self, address: str, client: Client) -> None:
        assert client.post(address).status_code == 405

    def test_lost_prompt_file_is_not_found(self, address: str, client: Client) -> None:
        lose_file("Hello.")
        with CaptureQueriesContext(connection) as queries:
            assert status(client, address) == 404
        assert [query["sql"].split()[0] for query in queries] == ["SELECT"]

    def test_opens_again_once_lost_file_is_replaced(self, address: str, client: Client) -> None:
        lose_file("Hello.")
        assert prompt_cache.delete_lost_prompts() == 1
        assert prompt_cache.audio_paths(["Hello."], "en") == {}
        want("Hello.")
        run_tasks()
        assert status(client, address) == 200


@pytest.mark.django_db
class TestLostFiles:
    def test_are_forgotten_and_others_kept(self) -> None:
        with a_voice(speech_reply):
            want("Hello.", "Goodbye.")
            run_tasks()
            want("Not spoken yet.")
            lose_file("Hello.")
            assert prompt_cache.delete_lost_prompts() == 1
        assert set(SpokenLine.objects.values_list("text", flat=True)) == {"Goodbye.", "Not spoken yet."}

    def test_are_all_forgotten_without_folder(self) -> None:
        with a_voice(speech_reply):
            want("Hello.")
            run_tasks()
        storage = SpokenLine.objects.get().file.storage
        shutil.rmtree(storage.path("speech"))
        assert prompt_cache.delete_lost_prompts() == 1
        assert not SpokenLine.objects.exists()
