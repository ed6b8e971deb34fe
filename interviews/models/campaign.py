"""The campaign, and the transitions of its status."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from interviews.models.dial_rate import DialRate
from interviews.models.interview import Interview
from interviews.task_handles import SETTLE_CAMPAIGN
from jobs.models import with_visible_job
from screener.access.viewer import Viewer
from screener.labels import in_sentence
from screener.models import BaseModel, InvalidTransition

MAX_CALLS_PER_HOUR = 100_000
LONGEST_AHEAD = timedelta(days=365)
START_TOLERANCE = timedelta(minutes=5)
"""A start time that passed while the form was filled in counts as now."""


class CampaignCancelled(InvalidTransition):
    """The campaign was cancelled: it takes no candidates, and never runs again."""

    code = "campaign_cancelled"

    def __init__(self) -> None:
        super().__init__(gettext("This campaign was cancelled, which is final. Start a new one."))


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The campaigns for the jobs that the viewer may see."""
        return with_visible_job(self, viewer)

    def start(self, *, actor: str, launch: bool = True, starts_at: datetime | None = None, **fields: Any) -> "Campaign":
        """Create a campaign. It is launched at once, or at `starts_at`; with `launch` false, by a later launch."""
        status = Campaign.Status.RUNNING if launch and not starts_at else Campaign.Status.DRAFT
        campaign = self.create(created_by=actor, status=status, **fields)
        if starts_at:
            campaign.launch(actor=actor, starts_at=starts_at)
        return campaign

    def unfinished(self) -> Self:
        """Campaigns with interviews that are not over."""
        live = Interview.objects.live().filter(campaign__isnull=False)
        return self.filter(pk__in=live.order_by().values("campaign"))

    def over(self) -> Self:
        """Campaigns whose end was not noted yet: no interview is live, and no result is pending."""
        interviews = Interview.all_objects.filter(campaign=OuterRef("pk"))
        live = interviews.filter(status__in=Interview.LIVE)
        pending = interviews.filter(result_status=Interview.ResultStatus.PENDING)
        return self.filter(Exists(interviews), ~Exists(live), ~Exists(pending), ended_at__isnull=True)

    def to_start(self) -> Self:
        """Scheduled campaigns whose time has come."""
        return self.filter(status=Campaign.Status.SCHEDULED, starts_at__lte=timezone.now())


class Campaign(BaseModel):
    """Many candidates called for one job.

    `ended_at`: since when all its interviews are over and their results are settled. `history`: each change of the
    status, as a mapping of `status`, `at` and `actor`.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Not launched")
        SCHEDULED = "scheduled", _("Scheduled")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        CANCELLED = "cancelled", _("Cancelled")

    WAITING = (Status.DRAFT, Status.SCHEDULED, Status.PAUSED)
    """The campaign may run later. Until then only promised calls are placed."""

    name = models.CharField(max_length=200)
    job = models.ForeignKey("jobs.JobDescription", on_delete=models.PROTECT, related_name="campaigns")
    created_by = models.CharField(max_length=150, blank=True, editable=False)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.RUNNING, db_default=Status.RUNNING, editable=False
    )
    starts_at = models.DateTimeField(null=True, blank=True, editable=False, help_text=_("When it is launched"))
    calls_per_hour = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_CALLS_PER_HOUR)],
        help_text=_("The most calls in an hour; empty: as many as the limits that all campaigns share allow"),
    )
    history = models.JSONField(default=list, db_default=[], editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    awaits_publication = models.BooleanField(default=False, db_default=False, editable=False)
    """The end has no place among the public events yet."""

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="scheduled", starts_at__isnull=False)
                | ~Q(status="scheduled") & Q(starts_at__isnull=True),
                name="scheduled_campaigns_have_a_start",
            )
        ]
        indexes = [
            models.Index(fields=["ended_at"], condition=Q(awaits_publication=True), name="campaign_ends_to_publish")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """Whether the campaign was cancelled, or ended because its interviews are over."""
        return self.status == self.Status.CANCELLED or self.ended_at is not None

    @property
    def status_label(self) -> str:
        """The label of the status. A running campaign whose interviews are over is finished."""
        is_finished = self.status == self.Status.RUNNING and self.ended_at is not None
        return gettext("Finished") if is_finished else str(self.Status(self.status).label)

    def holds_call_of(self, interview: Interview) -> bool:
        """Whether the status of the campaign blocks the due call of this interview."""
        if self.status == self.Status.CANCELLED:
            return interview.status == Interview.Status.PENDING
        return self.status in self.WAITING and not interview.has_promised_call

    def launch(self, *, actor: str, starts_at: datetime | None = None) -> None:
        """Place its calls from now on, or from `starts_at` on. Idempotent; a scheduled start can be moved.

        Raises InvalidTransition where the time has passed or is too far ahead.
        """
        before = {self.Status.DRAFT, self.Status.SCHEDULED}
        if starts_at:
            if starts_at < timezone.now() - START_TOLERANCE:
                raise InvalidTransition(gettext("This time has passed. Choose a later one."))
            if starts_at > timezone.now() + LONGEST_AHEAD:
                raise InvalidTransition(gettext("Choose a time within the next 365 days."))
            self._move(before, self.Status.SCHEDULED, actor=actor, starts_at=starts_at)
        else:
            self._move(before | {self.Status.RUNNING}, self.Status.RUNNING, actor=actor)

    def start_if_due(self) -> None:
        """Launch the campaign if its scheduled time has come."""
        with transaction.atomic():
            DialRate.locked_for_update()
            if Campaign.objects.to_start().filter(pk=self.pk).exists():
                self.launch(actor="screener")

    def pause(self, *, actor: str) -> None:
        """Begin no further call, but promised ones; calls under way go on. Idempotent."""
        before = (self.Status.RUNNING, self.Status.SCHEDULED, self.Status.PAUSED)
        self._move(before, self.Status.PAUSED, actor=actor)

    def resume(self, *, actor: str) -> None:
        """Place calls again. Idempotent."""
        self._move((self.Status.PAUSED, self.Status.RUNNING), self.Status.RUNNING, actor=actor)

    def cancel(self, *, actor: str) -> None:
        """Cancel the interviews that have not begun, in the background. Final and idempotent."""
        self._move(self.Status.values, self.Status.CANCELLED, actor=actor)

    def _move(
        self, before: Collection[str], after: "Campaign.Status", *, actor: str, starts_at: datetime | None = None
    ) -> None:
        """Change the status. Blocks the placing of calls, so that each call begins before or after the change.

        Raises InvalidTransition from a status that is not `before`.
        """
        with transaction.atomic():
            DialRate.locked_for_update()
            self._lock()
            if self.status not in before:
                raise _refusal(self.Status(self.status), after)
            if (self.status, self.starts_at) == (after, starts_at):
                return
            change = {"status": after, "at": timezone.now().isoformat(), "actor": actor}
            self.update_fields(status=after, starts_at=starts_at, history=[*self.history, change])
            SETTLE_CAMPAIGN.defer(self.pk)

    def mark_ended(self, at: datetime) -> bool:
        """Note that the campaign has ended. False: it has not, or that was noted before."""
        with transaction.atomic():
            self._lock()
            return bool(Campaign.objects.over().filter(pk=self.pk).update(ended_at=at, awaits_publication=True))

    def reopen(self) -> None:
        """Clear the end, as another candidate is called. Belongs in the transaction that plans their interview.

        The status does not change from then on. Raises CampaignCancelled.
        """
        self._lock()
        if self.status == self.Status.CANCELLED:
            raise CampaignCancelled
        if self.ended_at:
            self.update_fields(ended_at=None, awaits_publication=False)

    def _lock(self) -> None:
        """Lock the row to the end of the transaction, and read it afresh.

        An interview is then planned before or after the end of its campaign.
        """
        self.refresh_from_db(from_queryset=Campaign.objects.select_for_update(no_key=True))


def _refusal(status: Campaign.Status, after: Campaign.Status) -> InvalidTransition:
    if status == Campaign.Status.CANCELLED:
        return CampaignCancelled()
    if status == Campaign.Status.PAUSED:
        return InvalidTransition(gettext("This campaign is paused. Resume it."))
    if status == Campaign.Status.RUNNING:
        return InvalidTransition(gettext("This campaign is running already. Pause it, and resume it later."))
    status_label = in_sentence(str(status.label))
    return InvalidTransition(gettext("This campaign is %(status)s. Launch it first.") % {"status": status_label})
