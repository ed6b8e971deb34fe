"""The home page, in place of the admin's index."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.home.page import Home

UNCHANGED = 204


@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """What needs the user, what runs, and the numbers of a period.

    A request by htmx gets the parts alone. With `v`, the version that the page has, it gets nothing if that is current.
    """
    assert isinstance(request.user, User)
    home = Home.load(request.user, request.GET)
    if "HX-Request" not in request.headers:
        context: dict[str, Any] = admin.site.each_context(request) | {"title": _("Home"), "home": home}
        response = render(request, "desk/home/page.html", context)
    elif request.GET.get("v") == home.version:
        response = HttpResponse(status=UNCHANGED)
    else:
        response = render(request, "desk/home/parts.html", {"home": home})
        if "v" not in request.GET:
            response["HX-Push-Url"] = str(home.address)
    patch_vary_headers(response, ["HX-Request"])
    return response
