"""Values that addresses and forms of the desk carry: ids and page numbers."""

from collections.abc import Iterable
from uuid import UUID

from screener.models import parse_id

MAX_DIGITS = 5


def parse_ids(values: Iterable[str]) -> list[UUID]:
    """Return the ids in their order, each once. Texts that are no ids are ignored."""
    ids = (parse_id(value) for value in values)
    return list(dict.fromkeys(entry for entry in ids if entry is not None))


def parse_page_number(text: str) -> int:
    """Return the number, which counts from 1. Any other text is the first page."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    return max(1, int(text)) if is_number else 1
