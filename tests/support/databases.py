"""The database of a test process: a copy of one that is migrated once for all processes and runs.

Migrating an empty database takes seconds, copying a migrated one a fraction of a second. The migrated database stays in
the server until one of the files changes that `migrate` depends on.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

PREFIX = "migrated_"
UNFINISHED = "unfinished_migrated"
INPUTS = (
    *("screener/settings.py", "screener/access/*.py", "*/models.py", "*/models/**/*.py", "*/migrations/*.py"),
    *("jobs/bank/*.py", "jobs/bank/*.toml", "jobs/bank/starter/*.csv"),
)
LIBRARIES = ("constraints.txt", "requirements.txt")
LOCK = 7057
"""Key of the advisory lock that a process holds while it makes or copies the migrated database."""


@contextmanager
def temporary_database(name: str, *, is_migrated: bool) -> Iterator[None]:
    """Point the default connection at a new database with this name, which is dropped at the end."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    if is_migrated:
        with _migrated_database() as template:
            _create_database(name, template)
    else:
        _create_database(name, "template1")
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        _drop_database(name)


@contextmanager
def _migrated_database() -> Iterator[str]:
    """The name of the database with all migrations. No other process drops or copies it within the block."""
    name = PREFIX + _hash_inputs()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # released with this connection
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        names = {row[0] for row in cursor.fetchall()}
        for outdated in names - {name}:
            _drop_database(outdated)
        if name not in names:
            _migrate_database(name)
        yield name


def _hash_inputs() -> str:
    files = [path for pattern in (*INPUTS, *LIBRARIES) for path in sorted(settings.BASE_DIR.glob(pattern))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _migrate_database(name: str) -> None:
    """Create the database under another name first, so that an interrupted process leaves none with this name."""
    with temporary_database(UNFINISHED, is_migrated=False):
        call_command("migrate", verbosity=0)
        connection.close()
        _execute(f'ALTER DATABASE "{UNFINISHED}" RENAME TO "{name}"')


def _create_database(name: str, template: str) -> None:
    _execute(f'DROP DATABASE IF EXISTS "{name}"')  # fails if another run of the tests uses it
    _execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _drop_database(name: str) -> None:
    _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(statement: str) -> None:
    cursor: Any
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
