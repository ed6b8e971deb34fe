"""Make an API key. It is shown here and never again: only its hash is kept."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from screener.models import ApiKey

LONGEST_NAME = 50


class Command(BaseCommand):
    help = "Make an API key and print it, alone on the last line. It can't be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="who it is for; histories name it")
        parser.add_argument("--read-only", action="store_true", help="it may read, but change nothing")
        parser.add_argument("--expires-in-days", type=int, metavar="N", help="it stops working then; else never")

    def handle(self, *args: Any, **options: Any) -> None:
        name, days = options["name"].strip(), options["expires_in_days"]
        if not 1 <= len(name) <= LONGEST_NAME:
            raise CommandError(f"NAME must have 1 to {LONGEST_NAME} characters; this one has {len(name)}.")
        if days is not None and not 1 <= days <= 3650:
            raise CommandError(f"--expires-in-days must be 1 to 3650, not {days}.")
        scope = ApiKey.Scope.READ if options["read_only"] else ApiKey.Scope.WRITE
        expires = timezone.now() + timedelta(days=days) if days else None
        _, key = ApiKey.objects.create_key(name=name, scope=scope, expiry_date=expires)
        until = f"until {expires:%Y-%m-%d}" if expires else "until it is revoked"
        self.stdout.write(f"Key for {name}, {scope.label.lower()}, {until}. Send it as X-API-Key:")
        self.stdout.write(key)
