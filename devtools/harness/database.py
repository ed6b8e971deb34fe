"""The database of a deployment: an embedded server, whose data is copied from that of a new deployment.

Migrating an empty database takes many times longer than copying a migrated one. The data of a new deployment stays in
var/ of this checkout until one of the files changes that it depends on.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL

from screener.db.embedded.data_dir import open_server_home

ROOT = Path(__file__).resolve().parents[2]
KEPT_DATA = ROOT / "var" / "new-deployments"
MIGRATION_INPUTS = (
    *("screener/settings.py", "screener/access/*.py", "screener/encryption/*.py", "*/models.py", "*/models/**/*.py"),
    "*/migrations/*.py",
    *("jobs/bank/*.py", "jobs/bank/*.toml", "jobs/bank/starter/*.csv", "constraints.txt", "requirements.txt"),
)
DATA_INPUTS = (*MIGRATION_INPUTS, "screener/db/embedded/cluster.py", "devtools/harness/database.py")
ORGANISATION = [
    "Northwind Services, Inc.",
    "--callback-number=+12025550199",
    "--privacy-notice=https://northwind.example/privacy",
]
HOLD_DATABASE = (
    "import sys; from pathlib import Path; from screener.db.embedded import start_server; "
    "print(start_server(Path(sys.argv[1])).host, flush=True); sys.stdin.read()"
)
ENCRYPTION_KEY = "VGhlIG1hc3RlciBrZXkgb2YgZXhwZXJpbWVudHMsIDE="
"""The master key of every deployment that is made from the kept data."""
PID_FILE = "postmaster.pid"
STOP_TIMEOUT = 30
COMMAND_TIMEOUT = 600


def hash_files(patterns: Iterable[str]) -> str:
    """Return a digest of the names and contents of the files that match, which are relative to the checkout."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
        digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def database_url(socket_dir: Path) -> str:
    return f"postgres://screener@{str(socket_dir).replace('/', '%2F')}/screener"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that every user can enter: root runs PostgreSQL as another user."""
    folder = Path(tempfile.mkdtemp(prefix="screener-bench-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def hold_database(folder: Path) -> Iterator[Path]:
    """Run an embedded server on the data in this folder. Yields the folder of its socket.

    A process of its own uses the server, because the server stops when its last user ends.
    """
    command = [sys.executable, "-c", HOLD_DATABASE, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin
        assert holder.stdout
        socket_dir = Path(holder.stdout.readline().strip())
        yield socket_dir
        holder.stdin.close()
    _wait_until_stopped(socket_dir.parent / "data" / PID_FILE)


def _wait_until_stopped(pid_file: Path) -> None:
    deadline = time.monotonic() + STOP_TIMEOUT
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)


def prepare_data(folder: Path) -> bool:
    """Give a folder without a database that of a new deployment: migrated, with an organisation and no more.

    Returns whether the database is new.
    """
    home = open_server_home(folder.resolve())
    if home.data_folder.exists():
        return False
    kept = KEPT_DATA / f"{hash_files(DATA_INPUTS)}-{home.uid}"
    KEPT_DATA.mkdir(parents=True, exist_ok=True)
    with (KEPT_DATA / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for outdated in KEPT_DATA.glob(f"*-{home.uid}"):
                shutil.rmtree(outdated)
            _make_data(kept)
        _copy_data(kept, home.data_folder)
    return True


def _make_data(kept: Path) -> None:
    """Migrate an empty database and store its data at this path."""
    with temporary_folder() as folder:
        with hold_database(folder) as socket_dir:
            environment = {**os.environ, "DATABASE_URL": database_url(socket_dir), "DEBUG": "1"}
            environment["ENCRYPTION_KEY"] = ENCRYPTION_KEY
            for arguments in (["migrate", "--no-input"], ["set_organisation", *ORGANISATION]):
                command = [sys.executable, "manage.py", *arguments]
                subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=COMMAND_TIMEOUT, stdout=DEVNULL)
        _copy_data(open_server_home(folder.resolve()).data_folder, kept)


def _copy_data(source: Path, target: Path) -> None:
    """Copy the data of a server that has stopped. The target exists once it is complete."""
    if (source / PID_FILE).exists():
        raise RuntimeError(f"The server of {source} has not stopped: its data cannot be copied.")
    unfinished = target.with_name(f"unfinished-{target.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    subprocess.run(["cp", "-a", source, unfinished], check=True)  # shutil does not keep the owner
    unfinished.rename(target)
