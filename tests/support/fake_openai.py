"""A server on loopback that speaks as much of OpenAI's protocol as is used, answers by script and can misbehave."""

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.test import override_settings

from screener.services.circuit_breaker import breaker_for
from screener.services.openai import request_options
from screener.services.openai.openai_client import client_for


@dataclass(frozen=True)
class ReceivedRequest:
    path: str
    key: str
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def user_turn(self) -> str:
        return str(self.json["messages"][1]["content"])

    @property
    def form_fields(self) -> dict[str, bytes]:
        """The parts of a multipart body by name."""
        parts = re.finditer(rb'name="([^"]+)".*?\r\n\r\n(.*?)\r\n--', self.body, re.DOTALL)
        return {part[1].decode(): part[2] for part in parts}


Behaviour = Callable[["_Handler"], None]


@dataclass(frozen=True)
class LateReply:
    """A reply that is not there in time."""

    behave: Behaviour

    def __call__(self, handler: "_Handler") -> None:
        self.behave(handler)


@dataclass
class FakeOpenAI:
    """`replies` are given in turn, the last one for ever; `requests` is what came.

    `seconds`: how long to wait for it. Long, as a busy machine is no failure, but where a reply is late on purpose.
    """

    base_url: str
    seconds: float
    replies: list[Behaviour] = field(default_factory=list)
    requests: list[ReceivedRequest] = field(default_factory=list)

    def next_reply(self) -> Behaviour:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Handler(BaseHTTPRequestHandler):
    scripted: FakeOpenAI
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Otherwise the body waits 40 ms for the headers to be acknowledged.

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.scripted.requests.append(
            ReceivedRequest(self.path, self.headers["Authorization"].removeprefix("Bearer "), body)
        )
        self.scripted.next_reply()(self)

    def send(self, status: int, body: bytes, content_type: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def run_fake_openai(*replies: Behaviour) -> Iterator[FakeOpenAI]:
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    httpd.daemon_threads = True
    seconds = 0.3 if any(isinstance(reply, LateReply) for reply in replies) else PATIENCE
    server = FakeOpenAI(f"http://127.0.0.1:{httpd.server_port}/v1", seconds, list(replies))
    httpd.RequestHandlerClass = type("Handler", (_Handler,), {"scripted": server})
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        client_for(KEY, server.base_url, server.seconds).close()
        client_for.cache_clear()
        request_options.rejected_options.clear()
        breaker_for.cache_clear()
        httpd.shutdown()
        thread.join()
        httpd.server_close()


@contextmanager
def fake_language_model(*replies: Behaviour, **settings: Any) -> Iterator[FakeOpenAI]:
    """A server that is the configured language model, for as long as it lasts."""
    with run_fake_openai(*replies) as server:
        account = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_MODEL": "gpt-6-luna"}
        with override_settings(**(account | {"OPENAI_TIMEOUT": server.seconds} | settings)):
            yield server


@contextmanager
def fake_transcription(*replies: Behaviour, **settings: Any) -> Iterator[FakeOpenAI]:
    """A fake server that is the configured transcription service."""
    with run_fake_openai(*replies) as server:
        account = {"SPEECH_API_KEY": KEY, "SPEECH_BASE_URL": server.base_url, "SPEECH_MODEL": "gpt-transcribe"}
        with override_settings(**(account | {"OPENAI_TIMEOUT": server.seconds} | settings)):
            yield server


@contextmanager
def fake_speech_synthesis(*replies: Behaviour, **settings: Any) -> Iterator[FakeOpenAI]:
    """A fake server that is the configured speech synthesis service."""
    with run_fake_openai(*replies) as server:
        account = {"VOICE_API_KEY": KEY, "VOICE_BASE_URL": server.base_url, "VOICE_MODEL": "voice-1"}
        options = {"VOICE_NAME": "jane", "OPENAI_TIMEOUT": server.seconds}
        with override_settings(**(account | options | settings)):
            yield server


KEY, PATIENCE = "sk-test", 20.0


# --- What it can do ------------------------------------------------------------------------------------


def completion_reply(content: str | None, *, finish_reason: str = "stop", refusal: str | None = None) -> Behaviour:
    """A chat completion with this text, as OpenAI words it."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return json_reply(
        200,
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1795000000,
            "model": "gpt-6-luna-2026-09-01",
            "choices": [{"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}],
            "usage": {"prompt_tokens": 321, "completion_tokens": 45, "total_tokens": 366},
        },
    )


def json_reply(status: int, body: Any, **headers: str) -> Behaviour:
    return lambda handler: handler.send(status, json.dumps(body).encode(), **headers)


def speech_reply(handler: _Handler) -> None:
    """A second of sound, whatever the text."""
    chunks = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    chunks += b"data" + struct.pack("<I", 16000) + bytes(16000)
    handler.send(200, b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks, "audio/wav")


def error_reply(status: int, *, code: str | None = None, kind: str = "", **headers: str) -> Behaviour:
    return json_reply(status, {"error": {"message": "no", "type": kind, "param": None, "code": code}}, **headers)


def reject_parameters(refusals: dict[str, Behaviour], otherwise: Behaviour) -> Behaviour:
    """Refuses what these parameters are in, each in its way, the first of them first."""
    return lambda handler: next(
        (refuse for name, refuse in refusals.items() if name in handler.scripted.requests[-1].json), otherwise
    )(handler)


def raw_reply(body: bytes, content_type: str = "application/json") -> Behaviour:
    return lambda handler: handler.send(200, body, content_type)


def hanging_reply(seconds: float = 1.0) -> LateReply:
    def behave(handler: _Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return LateReply(behave)


def dripping_reply(seconds: float = 1.5) -> LateReply:
    """A byte now and then, each soon enough for a limit on the time between two bytes."""

    def behave(handler: _Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                handler.wfile.write(b" ")
            except OSError:
                break
            time.sleep(0.05)
        handler.close_connection = True

    return LateReply(behave)


def truncated_reply(handler: _Handler) -> None:
    """Promises a long body, sends the beginning and goes."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
    handler.close_connection = True


def disconnect(handler: _Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True
