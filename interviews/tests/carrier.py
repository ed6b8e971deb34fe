"""A carrier that misbehaves as told: Twilio's REST address on loopback, with the calls that it accepted."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Carrier:
    """`mood`: how the next request to place a call is treated: ok, lost (accepted, then the line is cut), or an error.

    `audio`: what is sent for a recording: a body, or a status. `transcriptions`: those of any recording.
    """

    url: str = ""
    mood: str | tuple[int, int] = "ok"
    calls: list[dict[str, Any]] = field(default_factory=list)
    audio: bytes | int | dict[str, str] = 404
    transcriptions: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def accept(self, params: dict[str, str]) -> dict[str, Any]:
        call = {
            "sid": f"CA{len(self.calls):032d}",
            "to": params["To"],
            "status": "queued",
            "date_created": format_datetime(datetime.now(UTC)),
            "url": params["Url"],
        }
        self.calls.append(call)
        return call


def _handler(carrier: Carrier) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def answer(self, status: int, body: Any, **headers: str) -> None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(data))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            params = {name: values[-1] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            carrier.asked.append(f"POST {self.path}")
            if isinstance(carrier.mood, tuple):
                status, code = carrier.mood
                self.answer(status, {"code": code, "message": "no", "status": status})
                return
            if not self.path.endswith("/Calls.json"):
                (known,) = (one for one in carrier.calls if one["sid"] in self.path)
                known["status"] = params["Status"]
                self.answer(200, known)
                return
            call = carrier.accept(params)
            if carrier.mood == "lost":
                self.close_connection = True
                self.connection.shutdown(2)
            else:
                self.answer(201, call)

        def do_DELETE(self) -> None:
            carrier.asked.append(f"DELETE {self.path}")
            self.answer(204, b"")

        def do_GET(self) -> None:
            path = urlsplit(self.path)
            carrier.asked.append(f"GET {path.path}")
            if path.path.endswith(".wav"):
                self.send_audio()
            elif path.path.endswith("/Transcriptions.json"):
                self.answer(200, {"transcriptions": carrier.transcriptions})
            elif path.path.endswith("/Calls.json"):
                to = parse_qs(path.query).get("To", [""])[0]
                self.answer(200, {"calls": [one for one in carrier.calls if one["to"] == to][::-1]})
            else:
                known = [one for one in carrier.calls if one["sid"] in path.path]
                self.answer(
                    200 if known else 404, known[0] if known else {"code": 20404, "message": "no", "status": 404}
                )

        def send_audio(self) -> None:
            match carrier.audio:
                case bytes():
                    self.answer(200, carrier.audio)
                case int():
                    self.answer(carrier.audio, b"")
                case dict():
                    self.answer(302, b"", **carrier.audio)

    return Handler


@contextmanager
def carrier() -> Iterator[Carrier]:
    running = Carrier()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(running))
    running.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
