"""Makes a backup: the rows of one moment, then the files, and at last the manifest."""

from dataclasses import dataclass

from django.core.files.storage import storages
from django.utils import timezone

from screener.backup.archive import Archive, BackupError
from screener.backup.database import dump_database, only_backup
from screener.backup.files import FileCounts, KnownObjects, back_up_files, known_objects
from screener.backup.journal import write_journal
from screener.backup.keys import collect_keys, fingerprints
from screener.backup.manifest import (
    FILE_LIST,
    KEYS,
    Manifest,
    backup_folder,
    complete_backups,
    delete_backup,
    delete_incomplete,
)
from screener.backup.verify import verify_backup


@dataclass(frozen=True)
class CreatedBackup:
    manifest: Manifest
    files: FileCounts


def make_backup(archive: Archive) -> CreatedBackup:
    """Raises BackupError. Files that are stored after the rows were read are in the backup too, which does no harm."""
    with only_backup() as cursor:
        delete_incomplete(archive)
        time = timezone.now()
        name = f"{time:%Y-%m-%dT%H%M%SZ}"
        if name in complete_backups(archive):
            raise BackupError("A backup was made in this second. Start again.")
        folder = backup_folder(name)
        dump = dump_database(archive, folder, cursor)
        archive.write_json(f"{folder}/{KEYS}", collect_keys())
        write_journal(archive)
        with known_objects() as known:
            _learn_objects(archive, known)
            files, counts = back_up_files(archive, f"{folder}/{FILE_LIST}", storages["private"], known)
        manifest = Manifest(name, time, dump, files, counts.files, counts.bytes, fingerprints())
        verify_backup(archive, manifest, with_files=False)
        archive.target.flush()
        manifest.write(archive)
        archive.target.flush()
    return CreatedBackup(manifest, counts)


def _learn_objects(archive: Archive, known: KnownObjects) -> None:
    known.add_present(archive)
    for name in complete_backups(archive)[-1:]:
        known.add_hashes(Manifest.read(archive, name).list_files(archive))


def keep_newest(archive: Archive, count: int) -> list[str]:
    """Delete older backups than the newest `count`, and files that no backup names. Returns the deleted ones."""
    with only_backup(), known_objects() as known:
        outdated = complete_backups(archive)[:-count]
        for name in outdated:
            delete_backup(archive, name)
        known.add_present(archive)
        for name in complete_backups(archive):
            known.add_hashes(Manifest.read(archive, name).list_files(archive))
        for unused in known.without_hash():
            archive.target.delete(unused)
    return outdated
