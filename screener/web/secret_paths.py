"""Paths that hold a secret: each such token opens a page without a login. Neither logs nor other sites learn it."""

import re

from django.http import HttpResponseBase

_TOKEN = re.compile(r"(/+(?:shared|i|notices/+unsubscribe)/+)[^/\s]+")
NO_TRACE_HEADERS = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def mask_tokens(text: str) -> str:
    """Leave out the tokens of share links, of invitations and of links that end mails."""
    return _TOKEN.sub(r"\1...", text)


def without_traces(response: HttpResponseBase, policy: str) -> HttpResponseBase:
    """Let a page behind a secret path be neither stored nor indexed, nor its path be sent to other sites.

    `policy`: the Content-Security-Policy of a response that has none.
    """
    for name, value in NO_TRACE_HEADERS.items():
        response[name] = value
    response.headers.setdefault("Content-Security-Policy", policy)
    return response
