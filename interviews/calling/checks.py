"""What `manage.py check` says of whom the settings let be called, and when."""

from collections.abc import Iterator
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from candidates.phone_format import InvalidPhoneNumber, to_e164
from interviews.calling.hours import CallingHours


@register("screener")
def whitelist_has_numbers(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A number that was mistyped would allow nobody, and nobody would know why."""
    return [
        Error(
            f"WHITELISTED_NUMBERS has an entry that allows nobody: {wrong}",
            hint="List numbers with their country codes, separated by commas, or set it to * to allow every number.",
            id="screener.E008",
        )
        for wrong in _wrong_numbers()
    ]


def _wrong_numbers() -> Iterator[str]:
    for entry in settings.WHITELISTED_NUMBERS:
        try:
            entry == "*" or to_e164(entry)
        except InvalidPhoneNumber as error:
            yield str(error)


@register("screener")
def countries_are_known(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"ALLOWED_COUNTRIES has {code!r}, which is no country's code, so that numbers there are not called.",
            hint="Write the two letters of ISO 3166, separated by commas: US,CA,GB.",
            id="screener.E009",
        )
        for code in settings.ALLOWED_COUNTRIES
        if code not in phonenumbers.SUPPORTED_REGIONS
    ]


@register("screener")
def calling_hours_can_be_read(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        CallingHours.parse(settings.CALLING_HOURS)
    except ValueError as error:
        return [Error(f"CALLING_HOURS: {error}", hint="00:00-24:00 is always.", id="screener.E010")]
    return []
