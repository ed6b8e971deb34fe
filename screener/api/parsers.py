"""What comes in: bounded bodies, JSON that can't hurt, and fields that several apps share."""

from collections.abc import Iterable
from typing import IO, Any

from django.conf import settings
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotAcceptable, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from screener import language_tag
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


class AnswerAnyway(DefaultContentNegotiation):
    """A client that asks for a type that there is not gets what there is, rather than an error in that very type."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        try:
            chosen: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            first = next(iter(renderers))
            return first, str(first.media_type)
        return chosen


class IdField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of something else. What is none, and what nothing has, is an error of this field."""

    default_error_messages = {"does_not_exist": "There is nothing with the id {pk_value} here. Check the id."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pk_field=serializers.UUIDField(), **kwargs)


class LanguageField(serializers.RegexField):
    """A language tag: `en`, `en-US`, `pt-BR`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(language_tag.PATTERN, max_length=language_tag.LONGEST, **kwargs)
        self.error_messages["invalid"] = language_tag.WHAT_TO_WRITE


class NumberField(serializers.DecimalField):
    """A decimal that is a number in JSON, not a string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce_to_string=False, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return float(value)
