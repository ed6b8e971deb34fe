"""The HTTP server of the simulated model: in a thread beside a test, or as a process."""

import argparse
import json
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from devtools.model_simulator import interviewer, replies
from devtools.model_simulator.faults import FAULTS, Faults, parse_fault_value
from devtools.model_simulator.replies import Behaviour
from devtools.model_simulator.requests import MODELS, SPEECH, TRANSCRIPTION, ReceivedRequest
from devtools.phone_simulator.fault_flags import add_fault_option

FAULTS_PATH = "/simulator/faults"
KEPT_REQUESTS = 5000
SHORT_TIMEOUT, LONG_TIMEOUT = 0.3, 20.0
CANNOT_HEAR = "The simulated model hears nothing. Leave SPEECH_API_KEY empty, so that the carrier transcribes."


@dataclass
class ModelSimulator:
    """The replies of the server, and the requests that it received.

    script: Replies that tests give it, in turn, the last one for ever. Empty: the simulated model replies.
    judges_all: Whether it gives the same scores to every unknown answer, rather than refuse it.
    transcript: The words of every recording.
    latency: Seconds before each of its own replies.
    sold: The number of whole replies, by the answer or the prompt.
    """

    base_url: str = ""
    script: list[Behaviour] = field(default_factory=list)
    judges_all: bool = False
    transcript: str = ""
    latency: float = 0.0
    faults: Faults = field(default_factory=Faults)
    requests: list[ReceivedRequest] = field(default_factory=list)
    sold: Counter[str] = field(default_factory=Counter)
    client_timeout: float = field(init=False)
    """Seconds that a client waits: a busy machine is no failure, except where a reply is late on purpose."""

    def __post_init__(self) -> None:
        is_late = any(isinstance(reply, replies.LateReply) for reply in self.script)
        self.client_timeout = SHORT_TIMEOUT if is_late else LONG_TIMEOUT

    def reply_to(self, request: ReceivedRequest) -> Behaviour:
        self.requests.append(request)
        del self.requests[:-KEPT_REQUESTS]
        if self.script:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]
        time.sleep(self.latency)
        fault = self.faults.take(request.purpose)
        if fault:
            return FAULTS[fault].reply(request, self._compose_reply(request))
        return self._reply(request)

    def _reply(self, request: ReceivedRequest) -> Behaviour:
        match request.purpose:
            case purpose if purpose == MODELS:
                return replies.models_reply
            case purpose if purpose == SPEECH:
                return replies.speech_reply
            case purpose if purpose == TRANSCRIPTION:
                return replies.json_reply(200, {"text": self.transcript}) if self.transcript else _cannot_hear()
            case _:
                return self._sell(request, self._compose_reply(request))

    def _compose_reply(self, request: ReceivedRequest) -> dict[str, Any] | None:
        return interviewer.compose_reply(request, judges_all=self.judges_all)

    def _sell(self, request: ReceivedRequest, content: dict[str, Any] | None) -> Behaviour:
        def reply(exchange: replies.Exchange) -> None:
            interviewer.completion_of(request, content)(exchange)
            self.sold[request.subject] += 1

        return reply


def _cannot_hear() -> Behaviour:
    return replies.json_reply(400, {"error": {"message": CANNOT_HEAR, "type": "", "param": "file", "code": None}})


class _Handler(BaseHTTPRequestHandler):
    simulator: ModelSimulator
    received: ReceivedRequest
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Otherwise the body waits 40 ms for the headers to be acknowledged.

    def do_GET(self) -> None:
        if self.path == FAULTS_PATH:
            self.send(200, json.dumps(self.simulator.faults.as_json()).encode())
        else:
            self.do_POST()

    def do_PUT(self) -> None:
        """Activate exactly these faults: `{"hang": 3, "assess_answer:refusal": true}`."""
        try:
            self.simulator.faults.activate(json.loads(self._read_body()))
        except ValueError as error:
            self.send(400, json.dumps({"error": str(error)}).encode())
        else:
            self.send(200, json.dumps(self.simulator.faults.as_json()).encode())

    def do_POST(self) -> None:
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.received = ReceivedRequest(self.path, key, self._read_body())
        self.simulator.reply_to(self.received)(self)

    def _read_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def begin(self, status: int, length: int, content_type: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, status: int, body: bytes, content_type: str = "application/json", **headers: str) -> None:
        self.begin(status, len(body), content_type, **headers)
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Log no requests."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # some requests hang on purpose
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed during a request is no error of this server."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _make_server(simulator: ModelSimulator, host: str, port: int) -> _Server:
    handler = type("Handler", (_Handler,), {"simulator": simulator})
    server = _Server((host, port), handler)
    simulator.base_url = f"http://{host}:{server.server_port}/v1"
    return server


@contextmanager
def running_model(*script: Behaviour, **options: Any) -> Iterator[ModelSimulator]:
    """Run a simulated model in a thread, on a free loopback port, during a `with` block."""
    simulator = ModelSimulator(script=list(script), **options)
    server = _make_server(simulator, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield simulator
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="A simulated language model that speaks OpenAI's protocol.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8092)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each reply")
    parser.add_argument("--judge-all", action="store_true", help="give the same scores to every unknown answer")
    metavar, remark = "[PURPOSE:]NAME[=REQUESTS]", "; without REQUESTS for every request"
    add_fault_option(parser, parse_fault_value, FAULTS, metavar=metavar, remark=remark)
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    options = build_parser().parse_args(arguments)
    simulator = ModelSimulator(judges_all=options.judge_all, latency=options.latency)
    simulator.faults.activate(dict(options.fault))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = _make_server(simulator, options.host, options.port)
    sys.stdout.write(f"Simulated model: OPENAI_BASE_URL={simulator.base_url}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
