"""Cursor pagination: pages stay correct while rows are added."""

from datetime import datetime
from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

MAX_PAGE_SIZE = 100
INVALID_PAGE_SIZE = f"Use a page size from 1 to {MAX_PAGE_SIZE}."
INVALID_CURSOR = "Invalid cursor. Use `next` or `previous` from the last response, or omit it."


def _check_position(text: str) -> None:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("A position needs a time zone.")


class CreatedCursorPagination(CursorPagination):
    """Newest first. Rejects an invalid page size or cursor instead of using a default."""

    ordering = ("-created_at", "-id")
    page_size = 25
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("page_size", str(self.page_size))
        if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MAX_PAGE_SIZE):
            raise ValidationError({"page_size": [INVALID_PAGE_SIZE]})
        return int(text)

    def decode_cursor(self, request: Request) -> Any:
        try:
            cursor = super().decode_cursor(request)
            if cursor and cursor.position is not None:
                _check_position(str(cursor.position))
        except (NotFound, ValueError):
            raise ValidationError({"cursor": [INVALID_CURSOR]}) from None
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
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

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        cursor, page_size = super().get_schema_operation_parameters(view)
        cursor["description"] = "The position of the page, from `next` or `previous`."
        page_size["schema"] = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": self.page_size}
        return [cursor, page_size]
