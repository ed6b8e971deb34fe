"""Values that addresses and forms of the desk carry: ids, page numbers, and the page to return to."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

MAX_DIGITS = 5


def parse_id(text: str) -> UUID | None:
    """Return the id, or None for a text that is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def parse_ids(values: Iterable[str]) -> list[UUID]:
    """Return the ids in their order, each once. Texts that are no ids are ignored."""
    ids = (parse_id(value) for value in values)
    return list(dict.fromkeys(entry for entry in ids if entry is not None))


def parse_page_number(text: str) -> int:
    """Return the number, which counts from 1. Any other text is the first page."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    return max(1, int(text)) if is_number else 1


def return_address(request: HttpRequest, fallback: str) -> str:
    """Return the page of the admin that the user came from (`next`), or `fallback`."""
    page: str = (request.POST if request.method == "POST" else request.GET).get("next", "")
    is_own = page.startswith(reverse("admin:index")) and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return page if is_own else fallback
