"""A speech server without a model: real requests at a Unix socket, replies by the test."""

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

from screener.services.speech_server.client import SpeechServer
from screener.services.transcription import selection


class FakeSpeechServer(socketserver.ThreadingUnixStreamServer):
    """`queries` and `bodies`: the requests. `status` and `reply`: the response to each."""

    def __init__(self, path: Path, reply: Any, status: int) -> None:
        self.queries: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.reply = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self.status = status
        super().__init__(str(path), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: FakeSpeechServer

    def do_POST(self) -> None:
        self.server.queries.append(dict(parse_qsl(urlsplit(self.path).query)))
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.reply)))
        self.end_headers()
        self.wfile.write(self.server.reply)

    def address_string(self) -> str:
        return "a Unix socket"

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read no log."""


@contextmanager
def fake_speech_server(folder: Path, reply: Any, status: int = 200) -> Iterator[FakeSpeechServer]:
    """Answer the requests of the configured local transcriber."""
    path = folder / "socket"
    with (
        FakeSpeechServer(path, reply, status) as server,
        patch.object(selection, "speech_server", lambda: SpeechServer(path)),
    ):
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
