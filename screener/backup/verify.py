"""Reads a backup back: every row is counted, every file is hashed."""

from screener.backup.archive import Archive, BackupError
from screener.backup.database import TableDump, table_path
from screener.backup.files import verify_file
from screener.backup.keys import Keys
from screener.backup.manifest import KEYS, Manifest


def verify_backup(archive: Archive, manifest: Manifest, *, with_files: bool) -> None:
    """Raises BackupError with the first thing that is wrong. `with_files`: read the content of all files, too."""
    for name, table in manifest.database.tables.items():
        _verify_table(archive, manifest.folder, name, table)
    keys: Keys = archive.read_json(f"{manifest.folder}/{KEYS}")
    if not keys["SECRET_KEY"]:
        raise BackupError(f"{manifest.name} holds no keys.")
    count = 0
    for entry in manifest.list_files(archive):
        count += 1
        if with_files:
            verify_file(archive, entry)
    if count != manifest.file_count:
        raise BackupError(f"The list of files has {count} entries in place of {manifest.file_count}.")


def _verify_table(archive: Archive, folder: str, name: str, table: TableDump) -> None:
    """A line of COPY is a row: line breaks in values are escaped."""
    rows = sum(piece.count(b"\n") for piece in archive.read_stream(table_path(folder, name), table.content))
    if rows != table.rows:
        raise BackupError(f"{name} has {rows} rows in the backup in place of {table.rows}.")
