"""Pages that update themselves. `static/screener/desk.js` replaces their parts."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from desk.sound import sound_is_on

Context = dict[str, Any]


def live_context(request: HttpRequest) -> Context:
    """The context of the head of a page that updates itself, with the switch of its sound."""
    context: Context = admin.site.each_context(request)
    return context | {"is_live": True, "sound_is_on": sound_is_on(request.user.pk)}


def render_live_page(
    request: HttpRequest,
    templates: str,
    parts: Context,
    *,
    version: str,
    address: str = "",
    frame: Callable[[], Context],
) -> HttpResponse:
    """Send `page.html` of the folder `templates` or, to htmx, its `parts.html` with the context `parts` alone.

    With `v`, the version that the browser shows, htmx gets no content if that is current; without it, the filters have
    changed, and `address` is shown in the browser. `frame` is the context of the rest of the page.
    """
    if "HX-Request" not in request.headers:
        context = live_context(request) | parts | frame()
        response = render(request, f"{templates}/page.html", context)
    elif request.GET.get("v") == version:
        response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    else:
        response = render(request, f"{templates}/parts.html", parts)
        if address and "v" not in request.GET:
            response["HX-Push-Url"] = address
    patch_vary_headers(response, ["HX-Request"])
    return response
