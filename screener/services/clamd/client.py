"""Has uploaded files scanned by clamd, the daemon of ClamAV, where CLAMD_ADDRESS names one."""

import logging
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.conf import settings

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 20
CHUNK_BYTES = 64 * 1024
MAX_REPLY_BYTES = 4096


class InfectedFile(Exception):
    """The scanner knows the content as harmful."""


class ScannerUnavailable(Exception):
    """The scanner gave no verdict. Nothing is known of the file."""


def scan_file(file: IO[bytes]) -> None:
    """Raise InfectedFile or ScannerUnavailable. Without a scanner nothing is checked. Rewinds the file."""
    if not settings.CLAMD_ADDRESS:
        return
    file.seek(0)
    try:
        with _connection(settings.CLAMD_ADDRESS) as connection:
            reply = _ask(connection, file)
    except OSError as error:
        log.error("clamd: no verdict (%s)", error)
        raise ScannerUnavailable from error
    finally:
        file.seek(0)
    if reply.endswith(" FOUND"):
        log.warning("clamd: %s", reply)
        raise InfectedFile
    if not reply.endswith(" OK"):
        log.error("clamd: no verdict (%s)", reply)
        raise ScannerUnavailable


def _ask(connection: socket.socket, file: IO[bytes]) -> str:
    """Send the content in chunks, each after its length; an empty one ends it. The reply ends with a NUL."""
    connection.sendall(b"zINSTREAM\0")
    while chunk := file.read(CHUNK_BYTES):
        connection.sendall(struct.pack("!L", len(chunk)) + chunk)
    connection.sendall(struct.pack("!L", 0))
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < MAX_REPLY_BYTES and (part := connection.recv(MAX_REPLY_BYTES)):
        reply += part
    return reply.rstrip(b"\0").decode(errors="replace")


@contextmanager
def _connection(address: str) -> Iterator[socket.socket]:
    """Connect to `/path/of/socket` or `host:port`."""
    if address.startswith("/"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT_SECONDS)
            connection.connect(address)
            yield connection
        return
    host, _colon, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), TIMEOUT_SECONDS) as connection:
        yield connection
