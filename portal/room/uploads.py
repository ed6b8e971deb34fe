"""Middleware for the chunks of the room, which come each second from each room.

The other middleware, such as sessions and languages, take more time than storing a chunk, and webhooks of the same
process wait meanwhile. The statements share their plans, because they find rows by key.
"""

import logging
import re
from collections.abc import Callable
from uuid import UUID

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase, UnreadablePostError

from portal.room.video import add_clip_chunk_view
from portal.room.views import add_chunk_view, refuse

log = logging.getLogger(__name__)

UNAVAILABLE = 503
"""The page sends the chunk again after this status."""
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CHUNK = re.compile(rf"/i/([^/]+)/room/(?:takes/({_UUID})|clips/({_UUID}))/chunks/([0-9]{{1,9}})/")


def chunk_uploads(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer chunks here. All other requests go on."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        match = _CHUNK.fullmatch(request.path_info)
        if match is None:
            return get_response(request)
        request.get_host()  # raises DisallowedHost, as a middleware does that chunks do not pass
        try:
            response = _store_chunk(request, *match.groups())
        except (OperationalError, InterfaceError) as error:
            log.warning("chunk: database unavailable (%s)", type(error).__name__)
            response = refuse("unavailable", status=UNAVAILABLE)
        except UnreadablePostError:  # the connection broke: no error of ours, and no device reads the answer
            response = refuse("unavailable", status=UNAVAILABLE)
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return middleware


def _store_chunk(request: HttpRequest, token: str, take: str, clip: str | None, number: str) -> HttpResponseBase:
    if clip is None:
        return add_chunk_view(request, token=token, take=UUID(take), number=int(number))
    return add_clip_chunk_view(request, token=token, clip=UUID(clip), number=int(number))
