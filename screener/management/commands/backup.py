"""`manage.py backup`: back up the database, private files and keys, or verify a backup."""

import time
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from screener.backup.archive import Archive, BackupError, open_archive
from screener.backup.create import keep_newest, make_backup
from screener.backup.journal import write_journal
from screener.backup.manifest import Manifest
from screener.backup.restore import choose_backup
from screener.backup.target import open_target
from screener.backup.verify import verify_backup

MEGABYTE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Back up the database, private files and keys, encrypted with BACKUP_KEY, while serving. The rows are read "
        "back. Files that the target has already are not copied again. See docs/backup.md."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", help="a folder, or s3://bucket/prefix")
        parser.add_argument("--keep", type=int, metavar="N", help="afterwards delete all but the newest N backups")
        action = parser.add_mutually_exclusive_group()
        action.add_argument(
            "--verify", nargs="?", const="", metavar="NAME", help="read back a backup with all its files; make none"
        )
        action.add_argument(
            "--journal", action="store_true", help="write only the journal of refusals and erasures; takes seconds"
        )

    def handle(self, target: str, keep: int | None, verify: str | None, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep must be 1 or more.")
        try:
            archive = open_archive(open_target(target))
            if verify is not None:
                self._verify(archive, verify)
            elif options["journal"]:
                self._show(f"journal: {write_journal(archive)}")
            else:
                self._back_up(archive, keep)
        except (BackupError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"The target or private storage does not work: {error}") from None
        except ModuleNotFoundError:
            raise CommandError("Backups on S3 need requirements-s3.txt.") from None

    def _back_up(self, archive: Archive, keep: int | None) -> None:
        began = time.monotonic()
        created = make_backup(archive)
        self._show(f"{_describe(created.manifest)}, {time.monotonic() - began:.1f} s")
        self._show(f"{created.files.copied} files are new, {created.files.deleted_meanwhile} were deleted meanwhile")
        if keep:
            for name in keep_newest(archive, keep):
                self._show(f"deleted {name}")

    def _verify(self, archive: Archive, name: str) -> None:
        manifest = choose_backup(archive, name)
        verify_backup(archive, manifest, with_files=True)
        self._show(f"{_describe(manifest)}: verified")

    def _show(self, line: str) -> None:
        self.stdout.write(line)


def _describe(manifest: Manifest) -> str:
    megabytes = manifest.file_bytes / MEGABYTE
    return f"{manifest.name}: {manifest.rows} rows, {manifest.file_count} files ({megabytes:.1f} MB)"
