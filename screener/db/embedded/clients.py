"""Start or join the server of a folder, and make sure that a supervisor runs."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from screener.db.embedded.cluster import accepts_connections, check_major_version
from screener.db.embedded.data_dir import ConnectionInfo, EmbeddedError, ServerHome, open_server_home
from screener.db.embedded.locks import (
    EXCLUSIVE,
    POLL_INTERVAL,
    SHARED,
    is_locked,
    open_lock,
    release_lock,
    wait_for_lock,
)

START_TIMEOUT = 60.0
PROJECT_FOLDER = Path(__file__).resolve().parents[3]

# For each `var`: the home of its server, and the open users.lock, which stays open while the server is needed.
_servers_in_use: dict[Path, tuple[ServerHome, int]] = {}
_lock = threading.Lock()


def _renew_lock() -> None:
    """Replace the lock in a forked child: a thread that the child does not have may hold it."""
    global _lock
    _lock = threading.Lock()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_renew_lock)


def start_server(var: Path) -> ConnectionInfo:
    """Keep a server for `var` running until this process ends, and return its address. Raises EmbeddedError.

    Safe from any thread and after a fork. It takes microseconds once the server runs. Call it before every connection,
    because it replaces a supervisor that was killed.
    """
    if sys.platform == "win32":
        raise EmbeddedError("The embedded database needs Linux or macOS: set DATABASE_URL to a PostgreSQL server.")
    with _lock:
        try:
            home = _running_home(var)
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedError(f"The embedded database for {var} cannot start: {error}") from error
    return ConnectionInfo(str(home.socket_folder))


def _running_home(var: Path) -> ServerHome:
    """Return the home that is in use if it has a supervisor, else join it again. The caller holds `_lock`."""
    used = _servers_in_use.get(var)
    if used and is_locked(used[0].lock_path("keeper")):
        return used[0]
    _servers_in_use[var] = _join_server(var)
    if used:
        os.close(used[1])
    return _servers_in_use[var][0]


def _join_server(var: Path) -> tuple[ServerHome, int]:
    """Return the home, whose server is ready, and the descriptor of users.lock, which is now held."""
    home = open_server_home(var.resolve())
    check_major_version(home)
    deadline = time.monotonic() + START_TIMEOUT
    users = open_lock(home.lock_path("users"))
    try:
        wait_for_lock(users, SHARED, deadline, home)
        _wait_until_ready(home, deadline)
    except BaseException:
        os.close(users)
        raise
    return home, users


def _wait_until_ready(home: ServerHome, deadline: float) -> None:
    """Return when the server accepts connections. The caller holds users.lock."""
    started = False
    while time.monotonic() < deadline:
        if not is_locked(home.lock_path("keeper")):
            if started:
                raise EmbeddedError(f"PostgreSQL in {home.path} does not start. {home.log_tail}")
            _ensure_supervisor(home, deadline)
            started = True
        if accepts_connections(home):
            return
        time.sleep(POLL_INTERVAL)
    raise EmbeddedError(f"PostgreSQL in {home.path} was not ready after {START_TIMEOUT:.0f} seconds. {home.log_tail}")


def _ensure_supervisor(home: ServerHome, deadline: float) -> None:
    """Return when a supervisor holds keeper.lock."""
    lock = open_lock(home.lock_path("start"))
    try:
        wait_for_lock(lock, EXCLUSIVE, deadline, home)
        if not is_locked(home.lock_path("keeper")):
            _spawn_supervisor(home)
    finally:
        release_lock(lock)


def _spawn_supervisor(home: ServerHome) -> None:
    """Start a supervisor in a session of its own, so that Ctrl-C does not reach it.

    The current folder and the import path of this process do not matter.
    """
    path = filter(None, (str(PROJECT_FOLDER), os.environ.get("PYTHONPATH")))
    result = subprocess.run(
        [sys.executable, "-P", "-m", "screener.db.embedded", "supervise", str(home.path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        timeout=START_TIMEOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        raise EmbeddedError(f"The supervisor of {home.path} does not start: {result.stdout.strip()}")
