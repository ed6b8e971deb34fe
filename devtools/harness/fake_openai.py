"""A language model in a box: speaks OpenAI's protocol, judges all alike, fails when told to, counts what it sold."""

import json
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FAULTS = ("429", "500", "hangs", "truncated", "dies")
HANGING = 8  # seconds: longer than its client waits
THINKING = 0.2
HEARD = (
    "In my last job I led the migration of twelve services, which took us six weeks and saved the team a day a week."
)
TOPICS = ("complaints", "deadlines", "teamwork", "training", "mistakes")


@dataclass
class Model:
    url: str
    thinking: float = THINKING
    """Seconds before it replies."""
    faults: deque[str] = field(default_factory=deque)
    """What happens to the next requests."""
    sold: Counter[str] = field(default_factory=Counter)
    """How often a whole reply was given to each answer, or to each prompt that is about more than one."""


def reply_to(asked: dict[str, Any]) -> dict[str, Any]:
    """What is asked for, by the name of its schema; the quote is a true one."""
    prompt, name = asked["messages"][1]["content"], asked["response_format"]["json_schema"]["name"]
    if name == "compose_questions":
        return {"questions": [_question(topic) for topic in TOPICS]}
    if name == "summarise":
        return {"reasoning": [], "strengths": [], "improvements": [], "opinion": "hire"}
    quote = " ".join(subject(prompt).split()[:8])
    keys = re.findall(r"^criterion (\w+):", prompt, re.M)
    scores = [{"criterion": key, "score": 7, "reason": "Concrete.", "quotes": [quote]} for key in keys]
    return {"criteria": scores, "feedback": "Concrete."}


def subject(prompt: str) -> str:
    """The answer that is to be judged, else all of the prompt."""
    found = re.search(r"^BEGIN answer (\w+)\n(.*)\nEND answer \1$", prompt, re.M | re.S)
    return found[2] if found else prompt


def _question(topic: str) -> dict[str, Any]:
    text = f"Please tell me about your experience with {topic}."
    return {"text": text, "competency": topic, "weight": 1, "max_seconds": 119}


def completion(asked: dict[str, Any]) -> bytes:
    message = {"role": "assistant", "content": json.dumps(reply_to(asked)), "refusal": None}
    choices = [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}]
    usage = {"prompt_tokens": 300, "completion_tokens": 40, "total_tokens": 340}
    whole = {"id": "1", "object": "chat.completion", "created": 0, "model": "bench", "choices": choices, "usage": usage}
    return json.dumps(whole).encode()


class _Handler(BaseHTTPRequestHandler):
    model: Model
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = ""
        with suppress(IndexError):
            fault = self.model.faults.popleft()
        self.close_connection = bool(fault)
        time.sleep(HANGING if fault == "hangs" else self.model.thinking)
        if fault.isdecimal():
            self._send(int(fault), b'{"error": {"message": "no", "type": "", "param": null, "code": null}}')
        elif self.path.endswith("/audio/transcriptions"):
            self._send(200, json.dumps({"text": HEARD}).encode())
        elif fault in ("", "truncated"):
            whole = completion(json.loads(body))
            self._send(200, whole, short_by=50 if fault else 0)
            if not fault:
                self.model.sold[subject(json.loads(body)["messages"][1]["content"])] += 1

    def _send(self, status: int, body: bytes, *, short_by: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) - short_by])

    def log_message(self, *args: object) -> None:
        """Nothing: the count is what matters."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed in mid-request is what this is for."""


@contextmanager
def running() -> Iterator[Model]:
    """On a free loopback port, for the time of a `with` block."""
    server = _Server(("127.0.0.1", 0), _Handler)
    model = Model(f"http://127.0.0.1:{server.server_port}/v1")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"model": model})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()  # not server_close: it waits for requests that hang
