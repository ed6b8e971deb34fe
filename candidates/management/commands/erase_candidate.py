"""`manage.py erase_candidate ID --reason TEXT`: erase all that identifies a candidate."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from candidates.data_rights.erasure import erase_candidate
from candidates.models import Candidate
from screener.models import InvalidTransition

ACTOR = "manage.py"


class Command(BaseCommand):
    help = (
        "Erase everything that identifies a candidate. Scores as numbers, costs and do-not-call entries stay. The "
        "worker deletes files and recordings. Running it again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("candidate", metavar="ID", type=UUID, help="the id of the candidate")
        parser.add_argument("--reason", required=True, metavar="TEXT", help="kept as proof; without the person's name")
        parser.add_argument("--by", default=ACTOR, metavar="NAME", help="who erases; kept as proof")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            candidate = Candidate.objects.get(pk=options["candidate"])
            erasure = erase_candidate(candidate, actor=options["by"], reason=options["reason"])
        except Candidate.DoesNotExist:
            raise CommandError(f"There is no candidate {options['candidate']}.") from None
        except InvalidTransition as error:
            raise CommandError(str(error)) from None
        left = erasure.items.filter(deleted_at=None).count()
        self.stdout.write(f"Candidate {candidate.pk} was erased on {erasure.created_at:%Y-%m-%d at %H:%M} UTC.")
        self.stdout.write(f"Files and recordings left for the worker to delete: {left}.")
