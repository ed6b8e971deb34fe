"""The admin site."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class ScreenerAdminSite(UnfoldAdminSite):  # type: ignore[misc]
    """Django lists all models with their permissions for each page, and the pages have a menu in place of the list."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return the list, built when it is first read."""
        return SimpleLazyObject(lambda: super(ScreenerAdminSite, self).get_app_list(request, app_label))
