"""Backups in a folder and on S3: complete or not there, readable with the key alone, no larger than needed."""

from base64 import b64encode
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.utils import timezone

from screener.backup import create
from screener.backup.archive import Archive, BackupError, open_archive
from screener.backup.manifest import Manifest, complete_backups
from screener.backup.s3_target import S3Target
from screener.backup.target import FolderTarget
from screener.backup.verify import verify_backup
from screener.tests.encryption.conftest import s3_server as s3_server
from screener.tests.encryption.conftest import s3_storage as s3_storage

pytestmark = pytest.mark.django_db
CONTENT = b"RIFF" + bytes(100_000)
SECRET = b"the do-not-call key of this test"


@pytest.fixture(autouse=True)
def backup_settings(settings: Any) -> None:
    settings.BACKUP_KEY = b64encode(b"k" * 32).decode()
    settings.DO_NOT_CALL_KEY = SECRET.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture(params=["folder", "s3"])
def archive(request: pytest.FixtureRequest, folder: Path) -> Archive:
    if request.param == "folder":
        return open_archive(FolderTarget(folder))
    return open_archive(S3Target(request.getfixturevalue("s3_storage").bucket, "screener"))


def store_files(count: int) -> list[str]:
    return [
        storages["private"].save(f"candidates/{number}/a/take.wav", ContentFile(CONTENT)) for number in range(count)
    ]


def manifests(archive: Archive) -> list[Manifest]:
    return [Manifest.read(archive, name) for name in complete_backups(archive)]


def file_objects(archive: Archive) -> set[str]:
    return set(archive.target.names("files/"))


def test_only_new_files_are_copied_and_old_backups_go(archive: Archive, time_machine: Any) -> None:
    names = store_files(2)
    assert create.make_backup(archive).files.copied == 2
    storages["private"].delete(names[0])
    storages["private"].save("candidates/9/a/take.wav", ContentFile(CONTENT))
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    assert create.make_backup(archive).files.copied == 1
    assert len(file_objects(archive)) == 3
    assert len(create.keep_newest(archive, 1)) == 1
    (newest,) = manifests(archive)
    assert file_objects(archive) == {entry.object for entry in newest.list_files(archive)}
    verify_backup(archive, newest, with_files=True)


def test_interrupted_backup_is_none_and_its_files_are_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    archive = open_archive(FolderTarget(folder))
    store_files(2)
    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            create.make_backup(archive)
    assert complete_backups(archive) == []
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    created = create.make_backup(archive)
    assert (created.files.copied, created.files.files) == (0, 2)
    verify_backup(archive, created.manifest, with_files=True)
    assert {name.split("/")[1] for name in archive.target.names("backups/")} == {created.manifest.name}


def test_nothing_is_in_clear(folder: Path) -> None:
    store_files(1)
    create.make_backup(open_archive(FolderTarget(folder)))
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert SECRET not in stored
    assert b"administrator" not in stored
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*") if path.is_file()} == {0}


def test_changed_backup_is_noticed(folder: Path) -> None:
    """One part after the other is cut, changed, removed, or put in the place of another."""
    archive = open_archive(FolderTarget(folder))
    store_files(2)
    manifest = create.make_backup(archive).manifest
    parts = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "journal")
    unnoticed = []
    for path in [parts[0], *(path for path in parts if "files" in path.parts), folder / manifest.folder / "keys"]:
        content = path.read_bytes()
        for changed in (content[:-1], content[:-1] + bytes([content[-1] ^ 1]), parts[1].read_bytes(), None):
            path.unlink() if changed is None else path.write_bytes(changed)
            try:
                verify_backup(archive, manifest, with_files=True)
                unnoticed.append(path)
            except BackupError:
                pass
            path.write_bytes(content)
    assert unnoticed == []
    verify_backup(archive, manifest, with_files=True)


def test_commands_refuse_and_say_why(folder: Path, settings: Any) -> None:
    """The test database is full, so that nothing is restored into it."""
    target = str(folder)
    for arguments in (["restore", target], ["backup", target, "--verify"], ["backup", target, "--keep", "0"]):
        with pytest.raises(CommandError):
            call_command(*arguments, stdout=StringIO())
    call_command("backup", target, "--keep", "3", stdout=StringIO())
    call_command("backup", target, "--verify", stdout=StringIO())
    keys = folder.parent / "keys.env"
    call_command("restore", target, "--write-keys", str(keys), stdout=StringIO())
    assert f"DO_NOT_CALL_KEY={SECRET.decode()}\n" in keys.read_text()
    assert keys.stat().st_mode & 0o077 == 0
    (folder.parent / "a-file").touch()
    with pytest.raises(CommandError, match="a-file"):
        call_command("backup", str(folder.parent / "a-file"), stdout=StringIO())
    with pytest.raises(CommandError, match="empty"):
        call_command("restore", target, stdout=StringIO())
    settings.DO_NOT_CALL_KEY = "another"
    with pytest.raises(CommandError, match="DO_NOT_CALL_KEY"):
        call_command("restore", target, stdout=StringIO())
    for key in ("", "short", b64encode(b"other key" * 4)[:43].decode() + "="):
        settings.BACKUP_KEY = key
        with pytest.raises(CommandError, match="BACKUP_KEY"):
            call_command("backup", target, "--verify", stdout=StringIO())
