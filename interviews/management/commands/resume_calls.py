"""`manage.py resume_calls`: end what `manage.py stop_calls` began, or a pause after a refusal of the carrier."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from interviews.models import DialRate


class Command(BaseCommand):
    help = (
        "Let calls be placed again after manage.py stop_calls. Interviews that are due are called within ten minutes."
    )
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        if not DialRate.resume_calls():
            raise CommandError("Calls are not paused.")
        self.stdout.write("Calls are placed again.")
