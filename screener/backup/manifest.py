"""What a backup holds. The manifest is written last: a folder without one is no backup."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from screener.backup.archive import Archive, BackupError, StreamDigest
from screener.backup.database import DatabaseDump
from screener.backup.files import FOLDER, FileEntry, read_file_list

FORMAT = 1
MANIFEST, FILE_LIST, KEYS = "manifest", "files", "keys"


@dataclass(frozen=True)
class Manifest:
    """`name`: the folder of the backup. `fingerprints`: of the master keys that it needs.

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
        archive.write_json(f"{self.name}/{MANIFEST}", value)

    @classmethod
    def read(cls, archive: Archive, name: str) -> "Manifest":
        """Raises BackupError."""
        value: dict[str, Any] = archive.read_json(f"{name}/{MANIFEST}")
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
        return read_file_list(archive, f"{self.name}/{FILE_LIST}", self.files)


def complete_backups(archive: Archive) -> list[str]:
    """The names of the complete backups of the target, the oldest first."""
    return sorted(name.split("/")[0] for name in _names_of_backups(archive) if name.split("/")[1:] == [MANIFEST])


def delete_incomplete(archive: Archive) -> None:
    """Delete what interrupted backups left behind, except their files, which the next one uses."""
    complete = set(complete_backups(archive))
    for name in list(_names_of_backups(archive)):
        if name.split("/")[0] not in complete:
            archive.target.delete(name)


def delete_backup(archive: Archive, name: str) -> None:
    """Delete the manifest first: an interrupted deletion leaves no backup that looks complete."""
    archive.target.delete(f"{name}/{MANIFEST}")
    for part in list(archive.target.names(f"{name}/")):
        archive.target.delete(part)


def _names_of_backups(archive: Archive) -> Iterator[str]:
    """Names begin with the year."""
    for name in archive.target.names(""):
        if "/" in name and not name.startswith(f"{FOLDER}/"):
            yield name
