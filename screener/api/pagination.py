"""Lists come in pages that stay right while rows are added: `results`, `next`, `previous`."""

from datetime import datetime
from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

MAX_PAGE = 100


def _check_position(text: str) -> None:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("No position of ours: those have a time zone.")


class CreatedCursorPagination(CursorPagination):
    """Newest first. What is no page size and no cursor of ours is refused, not guessed at."""

    ordering = ("-created_at", "-id")
    page_size = 25
    page_size_query_param = "page_size"

    def get_page_size(self, request: Request) -> int:
        typed = request.query_params.get("page_size", str(self.page_size))
        if not (typed.isascii() and typed.isdigit() and len(typed) < 5 and 1 <= int(typed) <= MAX_PAGE):
            raise ValidationError({"page_size": [f"Ask for 1 to {MAX_PAGE} results a page."]})
        return int(typed)

    def decode_cursor(self, request: Request) -> Any:
        try:
            cursor = super().decode_cursor(request)
            if cursor and cursor.position is not None:
                _check_position(str(cursor.position))
        except (NotFound, ValueError):
            raise ValidationError(
                {"cursor": ["This is no cursor of ours. Take it from `next` or `previous`, or start without one."]}
            ) from None
        return cursor

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": page | {"description": "The next page; null on the last one.", "example": None},
                "previous": page | {"description": "The page before; null on the first one.", "example": None},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        cursor, page_size = super().get_schema_operation_parameters(view)
        cursor["description"] = "Where the page starts: taken from `next` or `previous`."
        page_size["schema"] = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": self.page_size}
        return [cursor, page_size]
