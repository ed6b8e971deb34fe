"""Another system that receives events: a real HTTP server whose replies a test chooses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    body: str

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """Return the content, as a receiver with the convention's own library reads it."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """`reply`: chooses the status for a message, and further headers where there are any."""

    url: str = ""
    reply: Callable[[Received], int] = lambda message: 204
    reply_headers: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    _lock: Any = field(default_factory=Lock)

    def take(self, message: Received) -> int:
        with self._lock:
            self.received.append(message)
        return self.reply(message)


@contextmanager
def run_receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): text for name, text in self.headers.items()}
            self.send_response(receiver.take(Received(headers, body)))
            for name, text in receiver.reply_headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Tests read no log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/events"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
