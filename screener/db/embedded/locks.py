"""File locks. The kernel releases them when the last process that has the open file ends or closes it."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from screener.db.embedded.data_dir import EmbeddedError, Place

if sys.platform != "win32":
    import fcntl

    SHARED, EXCLUSIVE = fcntl.LOCK_SH, fcntl.LOCK_EX

QUICK_POLL = 0.02


def open_lock(path: Path) -> int:
    """The descriptor of a lock's file, which is made if it is missing. Programs that we start do not inherit it."""
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int, kind: int, deadline: float = 0.0) -> bool:
    """Whether we have the lock, now or before the deadline (of `time.monotonic`)."""
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(QUICK_POLL)


def take(descriptor: int, kind: int, deadline: float, place: Place) -> None:
    """Return when we have this lock of the place. Raises EmbeddedError at the deadline."""
    if not try_lock(descriptor, kind, deadline):
        raise EmbeddedError(f"Another process keeps {place.path} locked. {place.log_tail}")


def release(descriptor: int) -> None:
    """Unlock and close: closing alone is not enough, as a child forked meanwhile has the file open too."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock for themselves. Askers share it, so that they do not see each other."""
    try:
        descriptor = open_lock(path)
    except FileNotFoundError:  # its folder was removed
        return False
    try:
        return not try_lock(descriptor, SHARED)
    finally:
        release(descriptor)
