"""Limits for requests: bodies in UTF-8 and below a maximum size."""

import codecs
from collections.abc import Callable
from typing import Any

from django.core.signals import request_started
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import parse_header_parameters

MAX_UPLOAD_BYTES = 22 * 1024 * 1024
"""More than a form with the largest file that the application accepts."""

UNREADABLE_CONTENT_TYPE = "malformed, or not in UTF-8"
"""Replaces a Content-Type that cannot be read. No parser accepts it, so the request is rejected."""


@receiver(request_started)
def replace_unreadable_content_type(environ: dict[str, Any] | None = None, **kwargs: Any) -> None:
    """Replace the header before Django parses it: an unknown charset would fail wherever the body is decoded."""
    if environ and not _is_readable(environ.get("CONTENT_TYPE", "")):
        environ["CONTENT_TYPE"] = UNREADABLE_CONTENT_TYPE


def _is_readable(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
        return codecs.lookup(parameters.get("charset", "utf-8")).name == "utf-8"
    except (LookupError, ValueError):
        return False


def limit_body_size(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that rejects large bodies before they are read. The API's parsers have limits of their own.

    Django has no limit for files. When it looks for the CSRF token in a form, it writes the files of the form to disk
    before it knows who sent them.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not request.path.startswith("/api/") and length.isdecimal() and int(length) > MAX_UPLOAD_BYTES:
            message = f"The request is larger than {MAX_UPLOAD_BYTES // 1024 // 1024} MB. Send a smaller file."
            return HttpResponse(message, content_type="text/plain", status=413)
        return get_response(request)

    return middleware
