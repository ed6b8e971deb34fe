"""Tables that are emptied after a test that commits.

Django truncates all of them, so that PostgreSQL gives a hundred tables and their indexes new files, though most are
empty. Rows are deleted faster.
"""

from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

WITHOUT_TRIGGERS = "SET LOCAL session_replication_role = replica"
"""No foreign key demands an order, and no trigger protects a row. Needs a superuser, as the embedded server's is."""


def delete_rows(
    operations: DatabaseOperations,
    style: Any,
    tables: list[str],
    *,
    reset_sequences: bool = False,
    allow_cascade: bool = False,
) -> list[str]:
    """The statements that empty these tables in one transaction, in place of those of Django's `flush`.

    The lock waits for requests that are still writing: their rows would outlive the deletion. TRUNCATE waits likewise.
    """
    assert not reset_sequences, "not supported: rows are deleted, and ids continue"
    names = [operations.quote_name(table) for table in tables]
    lock = f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE"
    return [WITHOUT_TRIGGERS, lock, *(f"DELETE FROM {name}" for name in names)]


def empty_tables_by_deletion(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(type(connection.ops), "sql_flush", delete_rows)
