"""The language of pages: the user's choice, else the browser's, else English. Programs are answered in English."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from screener.models import Preference

PREFERENCE = SESSION_KEY = "language"
FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz")


def page_language(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that activates the language of the request. The next request of the thread activates its own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(FOR_PROGRAMS):
            translation.activate(settings.LANGUAGE_CODE)
            return get_response(request)
        language = _supported(request.session.get(SESSION_KEY)) or translation.get_language_from_request(request)
        translation.activate(language)
        response = get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def language_of(user_id: Any) -> str:
    """Return the language in which to write to a user while they have no page open."""
    return _supported(Preference.objects.value_of(user_id, PREFERENCE)) or settings.LANGUAGE_CODE


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language that a user chose in the menu, for this session and all later ones."""
    language = _supported(request.POST.get("language"))
    if language:
        request.session[SESSION_KEY] = language
        Preference.objects.store(cast(User, request.user).pk, PREFERENCE, language)
    page = request.POST.get("next") or request.headers.get("Referer", "")
    is_own_page = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(page if is_own_page else reverse("admin:index"))


@receiver(user_logged_in)
def restore_language(request: HttpRequest, user: User, **_: Any) -> None:
    """Put the choice into the session, so that pages need no query for it."""
    language = _supported(Preference.objects.value_of(user.pk, PREFERENCE))
    if language:
        request.session[SESSION_KEY] = language


def _supported(language: Any) -> str | None:
    return language if isinstance(language, str) and language in dict(settings.LANGUAGES) else None
