"""Serve stored audio, whole or the byte range that a player requests when it seeks."""

import re
from collections.abc import Iterator
from typing import IO

from django.db.models.fields.files import FieldFile
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

CHUNK_SIZE = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
"""At most 15 digits: longer than any file, and far below the length that `int` rejects."""


class RangeNotSatisfiable(Exception):
    """The requested range lies outside the file."""


def ranged_response(file: FieldFile, *, content_type: str, range_header: str) -> HttpResponseBase:
    """Return a response with the open file or the range of it. Closing the response closes the file."""
    size = file.file.size  # not `file.size`, which opens the file once more
    try:
        byte_range = parse_range(range_header, size)
    except RangeNotSatisfiable:
        file.close()
        return _with_safe_headers(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}))
    first, last = byte_range or (0, size - 1)
    response = StreamingHttpResponse(FileRange(file, first, last - first + 1), content_type=content_type)
    response["Content-Length"] = str(last - first + 1)
    if byte_range:
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _with_safe_headers(response)


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte of the range, or None for the whole file.

    A header with several ranges or another unit is ignored, as HTTP allows.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.group() == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size - 1
    else:
        start, end = int(first), min(int(last or size - 1), size - 1)
    if start > end or start >= size:
        raise RangeNotSatisfiable
    return start, end


class FileRange:
    """Iterates over `length` bytes of a file, beginning at `start`. Closing it closes the file."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self.file, self.start, self.length = file, start, length
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        left = self.length
        self.file.seek(self.start)
        while left > 0 and (chunk := self.file.read(min(CHUNK_SIZE, left))):
            left -= len(chunk)
            yield chunk


def _with_safe_headers(response: HttpResponseBase) -> HttpResponseBase:
    """Add headers that make a browser play or save the content, and never run it."""
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
