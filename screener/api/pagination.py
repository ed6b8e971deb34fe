"""Cursor pagination: pages stay correct while rows are added."""

from datetime import datetime
from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

MAX_PAGE_SIZE = 100
INVALID_PAGE_SIZE = f"Use a page size from 1 to {MAX_PAGE_SIZE}."
MAX_POSITION = 2**63 - 1
INVALID_POSITION = "Use the `position` of an event that you have read, or 0."
INVALID_CURSOR = "Invalid cursor. Use `next` or `previous` from the last response, or omit it."


def _check_position(text: str) -> None:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("A position needs a time zone.")


def _read_number(request: Request, name: str, default: int, *, low: int, high: int, error: str) -> int:
    """Return a number of the query. Raises ValidationError for one that is malformed or out of bounds."""
    text = request.query_params.get(name, str(default))
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(high))
    if not is_number or not low <= int(text) <= high:
        raise ValidationError({name: [error]})
    return int(text)


def _page_schema(schema: dict[str, Any]) -> dict[str, Any]:
    page = {"type": "string", "nullable": True, "format": "uri"}
    return {
        "type": "object",
        "required": ["next", "previous", "results"],
        "properties": {
            "next": page | {"description": "The next page, or null on the last page.", "example": None},
            "previous": page | {"description": "The previous page, or null on the first page.", "example": None},
            "results": schema,
        },
    }


class CreatedCursorPagination(CursorPagination):
    """Newest first. Rejects an invalid page size or cursor instead of using a default."""

    ordering = ("-created_at", "-id")
    page_size = 25
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        return _read_number(request, "page_size", self.page_size, low=1, high=MAX_PAGE_SIZE, error=INVALID_PAGE_SIZE)

    def decode_cursor(self, request: Request) -> Any:
        try:
            cursor = super().decode_cursor(request)
            if cursor and cursor.position is not None:
                _check_position(str(cursor.position))
        except (NotFound, ValueError):
            raise ValidationError({"cursor": [INVALID_CURSOR]}) from None
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return _page_schema(schema)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        cursor, page_size = super().get_schema_operation_parameters(view)
        cursor["description"] = "The position of the page, from `next` or `previous`."
        page_size["schema"] = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": self.page_size}
        return [cursor, page_size]


class PositionPagination(BasePagination):
    """Oldest first, after a position, for clients that keep the last position that they have read."""

    page_size = 25
    query_parameters = ("after", "page_size")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        after = _read_number(request, "after", 0, low=0, high=MAX_POSITION, error=INVALID_POSITION)
        size = _read_number(request, "page_size", self.page_size, low=1, high=MAX_PAGE_SIZE, error=INVALID_PAGE_SIZE)
        rows = list(queryset.filter(pk__gt=after).order_by("pk")[: size + 1])
        self._page, self._has_more = rows[:size], len(rows) > size
        self._address = request.build_absolute_uri()
        return self._page

    def get_paginated_response(self, data: Any) -> Response:
        following = replace_query_param(self._address, "after", self._page[-1].pk) if self._has_more else None
        return Response({"next": following, "previous": None, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return _page_schema(schema)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        after = {"type": "integer", "minimum": 0, "maximum": MAX_POSITION, "default": 0}
        size = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": self.page_size}
        description = "The position of the last event that was read; 0: from the first event that is kept"
        return [
            {"name": "after", "in": "query", "required": False, "description": description, "schema": after},
            {"name": "page_size", "in": "query", "required": False, "schema": size},
        ]
