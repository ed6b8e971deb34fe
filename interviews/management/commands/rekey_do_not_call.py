"""`manage.py rekey_do_not_call`: hash the entries of the do-not-call list with the present DO_NOT_CALL_KEY."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from interviews.calling.person.rekeying import rekey_entries


class Command(BaseCommand):
    help = (
        "Hash the entries of the do-not-call list with the present DO_NOT_CALL_KEY, as far as their numbers are known. "
        "A former key that no entry needs any more is forgotten, and can leave DO_NOT_CALL_KEY_FALLBACKS."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--give-up",
            action="store_true",
            help="After the loss of a key: lift the entries whose numbers nobody knows any more. THESE NUMBERS CAN BE "
            "CALLED AGAIN. Only for a key that cannot be found.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = rekey_entries(give_up=options["give_up"])
        self.stdout.write(f"Hashed with the present key: {report.rekeyed}. Lifted as lost: {report.given_up}.")
        self.stdout.write(f"Still under a former key: {report.kept}. Keys forgotten: {report.forgotten_keys}.")
