"""The provider that the settings name, and its ID tokens.

Allauth speaks the protocol. What it leaves open is strict here: the signature of an ID token is always verified, its
nonce is that of the request, and nothing but the token is believed.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from jwt import PyJWTError, get_unverified_header

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
SCOPES = ["openid", "profile", "email"]


def configured_app() -> SocialApp | None:
    """Return allauth's record of the provider, which is stored nowhere. Accounts belong to the issuer."""
    if not settings.OIDC_ISSUER:
        return None
    issuer_key = hashlib.sha256(settings.OIDC_ISSUER.encode()).hexdigest()[:12]
    return SocialApp(
        provider="openid_connect",
        provider_id=f"oidc-{issuer_key}",
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={"server_url": settings.OIDC_ISSUER, "oauth_pkce_enabled": True, "fetch_userinfo": False},
    )


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # untyped library
    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        app = configured_app()
        return [app] if app else []

    def on_authentication_error(self, request: HttpRequest, provider: Any, **details: Any) -> None:
        raise ImmediateHttpResponse(refusal(request, gettext("The login with %(name)s failed. Try again.")))


def refusal(request: HttpRequest, message: str) -> HttpResponse:
    """Return to the login page with a message, which may name the provider."""
    messages.error(request, message % {"name": settings.OIDC_NAME})
    return HttpResponseRedirect(reverse("admin:login"))


class StrictAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # untyped library
    @property
    def openid_config(self) -> Mapping[str, Any]:
        """Raises OAuth2Error if the server is another than the one that the settings name."""
        try:
            config: Mapping[str, Any] = super().openid_config
            is_same = str(config["issuer"]).rstrip("/") == settings.OIDC_ISSUER.rstrip("/")
        except (ValueError, KeyError, TypeError) as error:  # a page that is no configuration, also RequestException
            raise OAuth2Error("no configuration") from error
        if not is_same:
            raise OAuth2Error("the configuration is that of another issuer")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return str(build_absolute_uri(request, reverse("account_sso_callback")))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **options: Any) -> Any:
        id_token = options["response"].get("id_token")
        if not isinstance(id_token, str):
            raise OAuth2Error("no ID token")
        return self.get_provider().sociallogin_from_response(request, {"id_token": self._claims(app, id_token)})

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            if get_unverified_header(id_token).get("alg") not in ALGORITHMS:
                raise OAuth2Error("unsigned ID token")
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
            if not claims["sub"] or claims.get("azp", app.client_id) != app.client_id:
                raise OAuth2Error("ID token for another client")
        except (PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("malformed ID token") from error
        return claims


def start_login(request: HttpRequest, next_url: str) -> HttpResponse:
    """Redirect to the provider. State, nonce and PKCE verifier stay in the session."""
    provider = ProviderAdapter().get_provider(request, configured_app().provider_id)  # type: ignore[union-attr]
    provider.oauth2_adapter_class = StrictAdapter
    nonce = secrets.token_urlsafe(32)
    redirect: HttpResponse = provider.redirect(
        request,
        process="login",
        next_url=next_url,
        data={"nonce": nonce},
        scope=SCOPES,
        auth_params={"nonce": nonce},
    )
    return redirect


def finish_login(request: HttpRequest) -> HttpResponse:
    adapter = StrictAdapter(request, configured_app().provider_id)  # type: ignore[union-attr]
    response: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    return response
