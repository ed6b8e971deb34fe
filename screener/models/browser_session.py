"""Sessions of browsers, and the session engine that stores them."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import SESSION_KEY as USER_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

STARTED, USED, ADDRESS, DEVICE = "session_started", "session_used", "session_address", "session_device"
"""What `screener.sign_in.sessions.limits` notes in the data of a session. Columns repeat it, for queries."""


class BrowserSessionQuerySet(models.QuerySet["BrowserSession"]):
    def ended(self) -> "BrowserSessionQuerySet":
        """Sessions that no longer open a page: unused for too long, or too old."""
        return self.filter(_has_ended())

    def open_of(self, user_id: Any) -> "BrowserSessionQuerySet":
        return self.filter(user=user_id).exclude(_has_ended()).order_by("-last_used_at")


def _has_ended() -> Q:
    now = timezone.now()
    is_idle = Q(last_used_at__lt=now - timedelta(minutes=settings.SESSION_IDLE_MINUTES))
    is_old = Q(started_at__lt=now - timedelta(hours=settings.SESSION_MAX_HOURS))
    return Q(expire_date__lt=now) | Q(user__isnull=False) & (is_idle | is_old)


class BrowserSession(AbstractBaseSession):
    """A session of Django, that of a user of the pages or of a visitor who is not logged in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)
    started_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=100, blank=True)

    objects: ClassVar[Any] = BaseSessionManager.from_queryset(BrowserSessionQuerySet)()

    @classmethod
    def get_session_store_class(cls) -> Any:
        return SessionStore

    @property
    def public_id(self) -> str:
        """Names the session on a page without giving it away."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()


class SessionStore(DatabaseSessionStore):
    """The engine, which SESSION_ENGINE names by this module."""

    @classmethod
    def get_model_class(cls) -> Any:
        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session: Any = super().create_model_instance(data)
        session.user_id = data.get(USER_KEY)
        session.started_at, session.last_used_at = _time(data.get(STARTED)), _time(data.get(USED))
        session.address, session.device = data.get(ADDRESS), data.get(DEVICE, "")
        return session


def _time(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
