"""A carrier that misbehaves as told: Twilio's REST address on loopback, with the calls that it accepted."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class FakeTwilio:
    """`mood`: how requests to place a call, and to list calls, are treated.

    ok; or accepted, and then lost (the line is cut), silent (never answered), short (the line is cut in the answer),
    cut (half of an answer is all of it), empty (no answer is all of it), anonymous (no id in it), list (no answer to
    this), drips (byte by byte); or an error, with `error_headers`.
    `audio`: the reply for a recording: a body or a status. `raw`: sent in place of it, head and all. `moved`: where
    a request for this file is sent on to. `headers`: those of the last request for a recording. `transcriptions`:
    those of any recording.
    `recordings`: the recordings of any call, newest first, or the status of a refusal.
    `deleted`: the status with which a request to delete one is answered.
    `messages`: the SMS that it took.
    """

    url: str = ""
    behaviour: str | tuple[int, int | None] = "ok"
    error_headers: dict[str, str] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    audio: bytes | int = 404
    raw_audio: Iterator[bytes] | None = None
    redirects: dict[str, str] = field(default_factory=dict)
    audio_headers: dict[str, str] = field(default_factory=dict)
    delete_status: int = 204
    transcriptions: list[dict[str, str]] = field(default_factory=list)
    recordings: list[dict[str, str]] | int = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def dripping(self, data: bytes) -> Iterator[bytes]:
        """Byte by byte, for a few seconds in all."""
        for byte in data:
            if self.stopped.wait(0.02):
                return
            yield bytes([byte])

    def stuck(self, data: bytes) -> Iterator[bytes]:
        """No more than this comes, and no end either."""
        yield data
        self.stopped.wait()

    def accept(self, params: dict[str, str]) -> dict[str, Any]:
        call = {
            "sid": f"CA{len(self.calls):032d}",
            "to": params["To"],
            "status": "queued",
            "date_created": format_datetime(datetime.now(UTC)),
            "url": params["Url"],
            "machine_detection": params["MachineDetection"],
        }
        self.calls.append(call)
        return call

    def accept_message(self, params: dict[str, str]) -> dict[str, Any]:
        message = {
            "sid": f"SM{len(self.messages):032d}",
            "to": params["To"],
            "body": params["Body"],
            "sender": params.get("From") or params["MessagingServiceSid"],
            "from": params.get("From"),
            "messaging_service_sid": params.get("MessagingServiceSid"),
            "direction": "outbound-api",
            "status": "queued",
            "date_created": format_datetime(datetime.now(UTC)),
            "status_callback": params["StatusCallback"],
        }
        self.messages.append(message)
        return message


def _handler(carrier: FakeTwilio) -> type[BaseHTTPRequestHandler]:
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

        def write(self, pieces: Iterator[bytes]) -> None:
            with suppress(OSError):  # whoever has had enough hangs up
                self.wfile.writelines(pieces)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            params = {name: values[-1] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            carrier.requests.append(f"POST {self.path}")
            if isinstance(carrier.behaviour, tuple):
                status, code = carrier.behaviour
                self.answer(status, {"code": code, "message": "no", "status": status}, **carrier.error_headers)
                return
            if self.path.endswith("/Messages.json"):
                self.answer_in_its_mood(201, carrier.accept_message(params))
                return
            if not self.path.endswith("/Calls.json"):
                (call,) = (call for call in carrier.calls if call["sid"] in self.path)
                call |= {"url": params["Url"]} if "Url" in params else {"status": params["Status"]}
                self.answer(200, call)
                return
            self.answer_in_its_mood(201, carrier.accept(params))

        def answer_in_its_mood(self, status: int, told: dict[str, Any]) -> None:
            whole = json.dumps(told).encode()
            nameless = whole.replace(b'"sid"', b'"was"')
            wrong = {"cut": whole[:40], "empty": b"", "anonymous": nameless, "list": [told]}
            if carrier.behaviour == "silent":
                carrier.stopped.wait()
            elif carrier.behaviour == "lost":
                self.close_connection = True
                self.connection.shutdown(2)
            elif carrier.behaviour == "drips":
                self.write(carrier.dripping(b"HTTP/1.0 200 OK\r\nX: %b\r\n\r\n" % (b"x" * 200) + whole))
            elif carrier.behaviour == "short":
                self.answer(status, whole[:40], **{"Content-Length": str(len(whole))})
            elif carrier.behaviour in wrong:
                self.answer(status, wrong[str(carrier.behaviour)])
            else:
                self.answer(status, told)

        def do_DELETE(self) -> None:
            carrier.requests.append(f"DELETE {self.path}")
            error = {"code": 20000 + carrier.delete_status, "message": "no", "status": carrier.delete_status}
            self.answer(carrier.delete_status, b"" if carrier.delete_status == 204 else error)

        def do_GET(self) -> None:
            path = urlsplit(self.path)
            carrier.requests.append(f"GET {path.path}")
            if path.path.endswith(".wav"):
                self.send_audio()
            elif path.path.endswith("/Transcriptions.json"):
                self.answer(200, {"transcriptions": carrier.transcriptions})
            elif path.path.endswith("/Recordings.json"):
                self.send_recordings()
            elif path.path.endswith("/Messages.json"):
                to = parse_qs(path.query).get("To", [""])[0]
                self.answer(200, {"messages": [row for row in carrier.messages if row["to"] == to][::-1]})
            elif path.path.endswith("/Calls.json"):
                to = parse_qs(path.query).get("To", [""])[0]
                self.answer_in_its_mood(200, {"calls": [call for call in carrier.calls if call["to"] == to][::-1]})
            else:
                calls = [call for call in carrier.calls if call["sid"] in path.path]
                self.answer(
                    200 if calls else 404, calls[0] if calls else {"code": 20404, "message": "no", "status": 404}
                )

        def send_recordings(self) -> None:
            if isinstance(carrier.recordings, int):
                self.answer(carrier.recordings, {"code": 20000 + carrier.recordings, "message": "no"})
            else:
                self.answer(200, {"recordings": carrier.recordings})

        def send_audio(self) -> None:
            carrier.audio_headers = dict(self.headers)
            if location := carrier.redirects.get(self.path.rpartition("/")[2]):
                self.write(iter([f"HTTP/1.0 307 Moved\r\nLocation: {location}\r\n\r\n".encode()]))
                self.write(repeat(bytes(1024 * 1024)))  # nobody reads it
                return
            if carrier.raw_audio:
                self.write(carrier.raw_audio)
                return
            if isinstance(carrier.audio, bytes):
                self.answer(200, carrier.audio)
            else:
                self.answer(carrier.audio, b"", **carrier.error_headers)

    return Handler


@contextmanager
def run_fake_twilio() -> Iterator[FakeTwilio]:
    running = FakeTwilio()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(running))
    running.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        running.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
