"""Sound from our storage, whole or the range that a player asks for when it seeks."""

import re
from collections.abc import Iterator
from typing import IO

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
"""Python turns no text of thousands of figures into a number, and no file is as long as fifteen can say."""


class NotSatisfiable(Exception):
    """The range that was asked for lies outside the file."""


def streamed(file: IO[bytes], size: int, *, content_type: str, asked: str) -> HttpResponseBase:
    """The file, or the part of it that the Range header `asked` for. It is closed with the response, read or not."""
    try:
        part = asked_range(asked, size)
    except NotSatisfiable:
        file.close()
        return _guarded(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}))
    first, last = part or (0, size - 1)
    response = StreamingHttpResponse(Part(file, first, last - first + 1), content_type=content_type)
    response["Content-Length"] = str(last - first + 1)
    if part:
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _guarded(response)


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


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    """Whatever the bytes are, a browser plays or saves them and never runs them."""
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
