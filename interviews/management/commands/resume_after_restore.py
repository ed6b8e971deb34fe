"""`manage.py resume_after_restore`: let background work go on after a restore."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from interviews.models import Interview
from screener.models import RestoredBackup

SHOWN = 20


class Command(BaseCommand):
    help = (
        "After manage.py restore: show the interviews that would be called now. With --confirm NAME, let calls, "
        "messages and other background work go on. See docs/runbooks.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--confirm", default="", metavar="NAME", help="who confirms it; is noted with the restore")

    def handle(self, confirm: str, **options: Any) -> None:
        restored = RestoredBackup.objects.unconfirmed().first()
        if restored is None:
            raise CommandError("No restore waits for a confirmation.")
        self.stdout.write(f"Restored: {restored}, with the rows of {restored.backup_time:%Y-%m-%d %H:%M} UTC.")
        self._show_due()
        if not confirm:
            self.stdout.write("Nothing was changed. Start again with --confirm NAME.")
            return
        RestoredBackup.objects.confirm(confirm)
        self.stdout.write("Background work goes on. Workers notice it within 15 seconds.")

    def _show_due(self) -> None:
        due = Interview.objects.filter(status=Interview.Status.PENDING, next_attempt_at__lte=timezone.now())
        self.stdout.write(f"{due.count()} interviews are due to be called:")
        for interview in due.order_by("next_attempt_at")[:SHOWN]:
            self.stdout.write(f"- {interview.pk}, due since {interview.next_attempt_at:%Y-%m-%d %H:%M} UTC")
