"""System checks of calls and attempts: whitelist, countries, calling hours, idle time, wording of languages."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from interviews.calling.hours import CallingHours
from interviews.conversation import wording
from interviews.conversation.wording.completeness import find_problems
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
def check_named_countries(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.ALLOWED_COUNTRIES or "*" not in settings.WHITELISTED_NUMBERS:
        return []
    return [
        Warning(
            "WHITELISTED_NUMBERS is * and ALLOWED_COUNTRIES names no country, so no calls are placed.",
            hint="List the countries of your candidates, as US,CA,GB: otherwise clients could have costly ones called.",
            id="screener.W025",
        )
    ]


@register("screener")
def check_hours(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    hint = "Write 00:00-24:00 to allow every hour."
    return [
        Error(f"{name}: {error}", hint=hint, id="screener.E010")
        for name in ("CALLING_HOURS", "MESSAGE_HOURS")
        if (error := _hours_error(getattr(settings, name)))
    ]


def _hours_error(hours: str) -> str:
    try:
        CallingHours.parse_hours(hours)
    except ValueError as error:
        return str(error)
    return ""


@register("screener")
def check_idle_time(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    idle_minutes = settings.IDLE_ATTEMPT_AFTER / timedelta(minutes=1)
    if 1 <= idle_minutes <= 1440:
        return []
    return [
        Error(
            f"IDLE_ATTEMPT_AFTER is {idle_minutes:g}, which is not between 1 and 1440.",
            hint="An attempt without activity for so long is left: 30 by default.",
            id="screener.E014",
        )
    ]


@register("screener")
def check_wording(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report texts that a language lacks. Without this check, a candidate would hear an error in place of one."""
    return [
        Error(
            f"The wording of {tag} is incomplete: {problem}.",
            hint="Write it in interviews/conversation/wording, with the placeholders of the English text.",
            id="screener.E015",
        )
        for tag, texts in wording.LANGUAGES.items()
        if tag != "en"
        for problem in find_problems(texts, wording.LANGUAGES["en"])
    ]
