from typing import Self

from django.db import models

from interviews.models.interview import Interview
from screener.access.viewer import Viewer, with_visible
from screener.models import BaseModel


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The campaigns for the jobs that the viewer may see."""
        return with_visible("job", self, viewer)

    def running(self) -> Self:
        """Campaigns with interviews that are not over."""
        live = Interview.objects.live().filter(campaign__isnull=False)
        return self.filter(pk__in=live.order_by().values("campaign"))


class Campaign(BaseModel):
    """Many candidates called for one job."""

    name = models.CharField(max_length=200)
    job = models.ForeignKey("jobs.JobDescription", on_delete=models.PROTECT, related_name="campaigns")
    created_by = models.CharField(max_length=150, blank=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
