"""What forbids a start, found out before anything is started, and told in one line that says what to do."""

import errno
import fcntl
import os
import shutil
import socket
from pathlib import Path

NEEDED_MB = 300
"""A new database takes some 80 MB; the rest is room to work."""


class Refused(Exception):
    """It can't start, or can't go on. The message says why and what to do."""


def port_from(text: str) -> int:
    """The web server's port; the phone network's is the one above it."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65535):
        raise Refused(f"PORT={text} is not a port. Give a number from 1 to 65534: make run PORT=8000")
    return int(text)


def check_folder(var: Path) -> None:
    try:
        var.mkdir(exist_ok=True)
        probe = var / f".probe-{os.getpid()}"
        probe.write_bytes(b"?" * 4096)
        probe.unlink()
    except OSError as error:
        raise Refused(
            f"Can't write to {var}: {error.strerror}. Screener keeps its data there; make it writable and try again."
        ) from None
    free = shutil.disk_usage(var).free // 2**20
    if free < NEEDED_MB:
        raise Refused(f"Only {free} MB are free where {var} is; Screener needs {NEEDED_MB}. Make room and try again.")


def take_folder(var: Path, port: int) -> int:
    """Be the only one who runs in this folder, until this process ends. Returns the lock that has to stay open."""
    lock = os.open(var / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = os.read(lock, 100).decode()
        raise Refused(
            f"Screener already runs from this folder: http://127.0.0.1:{where}/. Stop that one first, with Ctrl-C."
        ) from None
    os.truncate(lock, 0)
    os.write(lock, str(port).encode())
    return lock


def check_port(port: int, *, of: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
            raise Refused(f"Port {port}, for {of}, {why}. Choose another: make run PORT=8100") from None
