"""A speech server with its real models, for the tests that need one."""

from collections.abc import Iterator

import pytest

from screener.services.circuit_breaker import breaker_for
from screener.services.speech_server.supervision import SupervisedServer, socket_path
from tests.support.running_speech_server import wait_until_ready


@pytest.fixture(scope="session")
def supervised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SupervisedServer]:
    """A running server."""
    server = SupervisedServer(socket_path(tmp_path_factory.mktemp("var")), ["--whisper", "--voice", "kokoro"])
    try:
        wait_until_ready(server)
        yield server
    finally:
        server.end()


@pytest.fixture(autouse=True)
def closed_circuits() -> None:
    breaker_for.cache_clear()
