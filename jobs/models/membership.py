"""Members of jobs, and the rows that a viewer may see because of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from screener.access.viewer import VIEW_ALL_JOBS, RowsT, Viewer
from screener.models import BaseModel


class JobMembership(BaseModel):
    """A user who may see a job and its candidates without the permission for all jobs."""

    job = models.ForeignKey("jobs.JobDescription", on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="job_memberships")
    may_see_contact_data = models.BooleanField(
        default=False, help_text=_("Phone numbers, e-mail addresses and resumes of the job's candidates")
    )
    added_by = models.CharField(max_length=150, editable=False)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["job", "user"], name="one_membership_per_job_and_user")]

    def __str__(self) -> str:
        return f"{self.user} in {self.job}"


def with_visible_job(rows: RowsT, viewer: Viewer, *, relation: str = "job") -> RowsT:
    """Return the rows whose job the viewer may see: each job with the permission for all jobs, or those of a member.

    The ids of the jobs are passed as values. With a subquery, PostgreSQL does not know how large these jobs are.
    """
    if viewer.has_perm(VIEW_ALL_JOBS):
        return rows
    return rows.filter(**{f"{relation}__in": _visible_job_ids(viewer)})


def _visible_job_ids(viewer: Viewer) -> list[Any]:
    """The jobs of a viewer who does not see all of them."""
    limit, maker_may = getattr(viewer, "job_limit", ()), getattr(viewer, "maker_may", None)
    if limit and maker_may and maker_may(VIEW_ALL_JOBS):
        return list(limit)
    memberships = JobMembership.objects.filter(user=viewer.pk).order_by()
    ids = memberships.filter(job__in=limit) if limit else memberships
    return list(ids.values_list("job", flat=True))
