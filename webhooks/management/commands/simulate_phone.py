"""manage.py simulate_phone: the simulated phone network, which needs no database."""

from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webhooks.simulator.server import add_arguments, run


class Command(BaseCommand):
    help = "Run a phone network in a box that speaks Twilio's protocol."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        run(Namespace(**options))
