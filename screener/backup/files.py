"""Private files in a backup. Each is stored once for all backups of a target, and copied as it is stored: encrypted.

What is known of the objects of the target is in a temporary SQLite file, so that memory stays bounded.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.files.base import File

from screener.backup.archive import Archive, BackupError, StreamDigest, read_pieces
from screener.encryption.storage import PlainReader, StoredObject

FOLDER = "files"
BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class FileEntry:
    """`sha256` and `size`: of the file as it is in private storage. `object`: its name in the target."""

    name: str
    size: int
    sha256: str
    object: str


@dataclass
class FileCounts:
    files: int = 0
    bytes: int = 0
    copied: int = 0
    deleted_meanwhile: int = 0


class KnownObjects:
    """The objects in the target, with the hash of the file where an earlier backup names it."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("CREATE TABLE known (object TEXT PRIMARY KEY, sha256 TEXT) WITHOUT ROWID")

    def add_present(self, archive: Archive) -> None:
        self.add_names(archive.target.names(f"{FOLDER}/"))

    def add_names(self, names: Iterable[str]) -> None:
        rows = ((name,) for name in names)
        self._database.executemany("INSERT OR IGNORE INTO known (object) VALUES (?)", rows)

    def add_hashes(self, entries: Iterator[FileEntry]) -> None:
        pairs = ((entry.sha256, entry.object) for entry in entries)
        self._database.executemany("UPDATE known SET sha256 = ? WHERE object = ?", pairs)

    def find(self, name: str) -> tuple[bool, str]:
        """Whether the object is in the target, and the hash of its file; empty if no complete backup names it."""
        row = self._database.execute("SELECT sha256 FROM known WHERE object = ?", [name]).fetchone()
        return row is not None, (row and row[0]) or ""

    def without_hash(self) -> Iterator[str]:
        for (name,) in self._database.execute("SELECT object FROM known WHERE sha256 IS NULL"):
            yield name


@contextmanager
def known_objects() -> Iterator[KnownObjects]:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(Path(folder) / "known", isolation_level=None)) as database,
    ):
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        yield KnownObjects(database)


def back_up_files(archive: Archive, path: str, storage: Any, known: KnownObjects) -> tuple[StreamDigest, FileCounts]:
    """Copy the files that the target lacks, and write the list of all."""
    counts = FileCounts()
    lines = (_to_line(entry) for entry in _back_up_each(archive, storage, known, counts))
    return archive.write_stream(path, lines), counts


def _to_line(entry: FileEntry) -> bytes:
    return json.dumps(vars(entry)).encode() + b"\n"


def _back_up_each(archive: Archive, storage: Any, known: KnownObjects, counts: FileCounts) -> Iterator[FileEntry]:
    for stored in storage.list_stored():
        try:
            entry = _back_up_file(archive, storage, stored, known, counts)
        except FileNotFoundError:  # retention and erasure go on meanwhile
            counts.deleted_meanwhile += 1
            continue
        counts.files += 1
        counts.bytes += entry.size
        yield entry


def _back_up_file(
    archive: Archive, storage: Any, stored: StoredObject, known: KnownObjects, counts: FileCounts
) -> FileEntry:
    """A stored file never changes under its name, size and time. One of an interrupted backup is read, not copied."""
    key = archive.keyed_name(stored.name, stored.size, stored.modified_at)
    name = f"{FOLDER}/{key[:2]}/{key}"
    is_present, digest = known.find(name)
    if is_present and digest:
        return FileEntry(stored.name, stored.size, digest, name)
    source = storage.open_source(stored.name)
    with HashingReader(source) as content:
        if is_present:
            content.read_to_end()
        else:
            archive.write(name, content, source.size)
            counts.copied += 1
        return FileEntry(stored.name, source.size, content.digest.hexdigest(), name)


class HashingReader(PlainReader):
    """Reads bytes as they are stored, in order, and hashes them."""

    def __init__(self, source: Any) -> None:
        super().__init__(source)
        self.digest = sha256()

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer)
        self.digest.update(memoryview(buffer)[:count])
        return count

    def read_to_end(self) -> None:
        while self.read(BLOCK_BYTES):
            pass


def read_file_list(archive: Archive, path: str, expected: StreamDigest) -> Iterator[FileEntry]:
    for line in archive.read_lines(path, expected):
        yield FileEntry(**json.loads(line))


def verify_file(archive: Archive, entry: FileEntry) -> None:
    """Raises BackupError if the file is not in the backup as it was."""
    digest = sha256()
    for piece in read_pieces(archive.read(entry.object)):
        digest.update(piece)
    if digest.hexdigest() != entry.sha256:
        raise BackupError(f"{entry.name} is not the file that was stored.")


def restore_file(archive: Archive, storage: Any, entry: FileEntry) -> None:
    """Put the file into private storage. One that is there already is left if it is the same. Raises BackupError."""
    if storage.exists(entry.name):
        _refuse_other_file(storage, entry)
        return
    with archive.read(entry.object) as content:
        saved = storage.save_as_stored(entry.name, File(content, entry.name))
    if saved != entry.name:
        raise BackupError(f"{entry.name} was stored by another process during the restore.")
    _refuse_other_file(storage, entry)


def _refuse_other_file(storage: Any, entry: FileEntry) -> None:
    with HashingReader(storage.open_source(entry.name)) as content:
        content.read_to_end()
        if content.digest.hexdigest() != entry.sha256:
            raise BackupError(f"Private storage has another file {entry.name} already. Restore into an empty place.")
