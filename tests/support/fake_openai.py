"""The simulated model as the configured service of a test. Without scripted replies it replies by itself."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
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
    """Run a server, and forget afterwards the properties that this process learned of it."""
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


def fake_language_model(*script: Behaviour, **settings: Any) -> AbstractContextManager[ModelSimulator]:
    """The configured language model. Without a script it gives every answer the same scores."""
    return _fake_service("OPENAI", "gpt-6-luna", script, settings)


def fake_transcription(*script: Behaviour, **settings: Any) -> AbstractContextManager[ModelSimulator]:
    return _fake_service("SPEECH", "gpt-transcribe", script, settings)


def fake_speech_synthesis(*script: Behaviour, **settings: Any) -> AbstractContextManager[ModelSimulator]:
    return _fake_service("VOICE", "voice-1", script, {"VOICE_NAME": "jane"} | settings)


@contextmanager
def _fake_service(
    prefix: str, model: str, script: Sequence[Behaviour], settings: Mapping[str, Any]
) -> Iterator[ModelSimulator]:
    """A server that is the service of the settings with this prefix."""
    with run_fake_openai(*script, judges_all=True) as server:
        account = {f"{prefix}_API_KEY": KEY, f"{prefix}_BASE_URL": server.base_url, f"{prefix}_MODEL": model}
        with override_settings(**{**account, "OPENAI_TIMEOUT": server.client_timeout, **settings}):
            yield server
