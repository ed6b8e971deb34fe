"""Checks of `manage.py check --deploy`: connections that can be read on the way, secrets, hosts."""

from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

MIN_SECRET_LENGTH = 20
PLACEHOLDER = "CHANGE-ME"
"""Stands for each secret in the templates in `deploy/`."""
VERIFIED_SSL_MODES = ("verify-full", "verify-ca")
ADDRESSES = (
    *("TWILIO_API_URL", "OPENAI_BASE_URL", "SPEECH_BASE_URL", "VOICE_BASE_URL", "OIDC_ISSUER"),
    *("PRIVATE_FILES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
)
SECRETS = ("SECRET_KEY", "DO_NOT_CALL_KEY", "API_KEY", "METRICS_TOKEN", "EMAIL_WEBHOOK_SECRET", "TWILIO_AUTH_TOKEN")


def is_this_machine(host: str | None) -> bool:
    """Whether a connection to the host stays on this machine. A path is the folder of a Unix socket."""
    return not host or host.startswith(("/", "127.")) or host in ("localhost", "::1")


@register("screener", deploy=True)
def check_addresses_are_encrypted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    urls = {name: urlsplit(getattr(settings, name)) for name in ADDRESSES}
    return [
        Warning(
            f"{name} is an http address of another machine. What is sent to it can be read and changed on the way.",
            hint="Use its https address. Certificates are verified.",
            id="screener.W060",
        )
        for name, url in urls.items()
        if url.scheme == "http" and not is_this_machine(url.hostname)
    ]


@register("screener", deploy=True)
def check_databases_are_encrypted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Warning(
            f"The connection to the {alias} database has sslmode={mode}, which does not verify the server.",
            hint="Append ?sslmode=verify-full&sslrootcert=system to its URL, or the path of your own authority's file "
            "in place of system.",
            id="screener.W061",
        )
        for alias, database in settings.DATABASES.items()
        if not is_this_machine(database.get("HOST"))
        and (mode := database["OPTIONS"].get("sslmode", "prefer")) not in VERIFIED_SSL_MODES
    ]


@register("screener")
def check_cache_can_be_used(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if "redis" not in settings.CACHES["default"]["BACKEND"].lower() or find_spec("redis"):
        return []
    message = "CACHE_URL names a Redis or Valkey server, and the package redis is not installed."
    return [Error(message, hint="pip install -r requirements-redis.txt", id="screener.E061")]


@register("screener", deploy=True)
def check_cache_is_encrypted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    url = urlsplit(str(settings.CACHES["default"].get("LOCATION", "")))
    if url.scheme != "redis" or is_this_machine(url.hostname):
        return []
    message = "CACHE_URL is a redis:// address of another machine: it can be read and changed on the way."
    return [Warning(message, hint="Use rediss://, which verifies the server.", id="screener.W062")]


@register("screener", deploy=True)
def check_mail_is_encrypted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    is_encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    is_smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
    if not is_smtp or is_encrypted or is_this_machine(settings.EMAIL_HOST):
        return []
    message = "EMAIL_URL names a mail server without TLS: mails and the password can be read on the way."
    return [Warning(message, hint="Use smtp+tls:// or smtp+ssl://.", id="screener.W063")]


@register("screener", deploy=True)
def check_every_host_is_allowed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    message = "ALLOWED_HOSTS is *, so that links in pages and mails may lead to a host that a stranger has chosen."
    return [Warning(message, hint="List the names of the site.", id="screener.W064")]


@register("screener", deploy=True)
def check_secrets(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    values = {name: getattr(settings, name) for name in SECRETS}
    for alias, database in settings.DATABASES.items():
        values[f"The password of the {alias} database"] = str(database.get("PASSWORD", ""))
    placeholders: list[CheckMessage] = [
        Error(
            f"{name} is the placeholder of a template, which everyone knows.",
            hint="Replace it: openssl rand -hex 32.",
            id="screener.E060",
        )
        for name, value in values.items()
        if PLACEHOLDER in value
    ]
    if 0 < len(settings.METRICS_TOKEN) < MIN_SECRET_LENGTH:
        message = f"METRICS_TOKEN has only {len(settings.METRICS_TOKEN)} characters, so that /metrics is almost public."
        placeholders.append(Warning(message, hint="Replace it: openssl rand -hex 32.", id="screener.W065"))
    return placeholders
