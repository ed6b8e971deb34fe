"""Middleware that measures each request."""

from collections.abc import Callable
from time import perf_counter

from django.http import HttpRequest, HttpResponseBase

from screener.metrics.instruments import REQUEST_SECONDS

BY_ROUTE = ("webhooks/", "api/", "i/")
"""Requests of these paths are told apart by route. Pages of HR staff are one: each would be many series."""
NO_ROUTE = "other"


def request_timing(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        started = perf_counter()
        response = get_response(request)
        REQUEST_SECONDS.labels(_route_of(request), f"{response.status_code // 100}xx").observe(perf_counter() - started)
        return response

    return middleware


def _route_of(request: HttpRequest) -> str:
    """The pattern of the path, without ids. Static files, chunks of recordings and unknown paths have none."""
    match = request.resolver_match
    if match is None:
        return NO_ROUTE
    return match.route if match.route.startswith(BY_ROUTE) else match.route.partition("/")[0] or "home"
