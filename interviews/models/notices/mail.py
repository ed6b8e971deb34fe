"""Mails with notices: one row per mail, from its planning to its delivery."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from screener.models import LeasableManager, LeasableModel


class MailPace(models.TextChoices):
    """When notices of a kind are mailed."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Daily")
    WEEKLY = "weekly", _("Weekly")
    OFF = "off", _("Not by mail")


class NoticeMail(LeasableModel):
    """A mail to one user. Its text is composed when it is sent, and not stored.

    `period`: the first day of the day or week that a digest belongs to. There is at most one digest for each.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENT = "sent", _("Sent")
        EMPTY = "empty", _("Nothing to send")
        FAILED = "failed", _("Failed")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="notice_mails"
    )
    pace = models.CharField(max_length=10, choices=MailPace.choices)
    period = models.DateField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = LeasableManager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("notice mail")
        verbose_name_plural = _("notice mails")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(pace="at_once", period__isnull=True)
                | Q(pace__in=["daily", "weekly"], period__isnull=False),
                name="notice_mail_has_period_of_its_pace",
            ),
            models.UniqueConstraint(
                fields=["recipient", "pace", "period"],
                condition=Q(period__isnull=False),
                name="one_digest_per_recipient_and_period",
            ),
            models.UniqueConstraint(
                fields=["recipient"],
                condition=Q(pace="at_once", status="pending"),
                name="one_pending_mail_at_once_per_recipient",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(status="pending"), name="pending_notice_mails"),
            models.Index(fields=["recipient", "-created_at"], name="notice_mails_of_a_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.get_pace_display()} to {self.recipient_id}"

    @classmethod
    def plan(cls, recipient_id: Any, pace: MailPace, period: date | None) -> "NoticeMail | None":
        """Add a pending mail. None: there is a digest for the period, or a pending mail at once, already."""
        key = {"period": period} if period else {"status": cls.Status.PENDING}
        mail, is_new = cls.objects.get_or_create(recipient_id=recipient_id, pace=pace, **key)
        return mail if is_new else None

    def mark_sent(self) -> None:
        self.release(status=self.Status.SENT, sent_at=timezone.now(), error="")

    def mark_empty(self) -> None:
        """Its recipient has read all of it meanwhile, or may no longer see any of it."""
        self.release(status=self.Status.EMPTY, error="")

    def mark_failed(self, error: str) -> None:
        self.release(status=self.Status.FAILED, error=error)
