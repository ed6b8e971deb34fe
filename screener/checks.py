"""What `manage.py check` says of the settings before somebody is called with them."""

import re
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from screener.costs.model_prices import PRICE_FORMAT, InvalidPrice, configured_prices, price_of
from screener.services import model_retirement
from screener.services.speech_synthesis.selection import configured_synthesizer

REQUIRED_SETTINGS = {
    "TWILIO_ACCOUNT_SID": "the SID of your Twilio account (Twilio console, Account Info)",
    "TWILIO_AUTH_TOKEN": "the auth token of your Twilio account; webhooks are verified with it",
    "TWILIO_PHONE_NUMBER": "the Twilio number that candidates see, as +14155550100",
}

MIN_KEY_LENGTH = 20
"""Characters. Keys that the program makes have twice as many."""

HOST_PATTERN = re.compile(r"\*|\.?[a-z0-9][a-z0-9._-]*|\[[0-9a-f:.]+\]", re.IGNORECASE)
ORIGIN_PATTERN = re.compile(r"https?://[^/\s]+", re.IGNORECASE)


@register("screener")
def check_database(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.DATABASE_URL or settings.EMBEDDED_DATABASE:
        return []
    return [
        Error(
            "DATABASE_URL is not set, so there is nowhere to keep interviews.",
            hint="Set it to a PostgreSQL server (postgres://user:password@host/name), or set EMBEDDED_DATABASE=1 "
            "to keep them in this folder.",
            id="screener.E004",
        )
    ]


@register("screener")
def check_offline_interviewer(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The offline rules never judge real callers because somebody forgot a key."""
    simulated = settings.DEBUG or settings.TESTING
    if simulated or settings.OPENAI_API_KEY or settings.OFFLINE_INTERVIEWER:
        return []
    return [
        Error(
            "OPENAI_API_KEY is not set, so answers would be judged by the offline rules.",
            hint="Set OPENAI_API_KEY, or set OFFLINE_INTERVIEWER=1 if the offline rules are meant.",
            id="screener.E001",
        )
    ]


@register("screener")
def check_hosts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    hosts = [
        Error(
            f"ALLOWED_HOSTS has {host!r}, which is no host's name, so that no request for it is answered.",
            hint="Write names alone, without https:// and port, separated by commas: screener.example.com.",
            id="screener.E007",
        )
        for host in settings.ALLOWED_HOSTS
        if not HOST_PATTERN.fullmatch(host)
    ]
    origins = [
        Error(
            f"CSRF_TRUSTED_ORIGINS has {origin!r}, which is no origin, so that no form sent from it is taken.",
            hint="Write https:// and the host, without a path, separated by commas: https://screener.example.com.",
            id="screener.E007",
        )
        for origin in settings.CSRF_TRUSTED_ORIGINS
        if not ORIGIN_PATTERN.fullmatch(origin)
    ]
    return [*hosts, *origins]


@register("screener")
def check_trusted_proxies(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.TRUSTED_PROXIES.isdecimal():
        return []
    return [
        Error(
            f"TRUSTED_PROXIES is {settings.TRUSTED_PROXIES!r}, which is not a number of proxies.",
            hint="Set it to the number of your proxies that append to X-Forwarded-For, or to 0 if there are none.",
            id="screener.E010",
        )
    ]


@register("screener", deploy=True)
def check_proxy_is_trusted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.SECURE_PROXY_SSL_HEADER or settings.TRUSTED_PROXIES != "0":
        return []
    return [
        Warning(
            "BEHIND_PROXY is set and TRUSTED_PROXIES is 0, so all visitors seem to have the address of the proxy, and "
            "wrong passwords of one of them lock out the others.",
            hint="Set TRUSTED_PROXIES to the number of your proxies that append to X-Forwarded-For.",
            id="screener.W007",
        )
    ]


@register("screener")
def check_model_prices(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        configured_prices()
    except InvalidPrice as error:
        return [Error(str(error), hint=PRICE_FORMAT, id="screener.E005")]
    return []


@register("screener")
def check_monthly_budget(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if isfinite(settings.MONTHLY_BUDGET) and settings.MONTHLY_BUDGET >= 0:
        return []
    return [
        Error(
            f"MONTHLY_BUDGET is {settings.MONTHLY_BUDGET:g}, which is no amount of money.",
            hint="Set it to the US dollars that models may cost in a month, or to 0 for no limit.",
            id="screener.E006",
        )
    ]


@register("screener")
def check_unpriced_models(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What a model of unknown price costs is in no sum, so that no budget holds it back."""
    if not settings.MONTHLY_BUDGET:
        return []
    try:
        unpriced = [one for one in model_retirement.billed_accounts() if price_of(one.model) is None]
    except InvalidPrice:
        return []  # said above
    return [
        Warning(
            f"{one.setting_prefix}_MODEL is {one.model}, which has no price, so MONTHLY_BUDGET does not limit it.",
            hint=f"Say what it costs in MODEL_PRICES. {PRICE_FORMAT}",
            id="screener.W005",
        )
        for one in unpriced
    ]


def raise_on_failed_checks() -> None:
    """For the doors that no management command guards: stop with the reasons, rather than serve wrongly."""
    errors = [found for found in run_checks(tags=["screener"]) if found.level >= ERROR]
    if errors:
        raise ImproperlyConfigured(" ".join(f"{error.msg} {error.hint}" for error in errors))


@register("screener", deploy=True)
def check_required_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = [
        Error(f"{name} is not set.", hint=f"Set it to {meaning}.", id="screener.E002")
        for name, meaning in REQUIRED_SETTINGS.items()
        if not getattr(settings, name)
    ]
    address = urlsplit(settings.WEBHOOK_BASE_URL)
    real = settings.TWILIO_API_URL == "https://api.twilio.com"
    if real and (address.scheme != "https" or address.hostname in ("127.0.0.1", "localhost")):
        found.append(
            Error(
                f"WEBHOOK_BASE_URL is {settings.WEBHOOK_BASE_URL}, which Twilio can't reach.",
                hint="Set it to the public https address of this site.",
                id="screener.E003",
            )
        )
    if settings.API_KEY and len(settings.API_KEY) < MIN_KEY_LENGTH:
        found.append(
            Warning(
                f"API_KEY has {len(settings.API_KEY)} characters, so that it can be guessed.",
                hint="Make a long one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
                id="screener.W006",
            )
        )
    if not settings.WHITELISTED_NUMBERS:
        found.append(
            Warning(
                "WHITELISTED_NUMBERS is not set, so nobody will be called.",
                hint="List numbers separated by commas, or set it to * to allow every number.",
                id="screener.W001",
            )
        )
    if settings.VOICE_MODEL and not configured_synthesizer():
        found.append(
            Warning(
                "VOICE_MODEL is set and VOICE_API_KEY is not, so the carrier's own voice says everything.",
                hint="Set VOICE_API_KEY to your key for the server at VOICE_BASE_URL, or to any word if it wants none.",
                id="screener.W004",
            )
        )
    return found


@register("screener", deploy=True)
def check_model_retirement(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Asks each server that is configured for its list of models. A server that does not answer costs a few seconds."""
    found: list[CheckMessage] = []
    for accounts in model_retirement.accounts_by_server():
        try:
            notices = model_retirement.retirement_notices(accounts, timezone.now().date())
        except model_retirement.RetirementUnknown as error:
            found.append(Warning(str(error), hint="Run this check again when it answers.", id="screener.W003"))
        else:
            found += [Warning(one.message, hint=_replacement_hint(one.setting), id="screener.W002") for one in notices]
    return found


def _replacement_hint(setting: str) -> str:
    return (
        f"Set {setting} to a model that stays: https://developers.openai.com/api/docs/deprecations names what replaces "
        "OpenAI's."
    )
