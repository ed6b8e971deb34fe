"""The admin site."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite

CLEARED_AT_LOGOUT = '"cache", "storage"'
"""Not `cookies`: that would delete those of other sites below the same domain, too."""


class ScreenerAdminSite(UnfoldAdminSite):  # type: ignore[misc]
    """Django lists all models with their permissions for each page, and the pages have a menu in place of the list."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Return the list, built when it is first read."""
        return SimpleLazyObject(lambda: super(ScreenerAdminSite, self).get_app_list(request, app_label))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log out, and have the browser forget what it kept of the pages."""
        response: HttpResponse = super().logout(request, extra_context)
        response.headers["Clear-Site-Data"] = CLEARED_AT_LOGOUT
        return response
