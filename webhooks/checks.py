"""Whether the settings of webhooks are usable."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register("screener")
def check_archive_age(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    months = settings.ARCHIVE_WEBHOOKS_AFTER_MONTHS
    if months >= 0:
        return []
    return [
        Error(
            f"ARCHIVE_WEBHOOKS_AFTER_MONTHS is {months}, which is not a number of months.",
            hint="Set it to a number above 0, or to 0 to archive nothing.",
            id="screener.E052",
        )
    ]
