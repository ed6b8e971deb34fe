"""The simulated model as the configured service of a test. Without scripted replies it replies by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakSet

import openai
from django.test import override_settings

from devtools.model_simulator.replies import Behaviour
from devtools.model_simulator.server import ModelSimulator, running_model
from screener.services.circuit_breaker import breaker_for
from screener.services.interviewer.protocol import SIMULATED_MODEL
from screener.services.openai import request_options
from screener.services.openai.openai_client import client_for

KEY = "sk-test"


@contextmanager
def run_fake_openai(*script: Behaviour, **options: Any) -> Iterator[ModelSimulator]:
    """Run a server, and forget afterwards what this process learned of it."""
    with running_model(*script, **options) as server:
        try:
            yield server
        finally:
            close_clients()
            request_options.rejected_options.clear()
            breaker_for.cache_clear()


def close_clients() -> None:
    """Close all clients of this process: an open connection that is collected later fails another test."""
    for client in list(_clients):
        client.close()
    client_for.cache_clear()


def _track_client(client: openai.OpenAI, *args: Any, **options: Any) -> None:
    _create_client(client, *args, **options)
    _clients.add(client)


_clients: WeakSet[openai.OpenAI] = WeakSet()
_create_client = openai.OpenAI.__init__
openai.OpenAI.__init__ = _track_client  # type: ignore[assignment, method-assign]


@contextmanager
def simulated_model_settings() -> Iterator[dict[str, Any]]:
    """The settings of a model that scores every answer alike, for all tests of a process."""
    with running_model(judges_all=True) as server:
        account = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_MODEL": SIMULATED_MODEL}
        yield account | {"OPENAI_TIMEOUT": server.client_timeout}
        close_clients()


@contextmanager
def fake_language_model(*script: Behaviour, **settings: Any) -> Iterator[ModelSimulator]:
    """A server that is the configured language model, for as long as it runs."""
    with run_fake_openai(*script) as server:
        account = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_MODEL": "gpt-6-luna"}
        with override_settings(**(account | {"OPENAI_TIMEOUT": server.client_timeout} | settings)):
            yield server


@contextmanager
def fake_transcription(*script: Behaviour, **settings: Any) -> Iterator[ModelSimulator]:
    """A server that is the configured transcription service."""
    with run_fake_openai(*script) as server:
        account = {"SPEECH_API_KEY": KEY, "SPEECH_BASE_URL": server.base_url, "SPEECH_MODEL": "gpt-transcribe"}
        with override_settings(**(account | {"OPENAI_TIMEOUT": server.client_timeout} | settings)):
            yield server


@contextmanager
def fake_speech_synthesis(*script: Behaviour, **settings: Any) -> Iterator[ModelSimulator]:
    """A server that is the configured speech synthesis service."""
    with run_fake_openai(*script) as server:
        account = {"VOICE_API_KEY": KEY, "VOICE_BASE_URL": server.base_url, "VOICE_MODEL": "voice-1"}
        options = {"VOICE_NAME": "jane", "OPENAI_TIMEOUT": server.client_timeout}
        with override_settings(**(account | options | settings)):
            yield server
