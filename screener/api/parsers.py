"""What comes in: bounded bodies, and JSON that can't hurt."""

from typing import IO, Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request

from screener.web.request_limits import MAX_UPLOAD


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is larger than is taken here."


def _refuse_larger(request: Request, limit: int) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > limit:
        raise TooLarge(f"The request has {int(length):,} bytes; at most {limit:,} are taken here.")


class BoundedJSONParser(JSONParser):
    """Django bounds the bodies that it reads itself; a DRF parser reads past that bound."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        _refuse_larger(parser_context["request"], settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("This JSON is nested too deeply. Nothing here needs more than a few levels.") from None


class BoundedMultiPartParser(MultiPartParser):
    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None) -> Any:
        _refuse_larger(parser_context["request"], MAX_UPLOAD)
        return super().parse(stream, media_type, parser_context)
