"""The users who may see a job's interviews, and those of them who watch the job."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet

from interviews.models import JobWatch
from interviews.models.notices.notice import VIEW_INTERVIEW
from jobs.models import JobDescription, JobMembership
from screener.access.viewer import VIEW_ALL_JOBS

BACKEND = "django.contrib.auth.backends.ModelBackend"
"""The one that knows permissions; the other one counts failed logins."""


def readers_of(job: Any) -> QuerySet[User]:
    """The users who can log in and may see the interviews for this job, given as row or id."""
    users = User.objects.with_perm(VIEW_INTERVIEW, backend=BACKEND).filter(is_staff=True)
    sees_all = User.objects.with_perm(VIEW_ALL_JOBS, backend=BACKEND).values("pk")
    is_member = Exists(JobMembership.objects.filter(user=OuterRef("pk"), job=job))
    return users.filter(is_member | Q(pk__in=sees_all))


def watchers_of(job: Any) -> QuerySet[User]:
    """The readers who get the job's notices: its members and those who watch it, without those who unwatched it."""
    watches = JobWatch.objects.filter(user=OuterRef("pk"), job=job)
    is_member = Exists(JobMembership.objects.filter(user=OuterRef("pk"), job=job))
    watching = Exists(watches.filter(is_watching=True)) | (is_member & ~Exists(watches.filter(is_watching=False)))
    return readers_of(job).filter(watching)


def is_watching(user: User, job: JobDescription) -> bool:
    """Whether the user gets the notices of this job. One query."""
    is_member = Exists(JobMembership.objects.filter(user=user.pk, job=OuterRef("pk")))
    watches = JobWatch.objects.filter(user=user.pk, job=OuterRef("pk"))
    watching = Exists(watches.filter(is_watching=True)) | (is_member & ~Exists(watches.filter(is_watching=False)))
    return JobDescription.objects.filter(watching, pk=job.pk).exists()


def set_watching(user: User, job: JobDescription, *, is_watching: bool) -> None:
    """Let the user get the notices of this job, or not."""
    JobWatch.objects.update_or_create(user=user, job=job, defaults={"is_watching": is_watching})
