"""Whether the key of backups can be used."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from screener.encryption.master_keys import KEY_FORMAT, parse_key


@register("screener")
def check_backup_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        if settings.BACKUP_KEY:
            parse_key(settings.BACKUP_KEY)
    except ImproperlyConfigured:
        return [Error("BACKUP_KEY is not a key, so that no backup can be made.", hint=KEY_FORMAT, id="screener.E050")]
    return []
