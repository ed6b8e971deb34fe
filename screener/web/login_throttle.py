"""Limits failed logins to the admin with django-axes. It counts in the database, which all processes share."""

from ipaddress import IPv6Address, ip_address
from threading import BoundedSemaphore
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from unfold.forms import AuthenticationForm

COOL_OFF = settings.AXES_COOLOFF_TIME
FAILURES_PER_LOGIN = settings.AXES_FAILURE_LIMIT
"""For one user from one address, so that failures from elsewhere never lock the user out."""
FAILURES_PER_ADDRESS = 5 * FAILURES_PER_LOGIN
"""For all users together. The staff of an office may share an address."""
CONCURRENT_CHECKS = 2
"""Per process. A password check takes a processor for a third of a second, and webhooks need it meanwhile."""

_checks = BoundedSemaphore(CONCURRENT_CHECKS)


class LoginForm(AuthenticationForm):  # type: ignore[misc]  # untyped library
    def clean(self) -> Any:
        if not _checks.acquire(blocking=False):
            raise ValidationError(gettext("Many logins are in progress. Try again in a few seconds."), code="busy")
        try:
            return super().clean()
        finally:
            _checks.release()

    def get_invalid_login_error(self) -> ValidationError:
        if not getattr(self.request, "axes_locked_out", False):
            return super().get_invalid_login_error()  # type: ignore[no-any-return]
        minutes = int(COOL_OFF.total_seconds() / 60)
        return ValidationError(
            (gettext("Too many wrong passwords. Try again in %(minutes)s minutes.") % {"minutes": minutes}),
            code="too_many",
        )


class LoginThrottle(AxesDatabaseHandler):  # type: ignore[misc]  # untyped library
    """Axes' handler, with a higher limit for an address than for one user at it."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Returns the number that axes compares with FAILURES_PER_LOGIN; failures of the address are scaled to it."""
        of_login, of_address = (
            int(attempts.aggregate(total=Sum("failures_since_start", default=0))["total"])
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(of_login, of_address * FAILURES_PER_LOGIN // FAILURES_PER_ADDRESS)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forgets the failures of this user at this address. Those of other users still count for the address."""
        of_login, _ = self.filter_user_attempts(request, credentials)
        deleted, _ = of_login.delete()
        return int(deleted)


def client_address(request: HttpRequest) -> str | None:
    """Returns the address that the outermost trusted proxy saw, or None where it is no IP address.

    Each proxy appends its peer to X-Forwarded-For, so only the last TRUSTED_PROXIES entries can be believed.
    """
    forwarded = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    hops = [*forwarded, request.META.get("REMOTE_ADDR", "")]
    client = hops[-1 - int(settings.TRUSTED_PROXIES) :][0]
    try:
        address = ip_address(_without_port(client))
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or _network_of(address))
    return str(address)


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _network_of(address: IPv6Address) -> IPv6Address:
    """Returns the /64 network, all of whose addresses one client may use."""
    return IPv6Address(int(address) >> 64 << 64)


def username_key(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Returns the key that is stored in place of the username: people type passwords into the wrong field."""
    username = (credentials or request.POST).get("username", "")
    return salted_hmac("screener.web.login_throttle", str(username)).hexdigest()


def locked_out_response(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]) -> HttpResponse:
    """Returns the login page, which shows the form's error, with the status of a lockout."""
    response.status_code = 429
    response.headers["Retry-After"] = str(int(COOL_OFF.total_seconds()))
    return response


def delete_expired_failures() -> None:
    """Axes deletes them only with the next failure, and they hold addresses."""
    AccessAttempt.objects.filter(attempt_time__lte=timezone.now() - COOL_OFF).delete()
