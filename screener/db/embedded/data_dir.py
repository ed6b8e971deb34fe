"""The home of a server: where its files are, which account owns them, and programs run as that account."""

import hashlib
import os
import stat
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import pwd

PORT = 5432
USER = DATABASE = "screener"

SYSTEM_FOLDER = Path("/var/lib/screener")
# Not tempfile.gettempdir(): processes with different TMPDIRs must use the same folder.
TEMPORARY_FOLDER = Path("/tmp")  # noqa: S108
# The length that fits into sockaddr_un on every system (macOS: 104 bytes with the final zero).
SOCKET_PATH_LIMIT = 103


class EmbeddedError(Exception):
    """The embedded server cannot run. The message says why and how to solve it."""


@dataclass(frozen=True)
class ConnectionInfo:
    """The address of the server: `host` is the folder of its Unix socket."""

    host: str
    port: int = PORT
    user: str = USER
    dbname: str = DATABASE


@dataclass(frozen=True)
class ServerHome:
    """The folder of one server. `uid` and `gid` are the account that the server runs as."""

    path: Path
    uid: int
    gid: int

    @classmethod
    def owned_by(cls, path: Path) -> "ServerHome":
        """Return the home at `path`. Its server runs as the owner of the folder, or as nobody if root owns it."""
        owner = path.stat()
        return cls(path, owner.st_uid, owner.st_gid) if owner.st_uid else cls.for_nobody(path)

    @classmethod
    def for_nobody(cls, path: Path) -> "ServerHome":
        """Return a home whose server runs as nobody. The folder need not exist."""
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedError(
                "PostgreSQL does not run as root, and this system has no user nobody to run it. "
                "Start Screener as another user, or set DATABASE_URL."
            ) from None
        return cls(path, nobody.pw_uid, nobody.pw_gid)

    @property
    def data_folder(self) -> Path:
        return self.path / "data"

    @property
    def log_file(self) -> Path:
        return self.path / "log"

    @property
    def log_tail(self) -> str:
        """The last lines of the supervisor's and the server's log, for an error message."""
        with suppress(FileNotFoundError):
            lines = self.log_file.read_text(errors="replace").splitlines()[-15:]
            return "\n".join([f"The end of {self.log_file}:", *lines])
        return f"There is no {self.log_file}."

    @property
    def socket_folder(self) -> Path:
        near = self.path / "socket"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            return near
        return TEMPORARY_FOLDER / f"screener-socket-{_path_digest(self.path)}"

    @property
    def _account(self) -> dict[str, Any]:
        """Arguments for subprocess: an environment without secrets and, for root, the server's account."""
        account: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if _is_root() else {}
        return {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, **account}

    def lock_path(self, name: str) -> Path:
        return self.path / f"{name}.lock"

    def run_program(self, *command: str | Path, **options: Any) -> None:
        """Run a program as the server's account and wait for it. Raises if it fails."""
        subprocess.run(command, check=True, **self._account, **options)

    def spawn_program(self, *command: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Start a program as the server's account."""
        return subprocess.Popen[bytes](command, **self._account, **options)

    def give_ownership(self, path: Path) -> None:
        """Make the server's account the owner of a new path."""
        if _is_root():
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def is_private(self, folder: Path) -> bool:
        """Whether this is a folder, not a link, that only the server's account can enter.

        In /tmp, any user may have created a folder or link with this name.
        """
        try:
            status = folder.lstat()
        except FileNotFoundError:
            return False
        return stat.S_ISDIR(status.st_mode) and status.st_uid == self.uid and not status.st_mode & 0o077


def open_server_home(var: Path) -> ServerHome:
    """Return the home of `var`, creating it if necessary.

    Raises EmbeddedError if another user owns it, because the locks do not exclude that user's processes.
    """
    if _is_root():
        path = _find_home_for_root(var)
        owners = {0, path.parent.stat().st_uid}
    else:
        path = var / "postgres"
        _make_folder(path, 0o700)
        owners = {os.geteuid()}
    owner = path.lstat().st_uid
    if owner not in owners:
        raise EmbeddedError(
            f"{path} belongs to user {user_name(owner)}. Start Screener as that user, or move the folder away."
        )
    return ServerHome.owned_by(path)


def user_name(uid: int) -> str:
    """Return the user's name, or the id if it has no name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _find_home_for_root(var: Path) -> Path:
    """Return the folder that has data, else the first one that the user nobody can enter, creating it."""
    name = _path_digest(var)
    paths = [var / "postgres", SYSTEM_FOLDER / name, TEMPORARY_FOLDER / f"screener-{name}"]
    for path in paths:
        if (path / "data").exists():
            return path
    with suppress(OSError):
        var.mkdir(parents=True, exist_ok=True)
    for path in paths:
        with suppress(OSError, subprocess.CalledProcessError):
            _make_folder(path.parent, 0o755)
            # Only the kernel knows the effect of every parent, access list and mount.
            ServerHome.for_nobody(path).run_program("/bin/sh", "-c", 'cd "$0"', path.parent, stderr=subprocess.DEVNULL)
            _make_folder(path, 0o711)
            return path
    raise EmbeddedError(f"PostgreSQL does not run as root, and the user nobody cannot enter {var}.")


def _make_folder(path: Path, mode: int) -> None:
    """Create a folder with exactly this mode, independent of the umask. An existing folder stays as it is."""
    with suppress(FileExistsError):
        path.mkdir(mode, parents=True)
        path.chmod(mode)


def _is_root() -> bool:
    return os.geteuid() == 0


def _path_digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
