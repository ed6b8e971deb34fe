"""Where a server lies, whose it is, and what is done there in the name of its user."""

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

SYSTEM_HOME = Path("/var/lib/screener")
# Not tempfile.gettempdir(): processes with different TMPDIRs must agree on it.
TEMPORARY = Path("/tmp")  # noqa: S108
# What fits into sockaddr_un everywhere (macOS: 104 bytes with the final zero).
SOCKET_PATH_LIMIT = 103


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
class Place:
    """The folder of one server. `uid` and `gid` are the account that the server runs as."""

    path: Path
    uid: int
    gid: int

    @classmethod
    def at(cls, path: Path) -> "Place":
        """The place as its owner has it: root's server runs as nobody, anybody else's as themselves."""
        owner = path.stat()
        return cls(path, owner.st_uid, owner.st_gid) if owner.st_uid else cls.of_nobody(path)

    @classmethod
    def of_nobody(cls, path: Path) -> "Place":
        """The place with a server that runs as nobody, whether it exists or not."""
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedError(
                "PostgreSQL does not run as root, and there is no user nobody to run it: "
                "start Screener as another user, or set DATABASE_URL."
            ) from None
        return cls(path, nobody.pw_uid, nobody.pw_gid)

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def log_tail(self) -> str:
        """The last that the keeper and the server had to say, for an error message."""
        with suppress(FileNotFoundError):
            lines = self.log.read_text(errors="replace").splitlines()[-15:]
            return "\n".join([f"The end of {self.log}:", *lines])
        return f"There is no {self.log}."

    @property
    def socket_folder(self) -> Path:
        near = self.path / "socket"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            return near
        return TEMPORARY / f"screener-socket-{_digest(self.path)}"

    @property
    def _account(self) -> dict[str, Any]:
        """Arguments for subprocess: be the server's user if we are root, and see none of our secrets."""
        account: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []} if _is_root() else {}
        return {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}, **account}

    def lock(self, name: str) -> Path:
        return self.path / f"{name}.lock"

    def run(self, *command: str | Path, **options: Any) -> None:
        """Run a program to its end as the server's account. Raises unless it succeeds."""
        subprocess.run(command, check=True, **self._account, **options)

    def spawn(self, *command: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Start a program as the server's account."""
        return subprocess.Popen[bytes](command, **self._account, **options)

    def give(self, path: Path) -> None:
        """Have the server's account own a path that we made."""
        if _is_root():
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def is_private(self, folder: Path) -> bool:
        """Whether it is a real folder that only the server's account can get into (names in /tmp are free to all)."""
        try:
            found = folder.lstat()
        except FileNotFoundError:
            return False
        return stat.S_ISDIR(found.st_mode) and found.st_uid == self.uid and not found.st_mode & 0o077


def open_place(var: Path) -> Place:
    """The place of `var`, made if it is missing; refused if it is somebody else's, whom its locks would not stop."""
    if _is_root():
        path = _find_place_for_root(var)
        owners = {0, path.parent.stat().st_uid}
    else:
        path = var / "postgres"
        _make_folder(path, 0o700)
        owners = {os.geteuid()}
    owner = path.lstat().st_uid
    if owner not in owners:
        raise EmbeddedError(
            f"{path} belongs to user {user_name(owner)}: start Screener as that user, or move the folder away."
        )
    return Place.at(path)


def user_name(uid: int) -> str:
    """The user's name, or the number of one who has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _find_place_for_root(var: Path) -> Path:
    """Where there is data already, else the first folder that nobody can get into. It exists on return."""
    name = _digest(var)
    candidates = [var / "postgres", SYSTEM_HOME / name, TEMPORARY / f"screener-{name}"]
    for path in candidates:
        if (path / "data").exists():
            return path
    with suppress(OSError):
        var.mkdir(parents=True, exist_ok=True)
    for path in candidates:
        with suppress(OSError, subprocess.CalledProcessError):
            _make_folder(path.parent, 0o755)
            # Asked of the kernel, which alone knows about every parent, access list and mount.
            Place.of_nobody(path).run("/bin/sh", "-c", 'cd "$0"', path.parent, stderr=subprocess.DEVNULL)
            _make_folder(path, 0o711)
            return path
    raise EmbeddedError(f"PostgreSQL does not run as root, and the user nobody has no way into {var}.")


def _make_folder(path: Path, mode: int) -> None:
    """Make it with exactly this mode, whatever the umask. One that exists stays as it is."""
    with suppress(FileExistsError):
        path.mkdir(mode, parents=True)
        path.chmod(mode)


def _is_root() -> bool:
    return os.geteuid() == 0


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
