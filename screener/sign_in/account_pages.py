"""The context of allauth's pages, which have the look of the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext

PREFIXES = ("account_", "mfa_", "openid_connect_", "socialaccount_")


def admin_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what each page of the admin has, for the pages of allauth."""
    match = getattr(request, "resolver_match", None)
    if match is None or not match.view_name.startswith(PREFIXES):
        return {}
    return admin.site.each_context(request) | {"title": gettext("Your account")}
