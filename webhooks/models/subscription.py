from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from interviews.models import PublicEventType
from jobs.models import JobDescription
from screener.access.viewer import Viewer
from screener.background.queue import RowTaskHandle
from screener.models import InvalidTransition, LeasableModel, LeasableQuerySet
from webhooks.models.public_event import PublicEvent
from webhooks.models.receiver_url import check_url

DELIVER = RowTaskHandle("webhooks.deliver", queue="deliveries", argument="subscription_id")
NOTIFY_DISABLED = RowTaskHandle("webhooks.notify_disabled", queue="deliveries", argument="subscription_id")


class SubscriptionQuerySet(LeasableQuerySet["Subscription"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """All of them: API keys act for the whole organisation, and only administrators may view them."""
        return self

    def active(self) -> Self:
        return self.filter(status=Subscription.Status.ACTIVE)


class Subscription(LeasableModel):
    """An address of another system to which events are sent, signed. One worker at a time sends to it.

    The secret is not stored: see `webhooks.outgoing.signing`. `tries` counts the failures in a row.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        DISABLED = "disabled", _("Disabled")

    class Cause(models.TextChoices):
        """Why it is disabled."""

        PERSON = "person", _("Disabled by a person")
        FAILING = "failing", _("Nothing was delivered for a day")
        GONE = "gone", _("The receiver replied that it is gone (HTTP 410)")
        SECRET_KEY_CHANGED = (
            "secret_key_changed",
            _("SECRET_KEY was changed, and the secret with it: rotate it"),
        )

    url = models.CharField(_("URL"), max_length=500, validators=[check_url])
    description = models.CharField(max_length=200, blank=True)
    types = ArrayField(
        models.CharField(max_length=30, choices=PublicEventType.choices),
        blank=True,
        default=list,
        verbose_name=_("events"),
        help_text=_("Types of events that are sent. None chosen: all"),
    )
    job = models.ForeignKey(
        JobDescription,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Send events of this job only. Erasures of candidates are always sent"),
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    cause = models.CharField(max_length=20, choices=Cause.choices, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(
        null=True, blank=True, help_text=_("The first failure after the last success"), editable=False
    )
    awaits_notice = models.BooleanField(default=False, editable=False)
    """Administrators have not been told that it was disabled."""
    secret_number = models.PositiveIntegerField(default=1, editable=False)
    secret_fingerprint = models.CharField(max_length=64, editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="active", cause="", disabled_at__isnull=True)
                | Q(status="disabled", disabled_at__isnull=False) & ~Q(cause=""),
                name="disabled_webhook_has_a_cause",
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    def disable(self, cause: Cause) -> None:
        """End deliveries. Waiting ones are sent once a person enables it. Has no effect if it is disabled."""
        if self.status == self.Status.DISABLED:
            return
        is_by_program = cause != self.Cause.PERSON
        disabled = {"status": self.Status.DISABLED, "cause": cause, "disabled_at": timezone.now()}
        self.release(failing_since=None, awaits_notice=is_by_program, **disabled)
        if is_by_program:
            NOTIFY_DISABLED.defer(self.pk)

    def enable(self) -> None:
        """Begin deliveries, at first the waiting ones. Has no effect if it is active."""
        if self.status == self.Status.ACTIVE:
            return
        self.release(failing_since=None, status=self.Status.ACTIVE, cause="", disabled_at=None, awaits_notice=False)
        DELIVER.defer(self.pk)

    def require_active(self) -> None:
        """Raise InvalidTransition while it is disabled."""
        if self.status != self.Status.ACTIVE:
            problem = gettext("This webhook is disabled: %(cause)s. Enable it first.")
            raise InvalidTransition(problem % {"cause": self.get_cause_display()})

    def wants(self, event: PublicEvent) -> bool:
        """Whether this event is to be sent to this address."""
        is_of_job = self.job_id in (None, event.job) or event.type == PublicEventType.CANDIDATE_ERASED
        return is_of_job and (not self.types or event.type in self.types)
