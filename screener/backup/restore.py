"""Restores a backup into an empty database and an empty private storage."""

from typing import Any

from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from screener.backup.archive import Archive, BackupError
from screener.backup.database import DatabaseDump, load_database
from screener.backup.files import known_objects, restore_file
from screener.backup.journal import AppliedJournal, apply_journal
from screener.backup.keys import refuse_missing_keys
from screener.backup.manifest import KEYS, Manifest, complete_backups
from screener.encryption.data_keys import forget_shared_key
from screener.models import RestoredBackup

KEYS_REMEDY = "Run this command with --write-keys FILE, put the lines of FILE into the settings, and start again."


def choose_backup(archive: Archive, name: str) -> Manifest:
    """`name`: empty for the newest one. Raises BackupError."""
    names = complete_backups(archive)
    if not names:
        raise BackupError("There is no complete backup here.")
    if name and name not in names:
        raise BackupError(f"There is no complete backup {name} here. There are: {', '.join(names)}.")
    return Manifest.read(archive, name or names[-1])


def restore_backup(archive: Archive, manifest: Manifest) -> AppliedJournal | None:
    """Files first: while they are missing, there is no database that a process could start with.

    Afterwards workers wait until a person confirms the restore. None: the journal is lost. Raises BackupError.
    """
    storage = storages["private"]
    refuse_missing_keys(archive.read_json(f"{manifest.folder}/{KEYS}"), manifest.fingerprints, remedy=KEYS_REMEDY)
    _refuse_newer(manifest.database)
    _refuse_filled_database()
    _refuse_other_files(archive, manifest, storage)
    for entry in manifest.list_files(archive):
        restore_file(archive, storage, entry)
    _restore_rows(archive, manifest)
    call_command("migrate", interactive=False, verbosity=0)
    forget_shared_key()
    try:
        return apply_journal(archive)
    except BackupError:  # all else is restored, and a person looks at it before work goes on
        return None


def _refuse_newer(dump: DatabaseDump) -> None:
    loader = MigrationLoader(None)
    known = {*loader.disk_migrations, *(old for new in loader.disk_migrations.values() for old in new.replaces)}
    unknown = [f"{app}.{name}" for app, name in dump.migrations if (app, name) not in known]
    if unknown:
        raise BackupError(
            "The backup was made by a newer version of the program. Install that version, then restore. "
            f"Unknown migrations: {', '.join(unknown)}."
        )


def _refuse_filled_database() -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    if tables:
        raise BackupError(
            f"The database has tables already ({len(tables)}). Restore into a new, empty one. If a restore was "
            "interrupted, drop its database; the files that it stored are used."
        )


def _refuse_other_files(archive: Archive, manifest: Manifest, storage: Any) -> None:
    """Files of an interrupted restore are accepted."""
    with known_objects() as known:
        known.add_names(entry.name for entry in manifest.list_files(archive))
        for stored in storage.list_stored():
            if not known.find(stored.name)[0]:
                raise BackupError(f"Private storage has {stored.name}, which is not in the backup. Empty it first.")


def _restore_rows(archive: Archive, manifest: Manifest) -> None:
    executor = MigrationExecutor(connection)
    applied = {(app, name) for app, name in manifest.database.migrations}
    graph = executor.loader.graph
    newest = [node for node in graph.nodes if node in applied and not _children_in_app(graph, node) & applied]
    executor.migrate(newest)
    with transaction.atomic():
        load_database(archive, manifest.folder, manifest.database)
        RestoredBackup.objects.create(name=manifest.name, backup_time=manifest.time)


def _children_in_app(graph: Any, node: tuple[str, str]) -> set[tuple[str, str]]:
    return {child.key for child in graph.node_map[node].children if child.key[0] == node[0]}
