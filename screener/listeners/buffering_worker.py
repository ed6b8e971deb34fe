"""Gunicorn's threaded worker, whose threads only get requests that have arrived as a whole.

Its own threads read from the connections, so that as many clients as there are threads stop everything by sending half
a request. Here the main loop receives; a slow client costs a connection, not a thread. See ADR 41.
"""

import struct
import time
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_WR, SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, socket
from typing import Any

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from screener.listeners.request_buffer import BufferedUnreader, HeadTooLong, RequestBuffer

HEAD_SECONDS = 10
"""In which the head of a request must arrive."""
SLOWEST_BYTES_PER_SECOND = 4 * 1024
"""Of a body, beyond HEAD_SECONDS. A resume of 5 MB may take 20 minutes."""
MAX_BUFFERED_BYTES = 512 * 1024 * 1024
"""Of all large bodies that a worker process receives at the same time. They lie in the temporary folder."""
READ_SECONDS, WRITE_SECONDS = 5, 30
"""A thread gives up when a client sends or takes nothing for so long."""
LINGER_SECONDS = 2
"""For which a connection that is closed lets the client read the response first."""
RECEIVE_BYTES = 64 * 1024

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class BufferingWorker(ThreadWorker):  # type: ignore[misc] # untyped library
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._buffers: dict[TConn, RequestBuffer] = {}
        """Of connections whose request is arriving, or is with a thread."""
        self._deadlines: dict[TConn, float] = {}
        """Of connections whose request is arriving."""
        self._closing: dict[TConn, float] = {}
        """Connections that linger after their response, with the time at which they are closed."""

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise RuntimeError("This worker serves plain HTTP. Leave TLS to a reverse proxy: see docs/deploy.md.")

    def accept(self, listener: socket) -> None:
        try:
            sock, address = listener.accept()
        except OSError:  # another worker was faster, or the client has gone
            return
        self.nr_conns += 1
        sock.setsockopt(SOL_SOCKET, SO_RCVTIMEO, struct.pack("ll", READ_SECONDS, 0))
        sock.setsockopt(SOL_SOCKET, SO_SNDTIMEO, struct.pack("ll", WRITE_SECONDS, 0))
        self._start_receiving(TConn(self.cfg, sock, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: TConn, client: socket) -> None:
        """Receive the next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._start_receiving(conn)

    def _start_receiving(self, conn: TConn, *received: bytes) -> None:
        self._buffers[conn] = RequestBuffer()
        self._deadlines[conn] = time.monotonic() + (HEAD_SECONDS if self.alive else STOP_KEEPALIVE_LINGER)
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, EVENT_READ, partial(self._receive, conn))
        for part in received:
            self._add(conn, part)

    def _receive(self, conn: TConn, client: socket) -> None:
        try:
            received = client.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if received:
            self._add(conn, received)
        else:
            self._drop(conn)

    def _add(self, conn: TConn, received: bytes) -> None:
        buffer = self._buffers[conn]
        head_was_missing = buffer.expected is None
        try:
            buffer.add(received)
        except HeadTooLong:
            self._drop(conn, "431 Request Header Fields Too Large")
            return
        except OSError:  # the temporary folder is full
            self.log.exception("A request could not be buffered.")
            self._drop(conn, "503 Service Unavailable")
            return
        if buffer.is_complete:
            self._hand_over(conn)
        elif head_was_missing and buffer.expected is not None:
            self._expect_body(conn, buffer, buffer.expected)

    def _expect_body(self, conn: TConn, buffer: RequestBuffer, expected: int) -> None:
        others = sum(other.expected or 0 for other in self._buffers.values() if other.is_large)
        if buffer.is_large and others > MAX_BUFFERED_BYTES:
            self._drop(conn, "503 Service Unavailable")
            return
        self._deadlines[conn] += expected / SLOWEST_BYTES_PER_SECOND
        if buffer.waits_for_continue:
            with suppress(OSError):
                conn.sock.send(CONTINUE)

    def _hand_over(self, conn: TConn) -> None:
        """Give the request to a thread."""
        self.poller.unregister(conn.sock)
        del self._deadlines[conn]
        conn.data_ready = True
        conn.init()
        conn.parser.unreader = BufferedUnreader(conn.sock, self._buffers[conn])
        self.enqueue_req(conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """A body that was not waited for is not read to its end either: a thread would wait for it."""
        return not self._buffers[conn].body_is_left and super()._keepalive_after(conn, keepalive)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        buffer = self._buffers.pop(conn)
        rest = list(conn.parser.unreader.take_rest())
        buffer.close()
        if fs.cancelled() or fs.exception() or not fs.result():
            self._linger(conn)
        elif rest:
            self._start_receiving(conn, b"".join(rest))
        else:
            super().finish_request(conn, fs)

    def _linger(self, conn: TConn) -> None:
        """Close the connection when the client has, without waiting for that in the main loop, as gunicorn would."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._discard, conn))
        except (OSError, ValueError):
            self.nr_conns -= 1
            conn.close()
            return
        self._closing[conn] = time.monotonic() + LINGER_SECONDS

    def _discard(self, conn: TConn, client: socket) -> None:
        try:
            if client.recv(RECEIVE_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._end(conn)

    def _end(self, conn: TConn) -> None:
        del self._closing[conn]
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Drop connections whose request did not arrive in time. Gunicorn calls it about every second."""
        now = time.monotonic()
        for conn in [conn for conn, deadline in self._deadlines.items() if deadline < now]:
            self._drop(conn, "408 Request Timeout" if self._buffers[conn].size else "")
        for conn in [conn for conn, deadline in self._closing.items() if deadline < now]:
            self._end(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """A stopping worker does not wait for requests that are slow to arrive."""
        super()._cap_keepalive(deadline)
        self._deadlines = {conn: min(own, deadline) for conn, own in self._deadlines.items()}

    def _drop(self, conn: TConn, status: str = "") -> None:
        if status:
            with suppress(OSError):
                conn.sock.send(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self._buffers.pop(conn).close()
        del self._deadlines[conn]
        self.nr_conns -= 1
        conn.close()
