"""`python -m devtools.load.backups`: backs up and restores 100,000 interviews with a recording each, and compares.

Prints seconds, memory and sizes, and what is missing by the number of rows and the hash of each file. `--quick`: a
twentieth of the interviews.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from devtools.harness.database import ROOT, database_url, temporary_folder
from devtools.harness.deployment import Deployment, open_deployment_in
from devtools.load.report import describe_machine, print_section, save_report

INTERVIEWS, QUICK_INTERVIEWS = 100_000, 5_000
FILE_BYTES = 16 * 1024
"""Two seconds of a call. More would measure the disk."""
RESTORED = "restored"
MEGABYTE = 1024 * 1024
NOT_BACKED_UP = ("screener_restoredbackup", "screener_browsersession", "django_session")


def run(environment: dict[str, str], *arguments: str) -> dict[str, float]:
    """Run a command to its end. Returns the time it took and the most memory that it held."""
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{arguments[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return {"seconds": round(time.monotonic() - began, 1), "memory_mb": round(usage.ru_maxrss / 1024)}


def query(socket_dir: Path, database: str, statement: LiteralString | sql.Composed) -> list[tuple[Any, ...]]:
    with psycopg.connect(host=str(socket_dir), user="screener", dbname=database, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def count_rows(socket_dir: Path, database: str) -> dict[str, int]:
    tables = query(socket_dir, database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {
        name: query(socket_dir, database, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))[0][0]
        for (name,) in tables
        if name not in NOT_BACKED_UP
    }


def hash_files(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def folder_megabytes(folder: Path) -> int:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MEGABYTE)


def different(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def fill(deployment: Deployment, interviews: int) -> None:
    for module, arguments in (
        ("devtools.load.pages.insert", [interviews]),
        ("devtools.load.backups.store_files", [interviews, FILE_BYTES]),
    ):
        command = [sys.executable, "-m", module, *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, env=deployment.environment, check=True)


def measure(deployment: Deployment, interviews: int) -> dict[str, Any]:
    fill(deployment, interviews)
    target, files = deployment.folder / "backups", deployment.folder / "restored-files"
    environment = deployment.environment | {"BACKUP_KEY": b64encode(bytes(range(32))).decode()}
    restored_url = database_url(deployment.socket_dir).removesuffix("screener") + RESTORED
    restoring = environment | {"DATABASE_URL": restored_url, "PRIVATE_FILES_DIR": str(files)}
    query(deployment.socket_dir, "postgres", sql.SQL("CREATE DATABASE {}").format(sql.Identifier(RESTORED)))
    times = {
        "first_backup": run(environment, "backup", str(target)),
        "second_backup": run(environment, "backup", str(target), "--keep", "1"),
        "journal": run(environment, "backup", str(target), "--journal"),
        "verification": run(environment, "backup", str(target), "--verify"),
        "restore": run(restoring, "restore", str(target)),
    }
    rows = count_rows(deployment.socket_dir, "screener")
    hashes = hash_files(deployment.files_dir)
    ((size,),) = query(deployment.socket_dir, "screener", "SELECT pg_database_size('screener')")
    return times | {
        "sizes": {
            "rows": sum(rows.values()),
            "files": len(hashes),
            "database_mb": round(size / MEGABYTE),
            "files_mb": folder_megabytes(deployment.files_dir),
            "backup_mb": folder_megabytes(target),
        },
        "tables_with_other_rows": different(rows, count_rows(deployment.socket_dir, RESTORED)),
        "files_missing_or_different": different(hashes, hash_files(files)),
    }


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    interviews = QUICK_INTERVIEWS if "--quick" in sys.argv else INTERVIEWS
    with temporary_folder() as folder, open_deployment_in(folder, speed=0, settings={}) as deployment:
        machine = describe_machine(interviews=interviews)
        measured = print_section("backups", measure(deployment, interviews))
        shutil.rmtree(deployment.files_dir)
    save_report({"machine": machine, "backups": measured}, "bench-backups.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
