"""What a connection has sent of its next request, and whether that is the whole of it."""

import re
from collections.abc import Iterable
from socket import socket
from tempfile import SpooledTemporaryFile

from gunicorn.http.unreader import SocketUnreader

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 23 * 1024 * 1024
"""Longer bodies are refused by their declared length, without being read (`screener.web.request_limits`)."""
BYTES_IN_MEMORY = 256 * 1024

_END_OF_HEAD = b"\r\n\r\n"
_CONTENT_LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_TRANSFER_ENCODING = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)
_EXPECT_CONTINUE = re.compile(rb"^expect:[ \t]*100-continue", re.IGNORECASE | re.MULTILINE)


class HeadTooLong(Exception):
    """The head of the request has no end within the limit."""


class RequestBuffer:
    """The bytes of one request, and what follows them.

    It only finds out where the request ends: gunicorn's parser decides what the request means, and refuses it where its
    head is ambiguous.
    """

    def __init__(self) -> None:
        self.size = 0
        self.expected: int | None = None
        """The bytes of the whole request, once its head has arrived."""
        self.body_is_left = False
        """Its body is not waited for: it is too long, or its length is not declared. The connection must close."""
        self.waits_for_continue = False
        self._head = bytearray()
        self._content: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=BYTES_IN_MEMORY)  # noqa: SIM115

    @property
    def is_complete(self) -> bool:
        return self.expected is not None and self.size >= self.expected

    @property
    def is_large(self) -> bool:
        return self.expected is not None and self.expected > BYTES_IN_MEMORY

    def add(self, received: bytes) -> None:
        self._content.write(received)
        self.size += len(received)
        if self.expected is None:
            self._look_for_end_of_head(received)

    def _look_for_end_of_head(self, received: bytes) -> None:
        searched = max(0, len(self._head) - len(_END_OF_HEAD) + 1)
        self._head += received
        end = self._head.find(_END_OF_HEAD, searched)
        if end < 0:
            if len(self._head) > MAX_HEAD_BYTES:
                raise HeadTooLong
            return
        head = bytes(self._head[: end + 2])
        self._head.clear()
        body = max((int(length) for length in _CONTENT_LENGTH.findall(head)), default=0)
        self.body_is_left = body > MAX_BODY_BYTES or bool(_TRANSFER_ENCODING.search(head))
        self.expected = end + len(_END_OF_HEAD) + (0 if self.body_is_left else body)
        self.waits_for_continue = bool(_EXPECT_CONTINUE.search(head)) and not (self.is_complete or self.body_is_left)

    def rewind(self) -> None:
        self._content.seek(0)

    def read(self, size: int = -1) -> bytes:
        return self._content.read(size)

    def close(self) -> None:
        self._content.close()


class BufferedUnreader(SocketUnreader):  # type: ignore[misc] # untyped library
    """Gives gunicorn's parser the buffered bytes, and the socket's only after them."""

    def __init__(self, sock: socket, buffer: RequestBuffer) -> None:
        super().__init__(sock)
        self._buffer = buffer
        buffer.rewind()

    def chunk(self, size_hint: int | None = None) -> bytes:
        return self._buffer.read(max(size_hint or 0, self.mxchunk)) or bytes(super().chunk(size_hint))

    def take_rest(self) -> Iterable[bytes]:
        """Return what is left of the buffered bytes: the beginning of the next request."""
        return filter(None, (bytes(self.take_buffered()), self._buffer.read()))
