"""Requests are read as UTF-8 and up to a size, or not at all."""

import codecs
from collections.abc import Callable
from typing import Any

from django.core.signals import request_started
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import parse_header_parameters

MAX_UPLOAD = 12 * 1024 * 1024
"""Bytes. More than a form with any file that is taken here."""

UNREADABLE = "malformed, or not in UTF-8"
"""In place of such a content type. No parser takes it, so that it is refused as one that is not known."""


@receiver(request_started)
def set_unreadable_content_types_aside(environ: dict[str, Any] | None = None, **kwargs: Any) -> None:
    """Before Django reads the header: what it says of a charset can break whatever is read with it."""
    if environ and not _is_readable(environ.get("CONTENT_TYPE", "")):
        environ["CONTENT_TYPE"] = UNREADABLE


def _is_readable(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
        return codecs.lookup(parameters.get("charset", "utf-8")).name == "utf-8"
    except (LookupError, ValueError):
        return False


def bounded_bodies(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware. Refuses unread what is too large; the API does it in words of its own.

    Django bounds no files. Looking for the CSRF token beside them, it has them on disk before it knows who sends them.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not request.path.startswith("/api/") and length.isdecimal() and int(length) > MAX_UPLOAD:
            said = f"This is larger than the {MAX_UPLOAD // 1024 // 1024} MB that are taken here. Send a smaller file."
            return HttpResponse(said, content_type="text/plain", status=413)
        return get_response(request)

    return answer
