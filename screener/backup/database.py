"""The rows of the database, table by table, by COPY: it needs no programs, and works with every server and pooler.

Why not pg_dump: ADR 38.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from screener.backup.archive import Archive, BackupError, StreamDigest

LOCK = 7058
"""Key of the advisory lock that a running backup holds."""

SESSIONS = ("django_session", "screener_browsersession")
"""Left out, so that everyone logs in again: a session that was ended since would be valid again."""

TABLES = """
SELECT relname, array_agg(attname::text ORDER BY attnum)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
  AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND relname <> ALL(%s)
GROUP BY relname ORDER BY relname
"""
SEQUENCES = """
SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL
"""
FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@dataclass(frozen=True)
class TableDump:
    columns: list[str]
    rows: int
    content: StreamDigest


@dataclass(frozen=True)
class DatabaseDump:
    """`migrations`: app and name of each applied one, in order."""

    tables: dict[str, TableDump]
    sequences: dict[str, int]
    migrations: list[list[str]]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> "DatabaseDump":
        tables = {
            name: TableDump(table["columns"], table["rows"], StreamDigest(**table["content"]))
            for name, table in value["tables"].items()
        }
        return cls(tables, value["sequences"], value["migrations"])


@contextmanager
def only_backup() -> Iterator[Any]:
    """A cursor of a connection of its own. Raises BackupError if another backup of this database runs."""
    own = connection.copy()
    with closing(own), own.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise BackupError("Another backup of this database is running.")
        try:
            yield cursor
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def dump_database(archive: Archive, folder: str, cursor: Any) -> DatabaseDump:
    """Write all rows, as of one moment."""
    cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute(TABLES, [[*SESSIONS, *_cache_tables()]])
        tables = {
            name: _dump_table(archive, table_path(folder, name), cursor, name, columns)
            for name, columns in cursor.fetchall()
        }
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        migrations = [list(row) for row in cursor.fetchall()]
        cursor.execute(SEQUENCES)  # last: numbers are taken without regard to the snapshot
        sequences = dict(cursor.fetchall())
    finally:
        cursor.execute("ROLLBACK")
    return DatabaseDump(tables, sequences, migrations)


def table_path(folder: str, table: str) -> str:
    return f"{folder}/database/{table}"


def _cache_tables() -> list[str]:
    return [cache["LOCATION"] for cache in settings.CACHES.values() if cache["BACKEND"].endswith("DatabaseCache")]


def _dump_table(archive: Archive, path: str, cursor: Any, table: str, columns: list[str]) -> TableDump:
    with cursor.copy(_copy_statement("COPY {} ({}) TO STDOUT", table, columns)) as copy:
        content = archive.write_stream(path, (bytes(piece) for piece in copy))
    return TableDump(columns, cursor.rowcount, content)


def _copy_statement(template: str, table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(template).format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))


@transaction.atomic
def load_database(archive: Archive, folder: str, dump: DatabaseDump) -> None:
    """Fill migrated tables, which hold what migrations put there. All or nothing. Raises BackupError.

    Foreign keys and indexes are made after the rows: checked one by one, millions of rows take hours. Triggers of
    tables rest, because what they compute is in the rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute(TABLES, [[]])
        present = {name: set(columns) for name, columns in cursor.fetchall()}
        _refuse_unknown_columns(dump, present)
        cursor.execute(FOREIGN_KEYS)
        foreign_keys = cursor.fetchall()
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        _run(cursor, (f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name, _ in foreign_keys))
        _run(cursor, (f"DROP INDEX {name}" for name, _ in indexes))
        cursor.execute(f"TRUNCATE {', '.join(map(_quote, present))}")
        for name, table in dump.tables.items():
            _load_table(archive, table_path(folder, name), cursor, name, table)
        for sequence, value in dump.sequences.items():
            cursor.execute("SELECT setval(%s::regclass, %s)", [_quote(sequence), value])
        _run(cursor, (definition for _, definition in indexes))
        _run(cursor, (f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {rule}' for table, name, rule in foreign_keys))


def _run(cursor: Any, statements: Iterable[str]) -> None:
    for statement in statements:
        cursor.execute(statement)


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _refuse_unknown_columns(dump: DatabaseDump, present: dict[str, set[str]]) -> None:
    unknown = [
        f"{name}.{column}"
        for name, table in dump.tables.items()
        for column in table.columns
        if column not in present.get(name, set())
    ]
    if unknown:
        raise BackupError(f"No migration makes these columns of the backup: {', '.join(unknown)}.")


def _load_table(archive: Archive, path: str, cursor: Any, name: str, table: TableDump) -> None:
    quoted = _quote(name)
    cursor.execute(f"ALTER TABLE {quoted} DISABLE TRIGGER USER")
    with cursor.copy(_copy_statement("COPY {} ({}) FROM STDIN", name, table.columns)) as copy:
        for piece in archive.read_stream(path, table.content):
            copy.write(piece)
    cursor.execute(f"ALTER TABLE {quoted} ENABLE TRIGGER USER")
    cursor.execute(f"SELECT count(*) FROM {quoted}")  # noqa: S608 - the name is quoted
    (rows,) = cursor.fetchone()
    if rows != table.rows:
        raise BackupError(f"{name} has {rows} rows in place of {table.rows}.")
