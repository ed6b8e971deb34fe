"""System checks of the settings for calling: whitelist, countries and calling hours."""

from collections.abc import Iterator
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from interviews.calling.hours import CallingHours
from screener.phone_format import InvalidPhoneNumber, to_e164


@register("screener")
def check_whitelist(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report invalid whitelist entries. Without this check, a mistyped number would silently allow no call."""
    return [
        Error(
            f"WHITELISTED_NUMBERS has an invalid entry: {error}",
            hint="List numbers with their country codes, separated by commas, or set it to * to allow every number.",
            id="screener.E008",
        )
        for error in _invalid_entries()
    ]


def _invalid_entries() -> Iterator[str]:
    for entry in settings.WHITELISTED_NUMBERS:
        try:
            entry == "*" or to_e164(entry)
        except InvalidPhoneNumber as error:
            yield str(error)


@register("screener")
def check_countries(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"ALLOWED_COUNTRIES has an invalid country code: {country_code!r}.",
            hint="List two-letter ISO 3166 codes, separated by commas: US,CA,GB.",
            id="screener.E009",
        )
        for country_code in settings.ALLOWED_COUNTRIES
        if country_code not in phonenumbers.SUPPORTED_REGIONS
    ]


@register("screener")
def check_calling_hours(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        CallingHours.parse_hours(settings.CALLING_HOURS)
    except ValueError as error:
        return [
            Error(f"CALLING_HOURS: {error}", hint="Write 00:00-24:00 to allow calls at any hour.", id="screener.E010")
        ]
    return []
