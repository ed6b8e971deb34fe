from django.db import models

from screener.models import BaseModel


class Campaign(BaseModel):
    """Many candidates called for one job."""

    name = models.CharField(max_length=200)
    job = models.ForeignKey("jobs.JobDescription", on_delete=models.PROTECT, related_name="campaigns")
    created_by = models.CharField(max_length=150, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
