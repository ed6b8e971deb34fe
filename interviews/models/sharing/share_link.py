"""A link that opens a report without a login, until it expires or is revoked."""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from interviews.models.interview import Interview
from jobs.models import JobDescription
from screener.access.viewer import VIEW_ALL_JOBS, Viewer
from screener.models import BaseModel

DEFAULT_DAYS = 14
MOST_DAYS = 90
TOKEN_BYTES = 32


def hash_token(token: str) -> str:
    """Return the hash that is stored in place of a token. It has so many random bits that it needs no salt."""
    return sha256(token.encode()).hexdigest()


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """The links to reports of the jobs that the viewer may see."""
        if viewer.has_perm(VIEW_ALL_JOBS):
            return self
        jobs = JobDescription.objects.visible_to(viewer)
        return self.filter(Q(job__in=jobs) | Q(interview__in=Interview.objects.visible_to(viewer)))

    def find(self, token: str) -> "ShareLink | None":
        links = self.select_related("interview__candidate", "interview__job", "job", "created_by")
        return links.filter(token_hash=hash_token(token)).first()

    def revoke(self, *, actor: str) -> int:
        """Revoke those that are not revoked yet. They stay as a record."""
        now = timezone.now()
        return self.filter(revoked_at__isnull=True).update(revoked_at=now, revoked_by=actor, updated_at=now)


class ShareLink(BaseModel):
    """Opens the report of an interview, or the shortlist of a job. The token is shown once and stored as a hash."""

    class State(models.TextChoices):
        """Follows from the other columns, because time alone ends a link."""

        OPEN = "open", _("Open")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")

    interview = models.ForeignKey(
        Interview, on_delete=models.CASCADE, null=True, blank=True, related_name="share_links"
    )
    job = models.ForeignKey(JobDescription, on_delete=models.CASCADE, null=True, blank=True, related_name="share_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    recipient = models.CharField(_("for whom"), max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    with_names = models.BooleanField(default=False)
    with_recordings = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(interview__isnull=False, job__isnull=True)
                | Q(interview__isnull=True, job__isnull=False, with_recordings=False),
                name="link_to_an_interview_or_a_job",
            ),
        ]

    def __str__(self) -> str:
        return self.recipient or str(_("Share link"))

    @classmethod
    def create_with_token(cls, *, days: int, **fields: Any) -> "tuple[ShareLink, str]":
        """Create a link. Returns it with its token, which can't be read again."""
        token = token_urlsafe(TOKEN_BYTES)
        expires_at = timezone.now() + timedelta(days=days)
        return cls.objects.create(token_hash=hash_token(token), expires_at=expires_at, **fields), token

    @property
    def state(self) -> State:
        if self.revoked_at:
            return self.State.REVOKED
        return self.State.EXPIRED if self.expires_at <= timezone.now() else self.State.OPEN

    @property
    def is_open(self) -> bool:
        """Whether it opens its report. The report of erased answers is closed."""
        if self.state != self.State.OPEN:
            return False
        interview = self.interview
        return interview is None or not (interview.candidate.erased_at or interview.answers_erased_at)

    @property
    def shared_job(self) -> JobDescription:
        """The job of its report."""
        job = self.interview.job if self.interview else self.job
        assert job is not None  # by the constraint
        return job

    def revoke(self, *, actor: str) -> bool:
        """Close the link for ever. False: it was revoked before."""
        revoked = bool(type(self).objects.filter(pk=self.pk).revoke(actor=actor))
        self.refresh_from_db(fields=["revoked_at", "revoked_by"])
        return revoked
