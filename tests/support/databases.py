"""The database of a test process: a copy of one that is migrated once for all processes and runs.

Migrating an empty database takes seconds, copying a migrated one a fraction of a second. The migrated database stays in
the server until one of the files changes that `migrate` depends on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection

from devtools.harness.database import MIGRATION_INPUTS, hash_files

PREFIX = "migrated_"
UNFINISHED = "unfinished_migrated"
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
    name = PREFIX + hash_files(MIGRATION_INPUTS)
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


def _migrate_database(name: str) -> None:
    """Create the database under another name first, so that an interrupted process leaves no unfinished one."""
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
