"""How django-allauth behaves here."""

import time
from base64 import urlsafe_b64encode
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from screener.web.client_address import client_address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped library
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "unknown"

    def get_login_stages(self) -> list[str]:
        """Only the second factor: there are no codes by mail or phone, and no addresses to verify."""
        return ["screener.sign_in.oidc.second_factor.SecondFactorStage"]

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, gettext("This account is not active. Ask an administrator."))
        return HttpResponseRedirect(reverse("admin:login"))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A login of the last minutes is proof enough: set-up follows the first login."""
        request = context.request
        start = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        return all(record["at"] < start for record in get_authentication_records(request, request.user))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped library
    """Secrets of authenticators are encrypted with a key that is derived from SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(urlsafe_b64encode(_derived_key(key))) for key in keys])


def _derived_key(key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"screener.sign_in.authenticators").derive(key.encode())
