"""LOGGING for the chosen format. Lines hold ids only: no names, phone numbers, transcripts or secrets."""

import logging
from typing import Any

FORMATTERS: dict[str, dict[str, Any]] = {
    "text": {
        "()": "screener.web.log_formatter.RedactingFormatter",
        "fmt": "{asctime} {levelname} {name}: {message}",
        "style": "{",
    },
    "json": {"()": "screener.telemetry.json_lines.JsonFormatter"},
}

# Lines of requests end with status and ids. Their start, the browser and the address are no news.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

_SAID_BY_REQUEST_LINES: dict[str, dict[str, Any]] = {
    "django.request": {"level": "CRITICAL"},
    "gunicorn.access": {"handlers": [], "propagate": False},
    "gunicorn.error": {"handlers": ["console"], "propagate": False},  # replaces gunicorn's own handler
}


def logging_config(log_format: str, level: str) -> dict[str, Any]:
    is_json = log_format == "json"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": FORMATTERS["json" if is_json else "text"]},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": []},  # Django's own handler would log everything twice in DEBUG
            "axes": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "twilio": {"level": "WARNING"},
            "httpx2": {"level": "WARNING"},
            **(_SAID_BY_REQUEST_LINES if is_json else {"django_structlog": {"level": "CRITICAL"}}),
        },
    }
