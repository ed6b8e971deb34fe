"""Whether the do-not-call list can be read, and whether its key is its own."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.utils.translation import gettext, gettext_noop

from candidates.models import DoNotCallKey

MISSING_KEY_HINT = gettext_noop(
    "Set DO_NOT_CALL_KEY, or DO_NOT_CALL_KEY_FALLBACKS, to the key that was in use before. Without a key of its own, "
    "the list used SECRET_KEY. If it is lost: manage.py rekey_do_not_call --help."
)


def missing_keys() -> str:
    """Why the list cannot be read; empty if it can."""
    key_dates = [f"{key.created_at:%Y-%m-%d}" for key in DoNotCallKey.objects.not_configured().order_by("created_at")]
    if not key_dates:
        return ""
    problem = gettext(
        "Entries of the do-not-call list cannot be read: the key in use since %(dates)s is not configured. No one is "
        "called."
    )
    return f"{problem % {'dates': ', '.join(key_dates)}} {gettext(MISSING_KEY_HINT)}"


@register("do_not_call")
def check_list_is_readable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Not a check of the settings alone, which run before there is a database."""
    try:
        problem = missing_keys()
    except (DatabaseError, ImproperlyConfigured):  # there is no database, or it is not migrated yet
        return []
    return [Warning(problem, hint=MISSING_KEY_HINT, id="screener.W016")] if problem else []


@register("screener", deploy=True)
def check_list_has_own_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.DO_NOT_CALL_KEY != settings.SECRET_KEY:
        return []
    return [
        Warning(
            "DO_NOT_CALL_KEY is not set, so the do-not-call list depends on SECRET_KEY. After a change of SECRET_KEY "
            "no one is called.",
            hint="Set DO_NOT_CALL_KEY to the present value of SECRET_KEY. SECRET_KEY can be changed from then on.",
            id="screener.W017",
        )
    ]
