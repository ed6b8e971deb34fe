"""Ends sessions that are unused or old, and lists a user's own."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, logout
from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase

from screener.models.browser_session import ADDRESS, DEVICE, STARTED, USED, BrowserSession
from screener.sign_in.sessions import known_devices
from screener.sign_in.sessions.devices import device_name
from screener.web.client_address import client_address

NOTED_EVERY = 60
"""Seconds between two notes of a session's last use. Each is a write."""


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that logs out a user whose session has ended, notes the use of others, and marks devices of logins."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if USER_KEY in request.session:
            if has_ended(request.session):
                logout(request)
            elif is_used_by_person(request):
                note_use(request)
        response = get_response(request)
        known_devices.set_cookie(request, response)
        return response

    return middleware


def has_ended(session: Any) -> bool:
    """Return whether the session was unused for too long, or is too old. One without notes is new."""
    now = time.time()
    is_idle = now - session.get(USED, now) > settings.SESSION_IDLE_MINUTES * 60
    return bool(is_idle or now - session.get(STARTED, now) > settings.SESSION_MAX_HOURS * 3600)


def is_used_by_person(request: HttpRequest) -> bool:
    """Pages ask for news in the background as long as they are open, which must not keep a session alive."""
    return request.method != "GET" or request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def note_use(request: HttpRequest) -> None:
    session, now = request.session, int(time.time())
    session.setdefault(STARTED, now)
    notes = {ADDRESS: client_address(request), DEVICE: device_name(request.headers.get("User-Agent", ""))}
    if now - session.get(USED, 0) >= NOTED_EVERY or notes != {name: session.get(name) for name in notes}:
        session.update({USED: now, **notes})


@receiver(user_logged_in)
def start_session(request: HttpRequest, **_: Any) -> None:
    """Each login begins a session: that of the user before, if any, leaves no age behind."""
    request.session[STARTED] = int(time.time())
    request.session.pop(USED, None)
    note_use(request)


def open_sessions(user: Any) -> list[BrowserSession]:
    """Return the sessions that are logged in as the user, the last used first. One query.

    Those of before a change of password remain stored for a while, and open nothing.
    """
    valid_hashes = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    return [
        session
        for session in BrowserSession.objects.open_of(user.pk)
        if session.get_decoded().get(HASH_SESSION_KEY) in valid_hashes
    ]


def end_sessions(user_id: Any, *, but: str | None = None) -> int:
    """End all sessions of a user, apart from the one with this key. Returns their number."""
    ended, _ = BrowserSession.objects.filter(user=user_id).exclude(pk=but or "").delete()
    return int(ended)


def delete_ended_sessions() -> None:
    BrowserSession.objects.ended().delete()
