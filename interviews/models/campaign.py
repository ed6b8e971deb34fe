from datetime import datetime
from typing import Self

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from interviews.models.interview import Interview
from jobs.models import with_visible_job
from screener.access.viewer import Viewer
from screener.models import BaseModel


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The campaigns for the jobs that the viewer may see."""
        return with_visible_job(self, viewer)

    def running(self) -> Self:
        """Campaigns with interviews that are not over."""
        live = Interview.objects.live().filter(campaign__isnull=False)
        return self.filter(pk__in=live.order_by().values("campaign"))

    def over(self) -> Self:
        """Campaigns whose end was not noted yet: no interview is live, and no result is pending."""
        interviews = Interview.all_objects.filter(campaign=OuterRef("pk"))
        live = interviews.filter(status__in=Interview.LIVE)
        pending = interviews.filter(result_status=Interview.ResultStatus.PENDING)
        return self.filter(Exists(interviews), ~Exists(live), ~Exists(pending), ended_at__isnull=True)


class Campaign(BaseModel):
    """Many candidates called for one job.

    `ended_at`: since when all its interviews are over and their results are settled.
    """

    name = models.CharField(max_length=200)
    job = models.ForeignKey("jobs.JobDescription", on_delete=models.PROTECT, related_name="campaigns")
    created_by = models.CharField(max_length=150, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    def mark_ended(self, at: datetime) -> bool:
        """Note that the campaign has ended. False: it has not, or that was noted before."""
        with transaction.atomic():
            self._lock()
            return bool(Campaign.objects.over().filter(pk=self.pk).update(ended_at=at))

    def reopen(self) -> None:
        """Clear the end, as another candidate is called. Belongs in the transaction that plans their interview."""
        if self._lock().ended_at:
            self.update_fields(ended_at=None)

    def _lock(self) -> "Campaign":
        """Lock the row to the end of the transaction, so that an interview is planned before or after its end."""
        return Campaign.objects.select_for_update(no_key=True).get(pk=self.pk)
