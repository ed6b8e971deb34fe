"""Middleware that binds the ids of a request and, where LOG_FORMAT is json, logs its end."""

from urllib.parse import quote

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import clear_contextvars

from screener.web.secret_paths import mask_tokens


class RequestLines(RequestMiddleware):
    """As its base, but without what identifies a person: query strings hold names that staff search for.

    The base logs through the logger `django_structlog`, which is silent where LOG_FORMAT is text.
    """

    def prepare(self, request: HttpRequest) -> None:
        clear_contextvars()  # what a middleware before this one failed with has left
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {mask_tokens(quote(request.path, safe='/:@'))}"
