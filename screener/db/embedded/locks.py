"""File locks. The kernel releases a lock when the last process that has its file open ends or closes it."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from screener.db.embedded.data_dir import EmbeddedError, ServerHome

if sys.platform != "win32":
    import fcntl

    SHARED, EXCLUSIVE = fcntl.LOCK_SH, fcntl.LOCK_EX

POLL_INTERVAL = 0.02


def open_lock(path: Path) -> int:
    """Open the file of a lock, creating it if necessary. Child programs do not inherit the descriptor."""
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int, kind: int, deadline: float = 0.0) -> bool:
    """Take the lock, and return whether that succeeded before the deadline (of `time.monotonic`)."""
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_INTERVAL)


def wait_for_lock(descriptor: int, kind: int, deadline: float, home: ServerHome) -> None:
    """Return when the lock is taken. Raises EmbeddedError at the deadline."""
    if not try_lock(descriptor, kind, deadline):
        raise EmbeddedError(f"Another process has locked {home.path}. {home.log_tail}")


def release_lock(descriptor: int) -> None:
    """Unlock and close. Closing alone is not enough, because a child that was forked since has the file open too."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock exclusively. The test takes a shared lock, so tests do not see each other."""
    try:
        descriptor = open_lock(path)
    except FileNotFoundError:  # its folder was removed
        return False
    try:
        return not try_lock(descriptor, SHARED)
    finally:
        release_lock(descriptor)
