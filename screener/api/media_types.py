"""The bodies of requests, with limits on size and depth, and the media type of responses."""

from collections.abc import Iterable
from typing import IO, Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, NotAcceptable, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from screener.web.request_limits import MAX_UPLOAD_BYTES


class RequestTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."


def _check_content_length(request: Request, limit: int) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > limit:
        raise RequestTooLarge(f"The request has {int(length):,} bytes. The limit is {limit:,} bytes.")


class BoundedJSONParser(JSONParser):
    """Applies DATA_UPLOAD_MAX_MEMORY_SIZE, which DRF's parsers ignore."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        _check_content_length(parser_context["request"], settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None


class BoundedMultiPartParser(MultiPartParser):
    max_bytes = MAX_UPLOAD_BYTES

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        _check_content_length(parser_context["request"], self.max_bytes)
        return super().parse(stream, media_type, parser_context)


class FallbackNegotiation(DefaultContentNegotiation):
    """Sends the first renderer's type if no type matches the Accept header, instead of answering 406."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        try:
            chosen: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            first = next(iter(renderers))
            return first, str(first.media_type)
        return chosen
