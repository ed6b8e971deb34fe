"""System checks of the settings for logs, traces and error reports."""

from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

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


def missing_package(package: str) -> bool:
    """Whether an optional package is not installed."""
    return find_spec(package) is None


@register("screener")
def check_traces(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    endpoint, share = settings.OTEL_EXPORTER_OTLP_ENDPOINT, settings.OTEL_TRACES_SAMPLER_ARG
    if endpoint and (urlsplit(endpoint).scheme not in ("http", "https") or not urlsplit(endpoint).netloc):
        message = f"OTEL_EXPORTER_OTLP_ENDPOINT is {endpoint!r}, which is no web address."
        problems.append(Error(message, hint="Set it to the collector: http://collector:4318.", id="screener.E042"))
    if endpoint and missing_package("opentelemetry"):
        message = "OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed."
        problems.append(Error(message, hint="pip install -r requirements-otel.txt", id="screener.E042"))
    if not 0 <= share <= 1:
        message = f"OTEL_TRACES_SAMPLER_ARG is {share:g}, which is no share."
        problems.append(Error(message, hint="Set it to a number from 0 to 1.", id="screener.E043"))
    return problems
