"""Limits failed logins to the admin with django-axes. It counts in the database, which all processes share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from unfold.forms import AuthenticationForm

from screener.sign_in.sessions.known_devices import device_id

COOL_OFF = settings.AXES_COOLOFF_TIME
FAILURES_PER_LOGIN = settings.AXES_FAILURE_LIMIT
"""For one user from one address, so that failures from elsewhere never lock the user out. Then logins are refused."""
FAILURES_PER_ADDRESS = 3 * FAILURES_PER_LOGIN
"""For all users together, who may share the address of an office. Then logins from new devices are refused."""
FAILURES_PER_USER = 5 * FAILURES_PER_LOGIN
"""From all addresses together. Then logins of the user from new devices are checked every SECONDS_PER_USER."""
FAILURES_IN_ALL = 30 * FAILURES_PER_LOGIN
"""Of all users from all addresses. Then logins from new devices are checked every SECONDS_IN_ALL."""
SECONDS_PER_USER, SECONDS_IN_ALL = 10, 1
CONCURRENT_CHECKS = 2
"""Per process. A password check takes a processor for a third of a second, and webhooks need it meanwhile."""
WAITING_CHECKS, WAITING_SECONDS = 2, 3
"""More logins wait for their check, each in a thread. Further ones are asked to try again."""

_checks = BoundedSemaphore(CONCURRENT_CHECKS)
_waiting = BoundedSemaphore(CONCURRENT_CHECKS + WAITING_CHECKS)


class LoginForm(AuthenticationForm):  # type: ignore[misc]  # untyped library
    def clean(self) -> Any:
        with password_check() as may_check:
            if not may_check:
                raise ValidationError(gettext("Many logins are in progress. Try again in a few seconds."), code="busy")
            return super().clean()

    def get_invalid_login_error(self) -> ValidationError:
        if not getattr(self.request, "axes_locked_out", False):
            return super().get_invalid_login_error()  # type: ignore[no-any-return]
        return ValidationError(lockout_message(self.request), code="too_many")


@contextmanager
def password_check() -> Iterator[bool]:
    """Wait for a turn to check a password. False if there is none: nothing may be checked then."""
    if not _waiting.acquire(blocking=False):
        yield False
        return
    try:
        if not _checks.acquire(timeout=WAITING_SECONDS):
            yield False
            return
        try:
            yield True
        finally:
            _checks.release()
    finally:
        _waiting.release()


def lockout_message(request: Any) -> str:
    seconds = lockout_seconds(request)
    if seconds < 60:
        return gettext("Too many wrong passwords. Try again in %(seconds)s seconds.") % {"seconds": seconds}
    return gettext("Too many wrong passwords. Try again in %(minutes)s minutes.") % {"minutes": seconds // 60}


def lockout_seconds(request: Any) -> int:
    """Return after how many seconds a login that was refused may be tried again."""
    return getattr(request, "slowed_seconds", None) or int(COOL_OFF.total_seconds())


class LoginThrottle(AxesDatabaseHandler):  # type: ignore[misc]  # untyped library
    """Axes' handler, which refuses logins by address, and slows down those that many addresses try."""

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        """Returns the number that axes compares with FAILURES_PER_LOGIN; other limits are scaled to it."""
        of_login, of_address = self.get_user_attempts(request, credentials)
        if _known_device(request, credentials):
            return _count(of_login)
        failures = max(_count(of_login), _count(of_address) * FAILURES_PER_LOGIN // FAILURES_PER_ADDRESS)
        if failures < FAILURES_PER_LOGIN:
            request.slowed_seconds = self._slowed_seconds(request, credentials)
            return FAILURES_PER_LOGIN if request.slowed_seconds else failures
        return failures

    def _slowed_seconds(self, request: Any, credentials: dict[str, Any] | None) -> int:
        """Return how long the next check must wait: 0 if it need not."""
        recent = AccessAttempt.objects.filter(attempt_time__gte=timezone.now() - COOL_OFF)
        of_user = recent.filter(username=username_key(request, credentials))
        limits = (of_user, FAILURES_PER_USER, SECONDS_PER_USER), (recent, FAILURES_IN_ALL, SECONDS_IN_ALL)
        return max(
            seconds if _count(attempts) >= most and _is_recent(attempts, seconds) else 0
            for attempts, most, seconds in limits
        )

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forgets the failures of this user at this address. Those of other users still count for the address."""
        of_login, _ = self.filter_user_attempts(request, credentials)
        deleted, _ = of_login.delete()
        return int(deleted)


def _count(attempts: QuerySet[Any]) -> int:
    return int(attempts.aggregate(total=Sum("failures_since_start", default=0))["total"])


def _is_recent(attempts: QuerySet[Any], seconds: int) -> bool:
    return attempts.filter(attempt_time__gt=timezone.now() - timedelta(seconds=seconds)).exists()


def username_key(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Returns the key that is stored in place of the username: people type passwords into the wrong field.

    A known device of the user has a key of its own, which the failures of others do not count for.
    """
    username = str((credentials or request.POST).get("username", ""))
    return salted_hmac("screener.web.login_throttle", username + (device_id(request, username) or "")).hexdigest()


def _known_device(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    return device_id(request, str((credentials or request.POST).get("username", "")))


def locked_out_response(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]) -> HttpResponse:
    """Returns the login page, which shows the form's error, with the status of a lockout."""
    response.status_code = 429
    response.headers["Retry-After"] = str(lockout_seconds(request))
    return response


def delete_expired_failures() -> None:
    """Axes deletes them only with the next failure, and they hold addresses."""
    AccessAttempt.objects.filter(attempt_time__lte=timezone.now() - COOL_OFF).delete()
