from typing import Self

from django.db import models

from jobs.models import JobDescription
from screener.access.viewer import VIEW_ALL_JOBS, Viewer
from screener.models import BaseModel


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The campaigns for the jobs that the viewer may see."""
        if viewer.has_perm(VIEW_ALL_JOBS):
            return self
        return self.filter(job__in=JobDescription.objects.visible_to(viewer))


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
