"""Logging in to the admin: passwords are guessed slowly, and checking them keeps no caller waiting."""

import logging
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

log = logging.getLogger(__name__)

MOST_FAILURES = 10
FORGOTTEN_AFTER = 15 * 60
"""Seconds from the first of them."""
AT_ONCE = 2
"""In one process. Checking a password takes a processor for a third of a second, which calls need too."""

_turns = BoundedSemaphore(AT_ONCE)


class LoginForm(AuthenticationForm):  # type: ignore[misc]  # untyped library
    def clean(self) -> Any:
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        failures = _key(str(self.cleaned_data.get("username", "")), address)
        if cache.get(failures, 0) >= MOST_FAILURES:
            raise ValidationError("Too many wrong passwords. Try again in a quarter of an hour.", code="too_many")
        if not _turns.acquire(blocking=False):
            raise ValidationError("Others are logging in at this moment. Try again in a few seconds.", code="busy")
        try:
            cleaned = super().clean()
        except ValidationError:
            if _one_more(failures) == MOST_FAILURES:
                log.warning("login: %d wrong passwords for one user from %s", MOST_FAILURES, address)
            raise
        finally:
            _turns.release()
        if self.get_user():  # else no password was given to be checked
            cache.delete(failures)
        return cleaned


def _key(username: str, address: str) -> str:
    """By user and address together: nobody keeps others out by guessing at their passwords from elsewhere."""
    return "login." + sha256(f"{username}\n{address}".encode("utf-8", "replace")).hexdigest()


def _one_more(key: str) -> int:
    cache.add(key, 0, FORGOTTEN_AFTER)
    try:
        return cache.incr(key)
    except ValueError:  # forgotten in between
        return 0
