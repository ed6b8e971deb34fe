"""`manage.py read_webhooks INTERVIEW`: all webhooks of an interview, also archived ones, as lines of JSON."""

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from interviews.models import Interview
from webhooks.archiving import read_webhooks


class Command(BaseCommand):
    help = "Print all webhooks of an interview as lines of JSON, the archived ones first. They hold personal data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("interview", type=UUID, help="its id")

    def handle(self, interview: UUID, **options: Any) -> None:
        row = Interview.all_objects.filter(pk=interview).first()
        if row is None:
            raise CommandError("There is no interview with this id.")
        for record in read_webhooks(row):
            self.stdout.write(json.dumps(record))
