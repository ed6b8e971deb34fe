"""A stored take, streamed to staff who may hear it: the only way to the audio, which has no address of its own."""

import re
from collections.abc import Iterator
from typing import IO
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from interviews.models import Recording

CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class NotSatisfiable(Exception):
    """The range that was asked for lies outside the file."""


@require_safe
def audio(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The take as WAV, whole or the range that a player asks for when it seeks."""
    if not request.user.has_perm("interviews.view_recording"):
        raise PermissionDenied
    take = get_object_or_404(Recording, pk=pk, status=Recording.Status.STORED)
    try:
        file = take.file.open("rb")
    except FileNotFoundError:
        raise Http404("The file of this recording is gone from the storage.") from None
    size = take.file.size
    try:
        part = asked_range(request.headers.get("Range", ""), size)
    except NotSatisfiable:
        file.close()
        return _guarded(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}), take)
    first, last = part or (0, size - 1)
    response = StreamingHttpResponse(Part(file, first, last - first + 1), content_type="audio/wav")
    response["Content-Length"] = str(last - first + 1)
    if part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _guarded(response, take)


def asked_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the range; None for the whole file, also where the header is none that we serve."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.group() == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last or size - 1), size - 1)
    if start > end or start >= size:
        raise NotSatisfiable
    return start, end


class Part:
    """So many bytes of a file, from here on. It is closed with the response, read or not."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self.file, self.start, self.length = file, start, length
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        left = self.length
        self.file.seek(self.start)
        while left > 0 and (chunk := self.file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _guarded(response: HttpResponseBase, take: Recording) -> HttpResponseBase:
    """Whatever the bytes are, a browser plays or saves them and never runs them. (The admin forbids to keep a copy.)"""
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = f'attachment; filename="take-{take.pk}.wav"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
