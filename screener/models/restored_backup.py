"""The backups that this database was restored from."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from screener.models.base import BaseModel


class RestoredBackupQuerySet(models.QuerySet["RestoredBackup"]):
    def unconfirmed(self) -> Self:
        """Restores after which background work still waits for a person."""
        return self.filter(confirmed_at__isnull=True)

    def confirm(self, by: str) -> int:
        """Let background work go on. Returns the number of restores that were unconfirmed."""
        return self.unconfirmed().update(confirmed_at=timezone.now(), confirmed_by=by)


class RestoredBackup(BaseModel):
    """A restore. Until a person confirms it, no worker takes a job: the database has forgotten what was done since.

    `backup_time`: the moment that the rows are of.
    """

    name = models.CharField(max_length=100, editable=False)
    backup_time = models.DateTimeField(editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.CharField(max_length=150, blank=True, editable=False)

    objects = RestoredBackupQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("restored backup")

    def __str__(self) -> str:
        return self.name
