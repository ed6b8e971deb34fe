"""The supervisor: the process that runs a server as long as the server has users."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from screener.db.embedded.cluster import accepts_connections, launch_server, stop_server
from screener.db.embedded.data_dir import EmbeddedError, ServerHome
from screener.db.embedded.locks import EXCLUSIVE, POLL_INTERVAL, is_locked, open_lock, try_lock

SUPERVISION_INTERVAL = 0.1
RESTART_PAUSE = 0.5


def supervise(path: Path) -> None:
    """Fork a process that runs the server until its last user has left. Returns when that process has started.

    Does nothing if the server has a supervisor.
    """
    home = ServerHome.owned_by(path.absolute())
    deadline = time.monotonic() + 1  # other processes test the lock for a moment
    if not try_lock(open_lock(home.lock_path("keeper")), EXCLUSIVE, deadline):
        return
    _redirect_output(home)
    if os.fork():
        return
    os.chdir("/")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Only users.lock ends it: systemd signals all processes at once, and users still have work to finish.
        signal.signal(number, lambda *_: None)
    _run_server(home)


def _redirect_output(home: ServerHome) -> None:
    """Send the output of this process and its children to a new log, and keep the log before it."""
    with suppress(FileNotFoundError):
        home.log_file.replace(home.log_file.with_suffix(".old"))
    descriptor = os.open(home.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _run_server(home: ServerHome) -> None:
    """Keep the server running while it has users, then stop it. Raises EmbeddedError if the server cannot start."""
    users = open_lock(home.lock_path("users"))
    server: subprocess.Popen[bytes] | None = None
    ready = False
    while not try_lock(users, EXCLUSIVE):
        if not is_locked(home.lock_path("server")):
            if server and server.wait() > 0 and not ready:  # a negative code: it was killed
                raise EmbeddedError("The server exited before it was ready.")
            if server or ready:
                time.sleep(RESTART_PAUSE)
            server, ready = launch_server(home), False
        ready = ready or accepts_connections(home)
        time.sleep(SUPERVISION_INTERVAL if ready else POLL_INTERVAL)
    stop_server(home)
