from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from webhooks.models.public_event import PublicEvent
from webhooks.models.subscription import Subscription

TEST_TYPE = "webhook.test"
GIVE_UP_AFTER = timedelta(hours=24)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        return self.filter(status=Delivery.Status.WAITING)

    def queue_again(self) -> int:
        """Have these deliveries sent, also delivered and failed ones. Returns their number."""
        return self.update(
            status=Delivery.Status.WAITING, tries=0, retry_at=None, failing_since=None, delivered_at=None
        )

    def sendable(self) -> Self:
        """Deliveries that are due, of each subject the oldest that waits: events of a subject keep their order."""
        older = Delivery.objects.waiting().filter(
            subscription=OuterRef("subscription"), subject=OuterRef("subject"), pk__lt=OuterRef("pk")
        )
        due = Q(retry_at__isnull=True) | Q(retry_at__lte=timezone.now())
        return self.waiting().filter(due, ~Exists(older))


class Delivery(models.Model):
    """An event on its way to one subscription. Without an event it is a test."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed for a day")
        DROPPED = "dropped", _("Not sent: the record was deleted")

    class Problem(models.TextChoices):
        """Why the last try failed."""

        STATUS = "status", _("The receiver replied with an error")
        REDIRECT = "redirect", _("The receiver replied with a redirect, which is not followed")
        TIMEOUT = "timeout", _("The receiver did not reply in time")
        CONNECTION = "connection", _("No connection to the receiver")
        TLS = "tls", _("The certificate of the receiver is not valid")
        UNKNOWN_HOST = "unknown_host", _("The name of the receiver was not found")
        FORBIDDEN_ADDRESS = "forbidden_address", _("The name of the receiver leads to a private address")

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("webhook")
    )
    event = models.ForeignKey(PublicEvent, on_delete=models.CASCADE, null=True, related_name="deliveries")
    subject = models.UUIDField(help_text=_("Deliveries with the same subject keep their order"))
    created_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    tries = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=20, choices=Problem.choices, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, help_text=_("The HTTP status of the last reply"))
    duration_ms = models.PositiveIntegerField(null=True, help_text=_("How long the last try took"))

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["subscription", "event"], name="one_delivery_per_event")]
        indexes = [
            models.Index(
                fields=["subscription", "subject", "id"], condition=Q(status="waiting"), name="waiting_deliveries"
            ),
            models.Index(fields=["subscription", "id"], condition=Q(status="waiting"), name="next_deliveries"),
            models.Index(fields=["subscription", "-created_at", "-id"], name="deliveries_of_a_webhook"),
        ]

    def __str__(self) -> str:
        return str(self.event) if self.event else gettext("Test")

    def drop(self) -> None:
        """End without a message: its subject was deleted."""
        self.status = self.Status.DROPPED
        self.save(update_fields=["status"])

    def mark_delivered(self, *, response_status: int, duration_ms: int) -> None:
        self.status, self.delivered_at = self.Status.DELIVERED, timezone.now()
        self.failing_since = self.retry_at = None
        self._save_try(problem="", response_status=response_status, duration_ms=duration_ms)

    def mark_failed_try(
        self, problem: str, *, response_status: int | None, duration_ms: int, wait: timedelta | None
    ) -> None:
        """Note a failure. `wait`: until the next try of this message; None: it waits with its receiver.

        A message that waits by itself is given up once it has failed for a day.
        """
        now = timezone.now()
        self.failing_since = self.failing_since or now
        if wait is not None:
            self.retry_at = now + wait
            if now - self.failing_since >= GIVE_UP_AFTER:
                self.status = self.Status.FAILED
        self._save_try(problem=problem, response_status=response_status, duration_ms=duration_ms)

    def _save_try(self, *, problem: str, response_status: int | None, duration_ms: int) -> None:
        self.tries += 1
        self.problem, self.response_status, self.duration_ms = problem, response_status, duration_ms
        self.save()

    @property
    def event_type(self) -> str:
        return self.event.type if self.event else TEST_TYPE
