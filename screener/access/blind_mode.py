"""Blind mode: who reads pages without names, contact data and resumes of candidates.

A user turns it on for themselves. Users without the permission to view names are always in it. It holds for the pages
of the admin and the desk: `screener.web.blind_mode` opens it for each request, as Django does with the time zone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from screener.access.viewer import VIEW_NAMES, Viewer
from screener.models.preference import Preference

PREFERENCE = "blind_mode"


def may_see_names(viewer: Viewer) -> bool:
    """Whether the viewer may leave blind mode."""
    return viewer.has_perm(VIEW_NAMES)


def has_turned_on(user_id: Any) -> bool:
    return Preference.objects.value_of(user_id, PREFERENCE) is True


def turn_on(user_id: Any, *, on: bool) -> None:
    """Remember whether the user reads pages without names."""
    Preference.objects.store(user_id, PREFERENCE, on)


class Reader:
    """The user of a request. The first page that shows a name asks the database, others do not."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def is_blind(self) -> bool:
        user = self._request.user
        return user.is_authenticated and (not may_see_names(user) or has_turned_on(user.pk))


_reader: ContextVar[Reader | None] = ContextVar("reader", default=None)


@contextmanager
def reading(reader: Reader) -> Iterator[None]:
    """Show names as this reader may see them."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


@contextmanager
def reading_as(user: Any) -> Iterator[None]:
    """Show names as this user may see them, outside of a page: in a mail to them."""
    request = HttpRequest()
    request.user = user
    with reading(Reader(request)):
        yield


def is_blind() -> bool:
    """Whether names are masked for the reader of the page. False outside of pages, as for calls and the API."""
    reader = _reader.get()
    return reader is not None and reader.is_blind
