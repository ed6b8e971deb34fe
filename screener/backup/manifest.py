"""What a backup holds. The manifest is written last: a folder without one is no backup."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from screener.backup.archive import Archive, BackupError, StreamDigest
from screener.backup.database import DatabaseDump
from screener.backup.files import FileEntry, read_file_list

FORMAT = 1
BACKUPS = "backups"
MANIFEST, FILE_LIST, KEYS = "manifest", "files", "keys"


@dataclass(frozen=True)
class Manifest:
    """`fingerprints`: of the master keys that it needs.

    `file_count` and `file_bytes`: as they are in private storage.
    """

    name: str
    time: datetime
    database: DatabaseDump
    files: StreamDigest
    file_count: int
    file_bytes: int
    fingerprints: list[str]

    @property
    def folder(self) -> str:
        return backup_folder(self.name)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.database.tables.values())

    def write(self, archive: Archive) -> None:
        value = {
            "format": FORMAT,
            "name": self.name,
            "time": self.time.isoformat(),
            "database": self.database.to_json(),
            "files": asdict(self.files),
            "file_count": self.file_count,
            "file_bytes": self.file_bytes,
            "fingerprints": self.fingerprints,
        }
        archive.write_json(f"{self.folder}/{MANIFEST}", value)

    @classmethod
    def read(cls, archive: Archive, name: str) -> "Manifest":
        """Raises BackupError."""
        value: dict[str, Any] = archive.read_json(f"{backup_folder(name)}/{MANIFEST}")
        if value.pop("format") != FORMAT:
            raise BackupError(f"{name} was made by a newer version of the program. Restore it with that version.")
        if value["name"] != name:
            raise BackupError(f"{name} is the backup {value['name']}, which was moved.")
        return cls(
            **value
            | {
                "time": datetime.fromisoformat(value["time"]),
                "database": DatabaseDump.from_json(value["database"]),
                "files": StreamDigest(**value["files"]),
            }
        )

    def list_files(self, archive: Archive) -> Iterator[FileEntry]:
        return read_file_list(archive, f"{self.folder}/{FILE_LIST}", self.files)


def complete_backups(archive: Archive) -> list[str]:
    """The names of the complete backups of the target, the oldest first."""
    return sorted(name for name, *parts in _objects_of_backups(archive) if parts == [MANIFEST])


def delete_incomplete(archive: Archive) -> None:
    """Delete what interrupted backups left behind, except their files, which the next one uses."""
    complete = set(complete_backups(archive))
    for name, *parts in list(_objects_of_backups(archive)):
        if name not in complete:
            archive.target.delete("/".join([backup_folder(name), *parts]))


def delete_backup(archive: Archive, name: str) -> None:
    """Delete the manifest first: an interrupted deletion leaves no backup that looks complete."""
    archive.target.delete(f"{backup_folder(name)}/{MANIFEST}")
    for part in list(archive.target.names(f"{backup_folder(name)}/")):
        archive.target.delete(part)


def _objects_of_backups(archive: Archive) -> Iterator[list[str]]:
    """For each object, the name of its backup and the parts of its own."""
    for name in archive.target.names(f"{BACKUPS}/"):
        yield name.split("/")[1:]


def backup_folder(name: str) -> str:
    return f"{BACKUPS}/{name}"
