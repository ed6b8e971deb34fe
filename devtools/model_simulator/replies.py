"""Replies in OpenAI's protocol, good and bad. A reply is a function that writes to the connection of its request."""

import json
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from devtools.model_simulator.requests import ReceivedRequest
from screener.services.interviewer.protocol import SIMULATED_MODEL

CHARACTERS_PER_TOKEN = 4


class Exchange(Protocol):
    """A request and the connection on which it is answered."""

    received: ReceivedRequest
    connection: socket.socket
    close_connection: bool
    wfile: Any

    def send(self, status: int, body: bytes, content_type: str = ..., **headers: str) -> None: ...

    def begin(self, status: int, length: int, content_type: str = ..., **headers: str) -> None: ...


Behaviour = Callable[[Exchange], None]


@dataclass(frozen=True)
class LateReply:
    """A reply that does not arrive in time."""

    behave: Behaviour

    def __call__(self, exchange: Exchange) -> None:
        self.behave(exchange)


# --- Complete replies ----------------------------------------------------------------------------------


def completion(
    content: str | None,
    *,
    finish_reason: str = "stop",
    refusal: str | None = None,
    model: str = SIMULATED_MODEL,
    tokens: tuple[int, int] = (321, 45),
) -> dict[str, Any]:
    """A chat completion. `tokens`: those of the prompt and those of the reply."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    sent, received = tokens
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795000000,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}],
        "usage": {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received},
    }


def completion_reply(content: str | None, *, model: str = "gpt-6-luna-2026-09-01", **fields: Any) -> Behaviour:
    return json_reply(200, completion(content, model=model, **fields))


def json_reply(status: int, body: Any, **headers: str) -> Behaviour:
    return lambda exchange: exchange.send(status, json.dumps(body).encode(), **headers)


def error_reply(status: int, *, code: str | None = None, kind: str = "", **headers: str) -> Behaviour:
    return json_reply(status, {"error": {"message": "no", "type": kind, "param": None, "code": code}}, **headers)


def raw_reply(body: bytes, content_type: str = "application/json") -> Behaviour:
    return lambda exchange: exchange.send(200, body, content_type)


def models_reply(exchange: Exchange) -> None:
    listed = {"id": SIMULATED_MODEL, "object": "model", "created": 1795000000, "owned_by": "devtools"}
    json_reply(200, {"object": "list", "data": [listed]})(exchange)


def speech_reply(exchange: Exchange) -> None:
    """A second of silence as WAV, for any text."""
    chunks = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    chunks += b"data" + struct.pack("<I", 16000) + bytes(16000)
    exchange.send(200, b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks, "audio/wav")


def reject_parameters(rejections: Mapping[str, Behaviour], otherwise: Behaviour) -> Behaviour:
    """Reject a request that has one of these parameters, each in its way, the first of them first."""
    return lambda exchange: next(
        (reject for name, reject in rejections.items() if name in exchange.received.json), otherwise
    )(exchange)


# --- Late and broken replies ---------------------------------------------------------------------------


def hanging_reply(seconds: float = 1.0) -> LateReply:
    def behave(exchange: Exchange) -> None:
        time.sleep(seconds)
        exchange.close_connection = True

    return LateReply(behave)


def dripping_reply(seconds: float = 1.5, body: bytes = b" " * 1000) -> LateReply:
    """Send the body bit by bit over this time, each soon enough for a limit on the time between two bytes."""

    def behave(exchange: Exchange) -> None:
        exchange.begin(200, len(body))
        pauses = max(1, round(seconds / 0.05))
        step = -(-len(body) // pauses)
        for start in range(0, len(body), step):
            try:
                exchange.wfile.write(body[start : start + step])
            except OSError:
                break
            time.sleep(seconds / pauses)
        exchange.close_connection = True

    return LateReply(behave)


def truncated_reply(exchange: Exchange) -> None:
    """Promise a long body, send the beginning and close the connection."""
    exchange.begin(200, 1000)
    exchange.wfile.write(b'{"choices": [')
    exchange.close_connection = True


def disconnect(exchange: Exchange) -> None:
    exchange.connection.shutdown(socket.SHUT_RDWR)
    exchange.close_connection = True
