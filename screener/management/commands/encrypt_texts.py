"""`manage.py encrypt_texts`: encrypt the texts in the database that earlier versions stored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from screener.encryption.data_keys import shared_key
from screener.encryption.existing_texts import encrypt_existing_texts, encrypted_fields


class Command(BaseCommand):
    help = (
        "Encrypt transcripts, resume texts and words of candidates that earlier versions stored in clear. They can be "
        "read meanwhile. Start it again after an interruption: it skips what is done. See docs/encryption.md."
    )

    def handle(self, **options: Any) -> None:
        if shared_key() is None:
            raise CommandError("Encryption is not switched on. Set ENCRYPTION_KEY, and run manage.py migrate.")
        for field in encrypted_fields():
            self.stdout.write(f"{field}: {sum(encrypt_existing_texts(field))} encrypted")
