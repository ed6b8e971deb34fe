"""`manage.py stop_calls`: let no machine place a call until `manage.py resume_calls`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from interviews.models import DialRate


class Command(BaseCommand):
    help = (
        "Stop all calls at once: no machine places one until manage.py resume_calls. Calls that run go on. Interviews "
        "wait and lose nothing. See docs/runbooks.md."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", required=True, metavar="NAME", help="who stops them; HR sees it")
        parser.add_argument("--reason", required=True, help="why; HR sees it")

    def handle(self, by: str, reason: str, **options: Any) -> None:
        DialRate.stop_calls(f"{by}: {reason}")
        self.stdout.write("No calls are placed until manage.py resume_calls.")
