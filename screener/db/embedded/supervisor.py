"""The keeper: the process that runs a place's server for as long as the place has users."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from screener.db.embedded.cluster import answers, launch, stop
from screener.db.embedded.data_dir import EmbeddedError, Place
from screener.db.embedded.locks import EXCLUSIVE, QUICK_POLL, is_held, open_lock, try_lock

POLL = 0.1
RESTART_PAUSE = 0.5


def keep(path: Path) -> None:
    """Serve the users of a place in a process of our own, until the last is gone. Returns when that process is at work.

    Does nothing if there is a keeper already.
    """
    place = Place.at(path.absolute())
    patience = time.monotonic() + 1  # for those who only ask whether it is held
    if not try_lock(open_lock(place.lock("keeper")), EXCLUSIVE, patience):
        return
    _write_to_log(place)
    if os.fork():
        return
    os.chdir("/")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Only the users decide: systemd, for one, signals everybody at once, and they still have to finish their work.
        signal.signal(number, lambda *_: None)
    _serve(place)


def _write_to_log(place: Place) -> None:
    """Our output, and that of all we start, goes to a new log; one older log is kept."""
    with suppress(FileNotFoundError):
        place.log.replace(place.log.with_suffix(".old"))
    descriptor = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _serve(place: Place) -> None:
    """Keep the server up while there are users, then stop it. A server that gives up starting ends the keeper."""
    users = open_lock(place.lock("users"))
    server: subprocess.Popen[bytes] | None = None
    ready = False
    while not try_lock(users, EXCLUSIVE):
        if not is_held(place.lock("server")):
            if server and server.wait() > 0 and not ready:  # below zero: it was killed
                raise EmbeddedError("The server ended before it was ready.")
            if server or ready:
                time.sleep(RESTART_PAUSE)
            server, ready = launch(place), False
        ready = ready or answers(place)
        time.sleep(POLL if ready else QUICK_POLL)
    stop(place)
