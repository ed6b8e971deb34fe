"""Whether a session has shown a second factor, and what it may open before."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from screener.sign_in.sessions.limits import end_sessions

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
OPEN_PREFIXES = ("mfa_", "account_")
OPEN_PAGES = frozenset(
    {
        *("admin:login", "admin:logout", "admin:jsi18n", "admin:password_change", "admin:password_change_done"),
        *("choose-language", "desk-session"),
    }
)
"""Pages that show no candidate, and that a user needs to set up a second factor."""


def has_second_factor(user: Any) -> bool:
    return bool(is_mfa_enabled(user, FACTORS))


def has_shown_second_factor(request: HttpRequest) -> bool:
    """No query: a session notes how its user has authenticated."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


class SecondFactorMiddleware:
    """Keeps users without a second factor on the pages where they set it up, if REQUIRE_MFA says so.

    It asks the session, not the page where it began, so that no way to log in gets around it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if not settings.REQUIRE_MFA or not request.path.startswith(reverse("admin:index")):
            return None
        page = request.resolver_match.view_name if request.resolver_match else ""
        if page in OPEN_PAGES or page.startswith(OPEN_PREFIXES):
            return None
        if not request.user.is_authenticated or has_shown_second_factor(request):
            return None
        if has_second_factor(request.user):
            return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}")
        messages.warning(
            request, gettext("Set up two-factor authentication first: it protects the data of candidates.")
        )
        return HttpResponseRedirect(reverse("mfa_index"))


def reset_second_factor(user: Any) -> None:
    """Remove the authenticators of a user who has lost them, and end all their sessions."""
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user.pk)


@receiver(authenticator_added)
def note_new_factor(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Its set-up has shown that the user holds it."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", type=authenticator.type)


@receiver(authenticator_removed)
def forget_factor(request: HttpRequest, user: Any, **_: Any) -> None:
    """Without any factor left, the session has shown none."""
    if not has_second_factor(user):
        records = get_authentication_records(request, user)
        left = [record for record in records if record["method"] != "mfa"]
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = left
