"""A listener that serves webhooks, and nothing that people or API clients use."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseBase

SERVED_PATHS = ("/webhooks/", "/healthz", "/readyz")


def webhooks_only(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that answers other paths with 404 in processes with WEBHOOKS_ONLY."""
    if not settings.WEBHOOKS_ONLY:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(SERVED_PATHS):
            return get_response(request)
        return HttpResponse("This address serves webhooks only.", content_type="text/plain", status=404)

    return middleware
