"""Checks before the start. Each raises DemoError with a message that says what to do."""

import errno
import fcntl
import os
import shutil
import socket
from pathlib import Path

from devtools.demo.errors import DemoError, ErrorCode

NEEDED_MB = 300
"""A new database takes about 80 MB; the rest is working space."""

MAX_PORT = 65533  # the phone network and the simulated model use the ports above it


def parse_port(text: str) -> int:
    """Return the web server's port. The phone network and the simulated model use the next ones."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= MAX_PORT):
        message = f"PORT={text} is not a port. Give a number from 1 to {MAX_PORT}: make run PORT=8000"
        raise DemoError(ErrorCode.INVALID_PORT, message)
    return int(text)


def check_folder(var_dir: Path) -> None:
    """Check that the folder is writable and has space. Creates it."""
    try:
        var_dir.mkdir(exist_ok=True)
        probe = var_dir / f".probe-{os.getpid()}"
        probe.write_bytes(b"?" * 4096)
        probe.unlink()
    except OSError as error:
        message = f"Can't write to {var_dir}: {error.strerror}. Screener keeps its data there; make it writable."
        raise DemoError(ErrorCode.FOLDER_NOT_WRITABLE, message) from None
    free_mb = shutil.disk_usage(var_dir).free // 2**20
    if free_mb < NEEDED_MB:
        message = f"Only {free_mb} MB are free at {var_dir}; Screener needs {NEEDED_MB} MB. Free some space."
        raise DemoError(ErrorCode.DISK_FULL, message)


def lock_folder(var_dir: Path, port: int) -> int:
    """Lock the folder until this process ends. Returns the file descriptor, which has to stay open."""
    lock = os.open(var_dir / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        running_port = os.read(lock, 100).decode()
        message = f"Screener already runs from this folder: http://127.0.0.1:{running_port}/. Stop it first (Ctrl-C)."
        raise DemoError(ErrorCode.ALREADY_RUNNING, message) from None
    os.truncate(lock, 0)
    os.write(lock, str(port).encode())
    return lock


def check_port(port: int, *, purpose: str) -> None:
    """Check that the port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = "is in use" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
            message = f"Port {port}, for {purpose}, {reason}. Choose another one: make run PORT=8100"
            raise DemoError(ErrorCode.PORT_UNAVAILABLE, message) from None
