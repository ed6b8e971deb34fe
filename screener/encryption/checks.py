"""Whether the master keys can be used, and whether they are those that the stored data needs."""

from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils.translation import gettext

from screener.encryption.data_keys import MISSING_KEY_HINT
from screener.encryption.master_keys import KEY_FORMAT, configured_master_keys
from screener.models.data_key import DataKey, MasterKeyRecord


def missing_master_keys() -> str:
    """Why stored data cannot be decrypted, and what to do; empty if it can. Raises DatabaseError."""
    problem = _missing_keys_problem()
    return f"{problem} {gettext(MISSING_KEY_HINT)}" if problem else ""


def _missing_keys_problem() -> str:
    fingerprints = [master_key.fingerprint for master_key in configured_master_keys()]
    missing = MasterKeyRecord.objects.not_configured(fingerprints).order_by("created_at")
    names = [f"{record.fingerprint[:12]} ({record.created_at:%Y-%m-%d})" for record in missing]
    if not names:
        return ""
    problem = gettext(
        "Files and texts cannot be decrypted: the master key %(names)s is not configured. They are kept as they are, "
        "and work on them waits."
    )
    return problem % {"names": ", ".join(names)}


@register("screener")
def check_master_keys_are_valid(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        configured_master_keys()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint=KEY_FORMAT, id="screener.E018")]
    return []


@register("encryption")
def check_stored_data_is_readable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Not a check of the settings alone, which run before there is a database."""
    try:
        problem = _missing_keys_problem()
        is_switched_on = DataKey.objects.filter(owner=DataKey.SHARED).exists()
        has_key = bool(configured_master_keys())
    except (DatabaseError, ImproperlyConfigured):  # there is no database, it is not migrated yet, or see above
        return []
    if problem:
        return [Error(problem, hint=MISSING_KEY_HINT, id="screener.E019")]
    if has_key and not is_switched_on:
        message = "A master key is configured, but encryption is not switched on: files and texts are stored in clear."
        hint = "Restart all processes with the key, then run manage.py migrate, which switches encryption on."
        return [Warning(message, hint=hint, id="screener.W014")]
    return []


@register("screener", deploy=True)
def check_data_is_encrypted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        if configured_master_keys():
            return []
    except ImproperlyConfigured:  # reported above
        return []
    return [
        Warning(
            "No master key is configured, so that recordings, resumes and transcripts are stored in clear.",
            hint=f"Set ENCRYPTION_KEY or ENCRYPTION_KEY_FILE: see docs/encryption.md. {KEY_FORMAT}",
            id="screener.W015",
        )
    ]
