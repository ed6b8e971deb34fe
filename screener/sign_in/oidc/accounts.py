"""Which user an ID token logs in: a known account, the user with its verified e-mail address, or a new one."""

import secrets
from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.datakit import parse_bool_safely
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from screener.access.user_roles import assign_role
from screener.models import Role
from screener.sign_in.oidc.provider import ProviderAdapter, refusal

Claims = Mapping[str, Any]


class AccountMatcher(ProviderAdapter):
    """Allauth's adapter, which decides for each login before it counts."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        claims: Claims = sociallogin.account.extra_data["id_token"]
        nonce = (sociallogin.state.get("data") or {}).get("nonce", "")
        if not nonce or not secrets.compare_digest(nonce.encode(), str(claims.get("nonce", "")).encode()):
            raise ImmediateHttpResponse(refusal(request, gettext("The login with %(name)s failed. Try again.")))
        with transaction.atomic():
            user = sociallogin.user if sociallogin.is_existing else self._connect(request, sociallogin, claims)
            _apply_role(user, claims)

    def _connect(self, request: HttpRequest, sociallogin: Any, claims: Claims) -> User:
        user = _user_by_email(claims) or _new_user(claims)
        if user is None:
            message = gettext("No user here has your account at %(name)s. Ask an administrator to add you.")
            raise ImmediateHttpResponse(refusal(request, message))
        sociallogin.connect(request, user)
        return user


def _verified_email(claims: Claims) -> str:
    is_verified = settings.OIDC_TRUST_EMAIL or parse_bool_safely(claims.get("email_verified"))
    email = claims.get("email")
    return email if is_verified and isinstance(email, str) and 3 <= len(email) <= 254 and "@" in email else ""


def _user_by_email(claims: Claims) -> User | None:
    """Return the one active user with the address. Of several, none is meant for sure."""
    email = _verified_email(claims)
    users = list(User.objects.filter(email__iexact=email, is_active=True)[:2]) if email else []
    return users[0] if len(users) == 1 else None


def _new_user(claims: Claims) -> User | None:
    """Create a user if a claim or OIDC_NEW_USERS gives a role. An address that a user has is not used twice."""
    email, role = _verified_email(claims), _mapped_role(claims) or _role(settings.OIDC_NEW_USERS)
    if not email or role is None or User.objects.filter(email__iexact=email).exists():
        return None
    names = {field: str(claims.get(claim, ""))[:150] for field, claim in NAMES.items()}
    user = User(username=_free_username(email), email=email, is_staff=True, **names)
    user.set_unusable_password()
    user.save()
    assign_role(user, role)
    return user


NAMES = {"first_name": "given_name", "last_name": "family_name"}


def _free_username(email: str) -> str:
    username = email[:150]
    taken = User.objects.filter(username=username).exists()
    return f"{username[:140]}-{secrets.token_hex(4)}" if taken else username


def _apply_role(user: User, claims: Claims) -> None:
    """Give a user the role of their claim at each login, so that the provider also takes roles back.

    Superusers keep theirs. With OIDC_ROLES, a user whose claim names no role any more has none.
    """
    if not settings.OIDC_ROLES or user.is_superuser:
        return
    role = _mapped_role(claims) or _role(settings.OIDC_NEW_USERS)
    if role:
        assign_role(user, role)
    else:
        user.groups.remove(*user.groups.filter(role__isnull=False))


def _mapped_role(claims: Claims) -> Role | None:
    """Return the first role of OIDC_ROLES whose value is in the claim, a text or a list of texts."""
    found = claims.get(settings.OIDC_ROLE_CLAIM)
    values = found if isinstance(found, list) else [found]
    return next((_role(key) for value, key in settings.OIDC_ROLES if value in values), None)


def _role(key: str) -> Role | None:
    return Role.objects.filter(key=key, group__isnull=False).select_related("group").first() if key else None
