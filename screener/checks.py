"""System checks of the settings, run by `manage.py check` and before a process starts."""

import re
from ipaddress import ip_network
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from screener.costs.model_prices import PRICE_FORMAT, InvalidPrice, configured_prices, price_of
from screener.judge import JudgeKind
from screener.models import Organisation
from screener.pdf.libraries import INSTALL_LIBRARIES, find_missing_libraries
from screener.services import model_retirement
from screener.services.mail import is_configured
from screener.services.mail_providers import configured_provider
from screener.services.speech_server.preflight import synthesis_problems, transcription_problems
from screener.services.speech_server.selection import LOCAL, whisper_folder
from screener.services.speech_synthesis.selection import configured_synthesizer
from screener.services.transcription.selection import CARRIER

REQUIRED_SETTINGS = {
    "TWILIO_ACCOUNT_SID": "the SID of your Twilio account (Twilio console, Account Info)",
    "TWILIO_AUTH_TOKEN": "the auth token of your Twilio account; webhooks are verified with it",
    "TWILIO_PHONE_NUMBER": "the Twilio number that candidates see, as +14155550100",
}

MIN_KEY_LENGTH = 20
"""Keys that `create_api_key` makes are twice as long."""

HOST_PATTERN = re.compile(r"\*|\.?[a-z0-9][a-z0-9._-]*|\[[0-9a-f:.]+\]", re.IGNORECASE)
ORIGIN_PATTERN = re.compile(r"https?://[^/\s]+", re.IGNORECASE)
ORIGIN_SETTINGS = {
    "CSRF_TRUSTED_ORIGINS": "Forms from it are rejected.",
    "CORS_ALLOWED_ORIGINS": "Browsers keep applications of that origin from the API.",
}


@register("screener")
def check_database(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.DATABASE_URL or settings.EMBEDDED_DATABASE:
        return []
    return [
        Error(
            "DATABASE_URL is not set, so interviews cannot be stored.",
            hint="Set it to a PostgreSQL server (postgres://user:password@host/name), or set EMBEDDED_DATABASE=1 "
            "to store them in this folder.",
            id="screener.E004",
        )
    ]


@register("organisation")
def check_organisation(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Not tagged as a check of settings: those also run in a process that must not connect before it forks."""
    try:
        with transaction.atomic():
            organisation = Organisation.current()
    except DatabaseError:  # it does not answer, or is not migrated yet
        return []
    finally:
        if not connection.in_atomic_block:
            connection.close()  # a supervisor that runs checks would keep it
    if organisation:
        return _callback_number_warnings(organisation)
    return [
        Warning(
            "The employer has no name yet, so no calls are placed.",
            hint="Enter it in the admin under Organisation, or run manage.py set_organisation.",
            id="screener.W009",
        )
    ]


def _callback_number_warnings(organisation: Organisation) -> list[CheckMessage]:
    if organisation.callback_number != settings.TWILIO_PHONE_NUMBER:
        return []
    return [
        Warning(
            "The call-back number is TWILIO_PHONE_NUMBER, at which no person answers.",
            hint="Enter another number in the admin under Organisation.",
            id="screener.W010",
        )
    ]


@register("screener")
def check_judge(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A forgotten key must not leave the answers of real candidates without a judge."""
    if settings.JUDGE not in list(JudgeKind):
        message = f"JUDGE is {settings.JUDGE!r}, which is neither model nor person."
        return [Error(message, hint="Set it to model (the default) or to person.", id="screener.E012")]
    if settings.JUDGE == JudgeKind.PERSON or settings.OPENAI_API_KEY or settings.DEBUG or settings.TESTING:
        return []
    return [
        Error(
            "OPENAI_API_KEY is not set, so no language model scores the answers.",
            hint="Set OPENAI_API_KEY, or set JUDGE=person to have every answer wait for a person's scores.",
            id="screener.E001",
        )
    ]


@register("screener")
def check_offline_interviewer(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.OFFLINE_INTERVIEWER:
        return []
    return [
        Warning(
            "OFFLINE_INTERVIEWER is set. The offline rules were removed; it now means JUDGE=person: every answer waits "
            "for a person's scores.",
            hint="Replace it by JUDGE=person, or set OPENAI_API_KEY and JUDGE=model.",
            id="screener.W008",
        )
    ]


@register("screener")
def check_hosts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    hosts = [
        Error(
            f"ALLOWED_HOSTS has {host!r}, which is not the name of a host. Requests for it are rejected.",
            hint="List names without https:// and port, separated by commas: screener.example.com.",
            id="screener.E007",
        )
        for host in settings.ALLOWED_HOSTS
        if not HOST_PATTERN.fullmatch(host)
    ]
    origins = [
        Error(
            f"{name} has {origin!r}, which is not an origin. {effect}",
            hint="List https:// and the host without a path, separated by commas: https://screener.example.com.",
            id="screener.E007",
        )
        for name, effect in ORIGIN_SETTINGS.items()
        for origin in getattr(settings, name)
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
            id="screener.E011",
        )
    ]


@register("screener", deploy=True)
def check_proxy_is_trusted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.SECURE_PROXY_SSL_HEADER or settings.TRUSTED_PROXIES != "0":
        return []
    return [
        Warning(
            "BEHIND_PROXY is set and TRUSTED_PROXIES is 0, so all visitors seem to have the address of the proxy. "
            "Wrong passwords of one visitor lock out the others.",
            hint="Set TRUSTED_PROXIES to the number of your proxies that append to X-Forwarded-For.",
            id="screener.W007",
        )
    ]


@register("screener")
def check_private_networks(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    invalid = [network for network in settings.WEBHOOK_PRIVATE_NETWORKS if not _is_network(network)]
    return [
        Error(
            f"WEBHOOK_PRIVATE_NETWORKS: {network!r} is not a network.",
            hint="Write addresses or networks between commas, such as 10.1.2.0/24.",
            id="screener.E017",
        )
        for network in invalid
    ]


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


@register("screener")
def check_pdf_libraries(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    missing = find_missing_libraries()
    if not missing:
        return []
    message = f"Reports can't be downloaded as PDF: {', '.join(missing)} is not installed."
    return [Warning(message, hint=INSTALL_LIBRARIES, id="screener.W011")]


@register("screener")
def check_speech_engine(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    values = {"SPEECH_ENGINE": ("", LOCAL), "PHONE_SPEECH_ENGINE": ("", CARRIER), "VOICE_ENGINE": ("", LOCAL)}
    unknown: list[CheckMessage] = [
        Error(
            f"{name} is {getattr(settings, name)!r}, which is not an engine.",
            hint=f"Set it to {allowed[-1]}, or leave it out.",
            id="screener.E014",
        )
        for name, allowed in values.items()
        if getattr(settings, name) not in allowed
    ]
    problems: list[tuple[str, str]] = []
    if settings.SPEECH_ENGINE == LOCAL:
        problems += transcription_problems(whisper_folder())
    if settings.VOICE_ENGINE == LOCAL:
        problems += synthesis_problems(settings.VOICE_MODEL, settings.VOICE_NAME)
    return unknown + [Error(message, hint=hint, id="screener.E015") for message, hint in problems]


@register("screener")
def check_model_prices(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        configured_prices()
    except InvalidPrice as error:
        return [Error(str(error), hint=PRICE_FORMAT, id="screener.E005")]
    return []


@register("screener")
def check_model_limits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is {getattr(settings, name)}, so no reply of a model can be used.",
            hint="Set it to a number above 0, or leave it out for the default.",
            id="screener.E013",
        )
        for name in ("OPENAI_MAX_TOKENS", "OPENAI_TIMEOUT")
        if getattr(settings, name) <= 0
    ]


@register("screener")
def check_monthly_budget(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if isfinite(settings.MONTHLY_BUDGET) and settings.MONTHLY_BUDGET >= 0:
        return []
    return [
        Error(
            f"MONTHLY_BUDGET is {settings.MONTHLY_BUDGET:g}, which is not an amount of money.",
            hint="Set it to the US dollars that models may cost in a month, or to 0 for no limit.",
            id="screener.E006",
        )
    ]


@register("screener")
def check_unpriced_models(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The costs of a model without a price are unknown, so no budget limits them."""
    if not settings.MONTHLY_BUDGET:
        return []
    try:
        accounts = [account for account in model_retirement.billed_accounts() if price_of(account.model) is None]
    except InvalidPrice:
        return []  # reported by check_model_prices
    return [
        Warning(
            f"{account.setting_prefix}_MODEL is {account.model}, which has no price. MONTHLY_BUDGET does not limit it.",
            hint=f"Add its price to MODEL_PRICES. {PRICE_FORMAT}",
            id="screener.W005",
        )
        for account in accounts
    ]


def raise_on_failed_checks() -> None:
    """Raise ImproperlyConfigured if a check fails. For processes that no management command starts."""
    errors = [message for message in run_checks(tags=["screener"]) if message.level >= ERROR]
    if errors:
        raise ImproperlyConfigured(" ".join(f"{error.msg} {error.hint}" for error in errors))


@register("screener", deploy=True)
def check_required_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    missing: list[CheckMessage] = [
        Error(f"{name} is not set.", hint=f"Set it to {meaning}.", id="screener.E002")
        for name, meaning in REQUIRED_SETTINGS.items()
        if not getattr(settings, name)
    ]
    problems = [_webhook_url_error(), _api_key_warning(), _whitelist_warning(), _voice_key_warning(), _mail_warning()]
    problems.append(_delivery_events_warning())
    return missing + [problem for problem in problems if problem]


def _webhook_url_error() -> CheckMessage | None:
    url = urlsplit(settings.WEBHOOK_BASE_URL)
    is_real_twilio = settings.TWILIO_API_URL == "https://api.twilio.com"
    if not is_real_twilio or (url.scheme == "https" and url.hostname not in ("127.0.0.1", "localhost")):
        return None
    return Error(
        f"WEBHOOK_BASE_URL is {settings.WEBHOOK_BASE_URL}, which Twilio cannot reach.",
        hint="Set it to the public https address of this site.",
        id="screener.E003",
    )


def _api_key_warning() -> CheckMessage | None:
    if not settings.API_KEY or len(settings.API_KEY) >= MIN_KEY_LENGTH:
        return None
    return Warning(
        f"API_KEY has only {len(settings.API_KEY)} characters and can be guessed.",
        hint="Create a longer key: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        id="screener.W006",
    )


def _whitelist_warning() -> CheckMessage | None:
    if settings.WHITELISTED_NUMBERS:
        return None
    return Warning(
        "WHITELISTED_NUMBERS is not set, so no calls are placed.",
        hint="List numbers separated by commas, or set it to * to allow every number.",
        id="screener.W001",
    )


def _voice_key_warning() -> CheckMessage | None:
    if not settings.VOICE_MODEL or configured_synthesizer():
        return None
    return Warning(
        "VOICE_MODEL is set and VOICE_API_KEY is not, so the carrier's voice reads all prompts.",
        hint="Set VOICE_API_KEY to your key for the server at VOICE_BASE_URL, or to any word if it needs no key.",
        id="screener.W004",
    )


def _mail_warning() -> CheckMessage | None:
    if is_configured():
        return None
    return Warning(
        "EMAIL_URL is not set, so users get no mails with notices.",
        hint="Set it to your mail server: smtp+tls://user:password@host:587.",
        id="screener.W012",
    )


def _delivery_events_warning() -> CheckMessage | None:
    provider = configured_provider()
    if provider is None or settings.EMAIL_WEBHOOK_SECRET:
        return None
    return Warning(
        "EMAIL_WEBHOOK_SECRET is not set, so mails that bounce and complaints stay unknown.",
        hint=f"Set it, and send the delivery events of {provider.name} to Screener: see docs/mail.md.",
        id="screener.W013",
    )


@register("screener", deploy=True)
def check_model_retirement(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Ask each configured server for its models. A server that does not answer costs a few seconds."""
    warnings: list[CheckMessage] = []
    for accounts in model_retirement.accounts_by_server():
        try:
            notices = model_retirement.retirement_notices(accounts, timezone.now().date())
        except model_retirement.RetirementUnknown as error:
            warnings.append(Warning(str(error), hint="Run this check again later.", id="screener.W003"))
        else:
            warnings += [Warning(notice.message, hint=_hint(notice.setting), id="screener.W002") for notice in notices]
    return warnings


def _hint(setting: str) -> str:
    return (
        f"Set {setting} to a model that stays available. The replacements of OpenAI's models are listed at "
        "https://developers.openai.com/api/docs/deprecations."
    )
