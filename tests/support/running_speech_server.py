"""The real speech server as a process of a test."""

import socket
import time
from contextlib import suppress

from screener.services.speech_server.supervision import SupervisedServer

START_SECONDS = 120


def wait_until_ready(server: SupervisedServer) -> None:
    """Start the server if it does not run, and return when it listens."""
    deadline = time.monotonic() + START_SECONDS
    while not _is_listening(server):
        assert time.monotonic() < deadline
        server.keep_running()
        time.sleep(0.1)


def _is_listening(server: SupervisedServer) -> bool:
    if server.pid is None:
        return False
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(server.path))
        return True
    return False
