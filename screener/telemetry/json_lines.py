"""Log lines as JSON objects with the ids of their request or job, where LOG_FORMAT is json."""

from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, ExcInfo, Processor

from screener.web.log_formatter import RedactingFormatter
from screener.web.secret_paths import mask_tokens

_redacting = RedactingFormatter()


def _format_exception(exc_info: ExcInfo) -> str:
    """The traceback as plain text, without variables: they hold transcripts."""
    return _redacting.formatException(exc_info)


def _keep_values(logger: Any, method: str, event: EventDict) -> EventDict:
    """Drop unknown ids, and mask tokens. A mask on the finished line could end inside of a string."""
    return {
        name: mask_tokens(value) if isinstance(value, str) else value
        for name, value in event.items()
        if value is not None
    }


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


class JsonFormatter(ProcessorFormatter):
    """Formats the lines of all loggers, also of those that know nothing of structlog."""

    def __init__(self) -> None:
        processors: list[Processor] = [
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(_format_exception),
            _keep_values,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
        super().__init__(processors=processors, foreign_pre_chain=SHARED)


def configure_structlog() -> None:
    """Hand the lines of django-structlog to logging, which formats them like all others."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
