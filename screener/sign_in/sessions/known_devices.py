"""Devices on which a user has logged in before, by a signed cookie.

Wrong passwords of strangers slow down logins from new devices. A known device is counted apart, so that no stranger can
keep a user out of it.
"""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

COOKIE = "known_device"
SALT = "screener.sign_in.known_devices"
MAX_AGE = 180 * 24 * 3600
MOST_USERS = 5
"""Of one device, those who logged in last."""


def device_id(request: HttpRequest, username: str) -> str | None:
    """Return the id of the device if this user has logged in on it."""
    device, users = _read(request)
    return device if username and _user_key(username) in users else None


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        device, users = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError):
        return secrets.token_hex(16), []
    return device, users


def _user_key(username: str) -> str:
    return salted_hmac(SALT, username).hexdigest()[:32]


@receiver(user_logged_in)
def remember_login(request: HttpRequest, user: Any, **_: Any) -> None:
    """The middleware of sessions sets the cookie: there is no response yet."""
    device, users = _read(request)
    key = _user_key(user.get_username())
    others = [other for other in users if other != key]
    request.known_device = signing.dumps([device, [key, *others][:MOST_USERS]], salt=SALT)  # type: ignore[attr-defined]


def set_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    cookie = getattr(request, "known_device", None)
    if cookie:
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=MAX_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
