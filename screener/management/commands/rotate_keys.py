"""`manage.py rotate_keys`: wrap all data keys with the present master key."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from screener.encryption.data_keys import MasterKeyMissing, forget_unused_master_keys, rewrap_keys, shared_key

BATCH = 500


class Command(BaseCommand):
    help = (
        "Wrap all data keys with the present master key. Files and texts stay as they are, and are served meanwhile. "
        "Start it again after an interruption. Afterwards the former key can leave the settings. "
        "See docs/encryption.md."
    )
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        try:
            if shared_key() is None:
                raise CommandError("Encryption is not switched on. Set ENCRYPTION_KEY, and run manage.py migrate.")
            rotated = 0
            while batch := rewrap_keys(BATCH):
                rotated += batch
        except (ImproperlyConfigured, MasterKeyMissing) as error:
            raise CommandError(str(error)) from None
        forget_unused_master_keys()
        self.stdout.write(f"{rotated} data keys were wrapped with the present master key, which now wraps all of them.")
