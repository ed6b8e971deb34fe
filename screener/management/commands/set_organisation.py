"""Enter or change the employer in whose name candidates are called. For automated deployments."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from screener.models import Organisation
from screener.phone_format import InvalidPhoneNumber, to_e164


class Command(BaseCommand):
    help = "Enter or change the employer that calls name. Running it again with the same values changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the employer's name as it is written")
        parser.add_argument("--spoken-name", metavar="NAME", help="the name as the assistant says it; else NAME")
        parser.add_argument("--callback-number", required=True, metavar="NUMBER", help="where a person answers")
        parser.add_argument("--privacy-notice", required=True, metavar="URL", help="https address of the notice")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.current() or Organisation()
        organisation.name = options["name"].strip()
        organisation.spoken_name = options["spoken_name"] or organisation.name
        organisation.privacy_notice_url = options["privacy_notice"]
        try:
            organisation.callback_number = to_e164(options["callback_number"])
            organisation.full_clean(validate_unique=False)
        except (InvalidPhoneNumber, ValidationError) as error:
            raise CommandError(_message(error)) from None
        organisation.save()
        self.stdout.write(f"Calls are placed in the name of {organisation.spoken_name}.")


def _message(error: InvalidPhoneNumber | ValidationError) -> str:
    if isinstance(error, InvalidPhoneNumber):
        return f"--callback-number: {error}"
    options = {"spoken_name": "--spoken-name", "privacy_notice_url": "--privacy-notice", "name": "NAME"}
    fields = error.message_dict.items()
    return " ".join(f"{options.get(name, '--callback-number')}: {' '.join(texts)}" for name, texts in fields)
