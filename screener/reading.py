"""Requests are read as UTF-8, or not at all."""

import codecs
from typing import Any

from django.core.signals import request_started
from django.dispatch import receiver
from django.utils.http import parse_header_parameters

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
