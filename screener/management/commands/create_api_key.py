"""Make an API key. It is shown here and never again: only its hash is kept."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from screener.models import ApiKey
from screener.models.keys.api_key import DEFAULT_LIFETIME, networks_from, validate_scope
from screener.models.keys.scopes import Preset

LONGEST_NAME = 50


class Command(BaseCommand):
    help = "Make an API key and print it, alone on the last line. It can't be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="who it is for; histories name it")
        parser.add_argument(
            "--scopes", metavar="SCOPES", help="what it may do, such as jobs:read,interviews:write; else all"
        )
        parser.add_argument("--read-only", action="store_true", help="it may read, but change nothing")
        parser.add_argument("--networks", default="", help="requests must come from these, such as 192.0.2.0/24")
        lifetime = parser.add_mutually_exclusive_group()
        lifetime.add_argument(
            "--expires-in-days", type=int, metavar="N", help=f"else after {DEFAULT_LIFETIME.days} days"
        )
        lifetime.add_argument("--never-expires", action="store_true", help="it works until it is revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        name, days = options["name"].strip(), options["expires_in_days"]
        if not 1 <= len(name) <= LONGEST_NAME:
            raise CommandError(f"NAME must have 1 to {LONGEST_NAME} characters; this one has {len(name)}.")
        if days is not None and not 1 <= days <= 3650:
            raise CommandError(f"--expires-in-days must be 1 to 3650, not {days}.")
        try:
            networks, scopes = networks_from(options["networks"]), chosen_scopes(options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        lifetime = DEFAULT_LIFETIME if days is None else timedelta(days=days)
        expires = None if options["never_expires"] else timezone.now() + lifetime
        _, key = ApiKey.objects.create_key(name=name, scopes=scopes, networks=networks, expiry_date=expires)
        until = f"until {expires:%Y-%m-%d}" if expires else "until it is revoked"
        self.stdout.write(f"Key for {name}, {until}, with the scopes {', '.join(scopes)}. Send it as X-API-Key:")
        self.stdout.write(key)


def chosen_scopes(options: dict[str, Any]) -> list[str]:
    """The scopes of the key. Raises ValidationError."""
    if options["read_only"]:
        return list(Preset.READ.scopes)
    if options["scopes"] is None:
        return list(Preset.EVERYTHING.scopes)
    scopes = [scope.strip() for scope in options["scopes"].split(",")]
    for scope in scopes:
        validate_scope(scope)
    return scopes
