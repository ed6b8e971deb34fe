"""A mail server on loopback, which keeps its mails, and refuses or breaks off on demand."""

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, cast


@dataclass
class SmtpServer:
    """`replies`: by command, the reply to it in place of a good one. `breaks_off`: after it has accepted a mail."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False

    @property
    def settings(self) -> dict[str, Any]:
        """Django's settings for this server."""
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.port,
        }


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._reply("220 ready")
        while line := self.rfile.readline().decode().strip():
            command = line.split(" ")[0].upper()
            if command == "DATA" and "DATA" not in self._state.replies:
                self._receive()
                if self._state.breaks_off:
                    return
                self._reply("250 kept")
            elif command == "RCPT":
                self._state.recipients.append(line.partition("<")[2].rstrip(">"))
                self._reply(self._state.replies.get(command, "250 ok"))
            else:
                self._reply(self._state.replies.get(command, "221 bye" if command == "QUIT" else "250 ok"))

    @property
    def _state(self) -> SmtpServer:
        state: SmtpServer = cast(Any, self.server).state
        return state

    def _receive(self) -> None:
        self._reply("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        self._state.mails.append(email.message_from_bytes(b"".join(lines), policy=SMTP))

    def _reply(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def run_smtp_server() -> Iterator[SmtpServer]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.daemon_threads = True
        state = SmtpServer(port=server.server_address[1])
        cast(Any, server).state = state
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join()
