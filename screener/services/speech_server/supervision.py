"""Runs the speech server of this machine, and starts it again when it ends."""

import fcntl
import hashlib
import logging
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

log = logging.getLogger(__name__)

SERVER_MODULE = "screener.services.speech_server.server"
RESTART_SECONDS = 5.0
END_SECONDS = 5
SOCKET_PATH_LIMIT = 103
"""Bytes that fit into the address of a Unix socket on every system."""

_ROOT = Path(__file__).resolve().parents[3]
_TEMPORARY_FOLDER = Path("/tmp")  # noqa: S108 - the same for processes with different TMPDIRs


class FolderNotPrivate(OSError):
    """Another user made the folder of the socket, or can enter it."""


def socket_path(folder: Path) -> Path:
    """The address of the server whose data is in this folder."""
    near = folder / "speech" / "socket"
    if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT:
        return near
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return _TEMPORARY_FOLDER / f"screener-speech-{digest}" / "socket"


class SupervisedServer:
    """The server at one address. Of several supervisors one runs it; when it ends, another takes over."""

    def __init__(self, path: Path, options: Sequence[str], on_start: Callable[[int], None] = lambda pid: None) -> None:
        """`options`: the models that the server serves. `on_start` is called with the id of each process."""
        self.path, self._options, self._on_start = path, options, on_start
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._next_start = 0.0

    @property
    def pid(self) -> int | None:
        """The id of the running process. None where there is none, or where another supervisor has it."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def keep_running(self) -> None:
        """Start the server if it does not run. Call this regularly."""
        if self.pid is not None or time.monotonic() < self._next_start:
            return
        self._next_start = time.monotonic() + RESTART_SECONDS
        if self._process:
            log.warning("speech server ended with %s; starting it again", self._process.returncode)
        try:
            if self._take_lock():
                self._start()
        except OSError as error:
            log.error("speech server: could not be started (%s); trying again", error)

    def end(self) -> None:
        """End the server, if this supervisor runs it."""
        if self._process:
            self._process.kill()
            self._process.wait(END_SECONDS)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take_lock(self) -> bool:
        if self._lock is not None:
            return True
        _make_private_folder(self.path.parent)
        lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def _start(self) -> None:
        command = [sys.executable, "-m", SERVER_MODULE, "--socket", str(self.path), "--parent", str(os.getpid())]
        environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath), "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [*command, *self._options], cwd=_ROOT, env=environment, stdin=subprocess.DEVNULL
        )
        self._on_start(self._process.pid)


def _make_private_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise FolderNotPrivate(f"{folder} is not a folder that only user {os.geteuid()} can enter")
