"""When a login at the provider counts as a second factor."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest

ALWAYS, BY_CLAIM, NEVER = "always", "claim", "never"
MFA_METHOD = "mfa"
"""The value of the claim `amr` for several factors (RFC 8176)."""


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # untyped library
    def _should_handle(self, request: HttpRequest) -> bool:
        sociallogin = (self.login.signal_kwargs or {}).get("sociallogin")
        if sociallogin and _has_shown_factor(sociallogin.account.extra_data.get("id_token", {})):
            record_authentication(request, self.login.user, "mfa", type="oidc")
            return False
        return bool(super()._should_handle(request))


def _has_shown_factor(claims: Any) -> bool:
    methods = claims.get("amr")
    by_claim = isinstance(methods, list) and MFA_METHOD in methods
    return bool(settings.OIDC_MFA == ALWAYS or (settings.OIDC_MFA == BY_CLAIM and by_claim))
