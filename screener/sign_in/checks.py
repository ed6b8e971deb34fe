"""System checks of the settings of sign-in."""

from math import inf
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from screener.models import RoleKey
from screener.sign_in.oidc.second_factor import ALWAYS, BY_CLAIM, NEVER


@register("screener")
def check_session_ends(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} is {getattr(settings, name):g}, so that every session ends at once.",
            hint="Set it to a number above 0, or leave it out for the default.",
            id="screener.E030",
        )
        for name in ("SESSION_IDLE_MINUTES", "SESSION_MAX_HOURS")
        if not 0 < getattr(settings, name) < inf
    ]


@register("screener")
def check_single_sign_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.OIDC_ISSUER:
        return []
    issuer = urlsplit(settings.OIDC_ISSUER)
    is_private = issuer.scheme == "https" or issuer.hostname in ("127.0.0.1", "localhost", "::1")
    has_client = bool(settings.OIDC_CLIENT_ID and settings.OIDC_CLIENT_SECRET)
    given_roles = [*settings.OIDC_ROLES, *([("new", settings.OIDC_NEW_USERS)] if settings.OIDC_NEW_USERS else [])]
    wrong_roles = [f"{group}={role}" for group, role in given_roles if not group or role not in RoleKey.values]
    mfa = settings.OIDC_MFA
    problems = {
        "OIDC_ISSUER is no https address, so that others could answer for it.": not is_private,
        "OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is not set.": not has_client,
        f"OIDC_NEW_USERS or OIDC_ROLES gives no role: {', '.join(wrong_roles)}.": bool(wrong_roles),
        f"OIDC_MFA is {mfa!r}, which is neither never, claim nor always.": mfa not in (NEVER, BY_CLAIM, ALWAYS),
    }
    hint = "See docs/sign-in.md, or remove OIDC_ISSUER to log in without single sign-on."
    return [Error(message, hint=hint, id="screener.E031") for message, is_wrong in problems.items() if is_wrong]


@register("screener", deploy=True)
def check_second_factor(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.REQUIRE_MFA:
        return []
    return [
        Warning(
            "REQUIRE_MFA is 0, so that a password alone opens the data of candidates.",
            hint="Leave it out: users set up an authenticator app or a passkey after their next login.",
            id="screener.W030",
        )
    ]
