"""System checks of the settings for logs, traces and error reports."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

LOG_FORMATS = ("text", "json")


@register("screener")
def check_log_format(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.LOG_FORMAT in LOG_FORMATS:
        return []
    message = f"LOG_FORMAT is {settings.LOG_FORMAT!r}, which is no format of log lines."
    return [Error(message, hint=f"Set it to one of: {', '.join(LOG_FORMATS)}.", id="screener.E040")]
