"""Checks codes of authenticator apps and recovery codes. Guesses are counted in the database, like passwords."""

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from axes.models import AccessAttempt
from cryptography.fernet import InvalidToken
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from screener.sign_in.login_throttle import COOL_OFF, FAILURES_PER_LOGIN, username_key
from screener.sign_in.sessions.known_devices import device_id

Type = Authenticator.Type


def check_code(request: HttpRequest, user: Any, code: str) -> Authenticator:
    """Return the authenticator whose code it is, and use the code up. Raises ValidationError.

    The user's devices that are not known share a limit, whatever their address: who guesses here has the password.
    """
    credentials = _credentials(request, user)
    if _count_failures(request, credentials) >= FAILURES_PER_LOGIN:
        minutes = int(COOL_OFF.total_seconds() / 60)
        message = gettext("Too many wrong codes. Try again in %(minutes)s minutes.") % {"minutes": minutes}
        raise ValidationError(message, code="too_many")
    authenticator = _use_code(user, code)
    if authenticator is None:
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        raise ValidationError(gettext("This code is wrong or was used before."), code="incorrect_code")
    AccessAttempt.objects.filter(username=username_key(request, credentials)).delete()
    return authenticator


def _credentials(request: HttpRequest, user: Any) -> dict[str, str]:
    return {"username": f"code of {user.pk} on {device_id(request, user.get_username())}"}


def _count_failures(request: HttpRequest, credentials: dict[str, str]) -> int:
    attempts = AccessAttempt.objects.filter(
        username=username_key(request, credentials), attempt_time__gte=timezone.now() - COOL_OFF
    )
    return int(attempts.aggregate(total=Sum("failures_since_start", default=0))["total"])


@transaction.atomic
def _use_code(user: Any, code: str) -> Authenticator | None:
    authenticators = Authenticator.objects.select_for_update().filter(user=user)
    for authenticator in authenticators.exclude(type=Type.WEBAUTHN).order_by("-type"):
        try:
            is_right = (
                _use_totp(authenticator, code)
                if authenticator.type == Type.TOTP
                else authenticator.wrap().validate_code(code)
            )
        except InvalidToken:  # encrypted with a SECRET_KEY that is no longer set
            continue
        if is_right:
            authenticator.user = user
            return authenticator
    return None


def _use_totp(authenticator: Authenticator, code: str) -> bool:
    """Allauth notes used codes in the cache, which each process may have for itself; a code must not work twice."""
    secret, last_counter = decrypt(authenticator.data["secret"]), authenticator.data.get("last_counter", 0)
    for counter in yield_hotp_counters_from_time():
        expected = format_hotp_value(hotp_value(secret, counter))
        if counter > last_counter and compare_user_code(actual=code, expected=expected):
            authenticator.data["last_counter"] = counter
            authenticator.save(update_fields=["data"])
            return True
    return False
