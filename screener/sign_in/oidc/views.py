"""The way to the provider and back."""

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from screener.sign_in.oidc.provider import configured_app, finish_login, refusal, start_login


@never_cache
@require_GET
def to_provider(request: HttpRequest) -> HttpResponse:
    _require_provider()
    page = request.GET.get(REDIRECT_FIELD_NAME, "")
    is_own = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    try:
        return start_login(request, page if is_own else reverse("admin:index"))
    except (RequestException, OAuth2Error):
        return refusal(request, gettext("%(name)s does not answer as it should. Try again in a moment."))


@never_cache
@require_GET
def from_provider(request: HttpRequest) -> HttpResponse:
    _require_provider()
    return finish_login(request)


def _require_provider() -> None:
    if configured_app() is None:
        raise Http404
