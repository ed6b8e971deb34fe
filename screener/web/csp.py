"""Content-Security-Policy and Permissions-Policy of all pages."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
"""If hostile text gets into a page unescaped, its scripts do not run and it sends no data to other hosts."""

ADMIN_PREFIX = "/admin/"
ADMIN_POLICY = CONTENT_SECURITY_POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'")
"""The theme of the admin brings the build of Alpine.js that evaluates attributes."""

_ROOM = re.compile("/i/[^/]+/room/")
_FEATURES = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer", "microphone"),
    *("midi", "payment", "serial", "usb", "xr-spatial-tracking"),
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in _FEATURES)
ROOM_PERMISSIONS_POLICY = ", ".join(
    f"{feature}=({'self' if feature in ('camera', 'microphone') else ''})" for feature in _FEATURES
)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that sets the policies on responses that do not have them."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_admin = request.path.startswith(ADMIN_PREFIX)
        is_room = _ROOM.match(request.path)
        policy = ADMIN_POLICY if is_admin else CONTENT_SECURITY_POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", ROOM_PERMISSIONS_POLICY if is_room else PERMISSIONS_POLICY)
        return response

    return middleware
