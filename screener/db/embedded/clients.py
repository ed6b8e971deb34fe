"""The processes that use a server, this one among them: how they get one, and a keeper that looks after it."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from screener.db.embedded.cluster import answers, refuse_other_major
from screener.db.embedded.data_dir import ConnectionInfo, EmbeddedError, Place, open_place
from screener.db.embedded.locks import EXCLUSIVE, QUICK_POLL, SHARED, is_held, open_lock, release, take

START_TIMEOUT = 60.0
PROJECT = Path(__file__).resolve().parents[3]

# The place that serves each `var`, and our open users.lock, never closed while the server is wanted.
_uses: dict[Path, tuple[Place, int]] = {}
_guard = threading.Lock()


def _renew_guard() -> None:
    """In a forked child, whose copy of the lock may be held by a thread that it does not have."""
    global _guard
    _guard = threading.Lock()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_renew_guard)


def start(var: Path) -> ConnectionInfo:
    """Have a server for `var` until this process ends, and say where it listens. Raises EmbeddedError.

    Safe from any thread and after a fork. Costs microseconds once the server runs, so ask before every connection:
    that way a keeper that was killed is replaced.
    """
    if sys.platform == "win32":
        raise EmbeddedError("The embedded database needs Linux or macOS: set DATABASE_URL to a PostgreSQL server.")
    with _guard:
        try:
            place = _use(var)
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedError(f"The embedded database for {var} cannot start: {error}") from error
    return ConnectionInfo(str(place.socket_folder))


def _use(var: Path) -> Place:
    """The place that we use if a keeper looks after it, else one that we join anew. The caller holds the guard."""
    used = _uses.get(var)
    if used and is_held(used[0].lock("keeper")):
        return used[0]
    _uses[var] = _join(var)
    if used:
        os.close(used[1])
    return _uses[var][0]


def _join(var: Path) -> tuple[Place, int]:
    """The place with its server ready, and users.lock, which we hold now."""
    place = open_place(var.resolve())
    refuse_other_major(place)
    deadline = time.monotonic() + START_TIMEOUT
    users = open_lock(place.lock("users"))
    try:
        take(users, SHARED, deadline, place)
        _wait_until_ready(place, deadline)
    except BaseException:
        os.close(users)
        raise
    return place, users


def _wait_until_ready(place: Place, deadline: float) -> None:
    """Return when the server takes connections. The caller holds users.lock."""
    started = False
    while time.monotonic() < deadline:
        if not is_held(place.lock("keeper")):
            if started:
                raise EmbeddedError(f"PostgreSQL in {place.path} does not start. {place.log_tail}")
            _start_keeper(place, deadline)
            started = True
        if answers(place):
            return
        time.sleep(QUICK_POLL)
    raise EmbeddedError(f"PostgreSQL in {place.path} was not ready after {START_TIMEOUT:.0f} seconds. {place.log_tail}")


def _start_keeper(place: Place, deadline: float) -> None:
    """Return when some keeper holds keeper.lock."""
    lock = open_lock(place.lock("start"))
    try:
        take(lock, EXCLUSIVE, deadline, place)
        if not is_held(place.lock("keeper")):
            _spawn_keeper(place)
    finally:
        release(lock)


def _spawn_keeper(place: Place) -> None:
    """Start a keeper, whatever our folder and path are. It has a session of its own: Ctrl-C is for us, not for it."""
    path = filter(None, (str(PROJECT), os.environ.get("PYTHONPATH")))
    result = subprocess.run(
        [sys.executable, "-P", "-m", "screener.db.embedded", "keep", str(place.path)],
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
        raise EmbeddedError(f"The keeper of {place.path} does not start: {result.stdout.strip()}")
