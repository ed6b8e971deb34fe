"""`manage.py restore`: restore a backup into an empty place."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from screener.backup.archive import BackupError, open_archive
from screener.backup.journal import AppliedJournal
from screener.backup.keys import write_keys
from screener.backup.manifest import KEYS
from screener.backup.restore import choose_backup, restore_backup
from screener.backup.target import open_target


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database and an empty private storage. Rows and files are verified. Calls, "
        "messages and other background work wait afterwards until manage.py resume_after_restore. "
        "See docs/runbooks.md."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", help="a folder, or s3://bucket/prefix")
        parser.add_argument("--name", default="", help="the backup; by default the newest complete one")
        parser.add_argument(
            "--write-keys", type=Path, metavar="FILE", help="write the keys of the backup to FILE, and restore nothing"
        )

    def handle(self, target: str, name: str, write_keys: Path | None, **options: Any) -> None:
        try:
            archive = open_archive(open_target(target))
            manifest = choose_backup(archive, name)
            if write_keys:
                self._write_keys(archive.read_json(f"{manifest.folder}/{KEYS}"), write_keys)
                return
            journal = restore_backup(archive, manifest)
        except (BackupError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"The target or private storage does not work: {error}") from None
        except ModuleNotFoundError:
            raise CommandError("Backups on S3 need requirements-s3.txt.") from None
        self.stdout.write(f"{manifest.name}: {manifest.rows} rows and {manifest.file_count} files are restored.")
        if journal:
            self._show_journal(journal)
        else:
            self.stdout.write("The journal is lost. Find out who refused or was erased since: see docs/runbooks.md.")
        self.stdout.write(
            "Background work waits. Go on with docs/runbooks.md, then run manage.py resume_after_restore."
        )

    def _show_journal(self, journal: AppliedJournal) -> None:
        self.stdout.write(f"Journal of {journal.written_at:%Y-%m-%d %H:%M} UTC, carried out: {journal.counts}")
        for problem in journal.problems:
            self.stdout.write(f"- {problem}")

    def _write_keys(self, keys: dict[str, list[str]], path: Path) -> None:
        write_keys(keys, path)
        self.stdout.write(f"{path} holds the keys of the backup. Delete it when they are in the settings.")
