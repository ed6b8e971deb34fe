"""System checks of the settings for logs, traces and error reports."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from screener.metrics.worker_listener import address_parts

LOG_FORMATS = ("text", "json")


@register("screener")
def check_log_format(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.LOG_FORMAT in LOG_FORMATS:
        return []
    message = f"LOG_FORMAT is {settings.LOG_FORMAT!r}, which is no format of log lines."
    return [Error(message, hint=f"Set it to one of: {', '.join(LOG_FORMATS)}.", id="screener.E040")]


@register("screener")
def check_worker_metrics(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.WORKER_METRICS_ADDRESS or address_parts(settings.WORKER_METRICS_ADDRESS):
        return []
    message = f"WORKER_METRICS_ADDRESS is {settings.WORKER_METRICS_ADDRESS!r}, which is no address with a port."
    return [
        Error(message, hint="Set it to an inner address such as 10.0.0.5:9464, or leave it empty.", id="screener.E041")
    ]
