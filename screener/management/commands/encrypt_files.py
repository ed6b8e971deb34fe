"""`manage.py encrypt_files`: encrypt the private files that earlier versions stored."""

from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from screener.encryption.data_keys import shared_key
from screener.encryption.existing_files import Counts, encrypt_existing_files

SHOWN_EVERY = 1000


class Command(BaseCommand):
    help = (
        "Encrypt the private files that earlier versions stored. Files can be read meanwhile. Start it again after an "
        "interruption: it skips what is done. Afterwards set ENCRYPTED_FILES_ONLY=1. See docs/encryption.md."
    )

    def handle(self, **options: Any) -> None:
        if shared_key() is None:
            raise CommandError("Encryption is not switched on. Set ENCRYPTION_KEY, and run manage.py migrate.")
        counts = Counts()
        for number, counts in enumerate(encrypt_existing_files(storages["private"]), 1):
            if number % SHOWN_EVERY == 0:
                self._show(counts)
        self._show(counts)
        if counts.failed:
            raise CommandError(f"{counts.failed} files were not encrypted. The log says why. They are as they were.")

    def _show(self, counts: Counts) -> None:
        self.stdout.write(f"{counts.encrypted} encrypted, {counts.already_encrypted} encrypted before")
