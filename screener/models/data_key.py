"""Data keys, which files and texts are encrypted with, each wrapped by a master key."""

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from screener.models.base import BaseModel


class MasterKeyRecordQuerySet(models.QuerySet["MasterKeyRecord"]):
    def not_configured(self, fingerprints: Iterable[str]) -> Self:
        """Keys that still wrap data keys and are not among these."""
        in_use = models.Exists(DataKey.objects.filter(master_key=models.OuterRef("pk")))
        return self.filter(in_use).exclude(fingerprint__in=list(fingerprints))


class MasterKeyRecord(BaseModel):
    """A master key that data keys are wrapped by. The key itself is not in the database."""

    fingerprint = models.CharField(max_length=200, unique=True, editable=False)

    objects = MasterKeyRecordQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        verbose_name = _("master key")

    def __str__(self) -> str:
        return gettext("Master key %(fingerprint)s") % {"fingerprint": self.fingerprint[:12]}


class DataKey(BaseModel):
    """A wrapped data key. Without this row nothing that was encrypted with the key can be read any more.

    `owner`: the folder whose files have the key, or `SHARED`.
    """

    SHARED = "shared"
    """The owner of the key for texts in the database, and for files outside the folders of candidates."""

    owner = models.CharField(max_length=200, unique=True, editable=False)
    wrapped_key = models.BinaryField()
    master_key = models.ForeignKey(MasterKeyRecord, on_delete=models.PROTECT, related_name="data_keys")

    objects = models.Manager()

    class Meta:
        ordering = ["created_at"]
        verbose_name = _("data key")

    def __str__(self) -> str:
        return gettext("Data key of %(owner)s") % {"owner": self.owner}

    @property
    def context(self) -> bytes:
        """What is authenticated with the wrapped key: it is no key of another row."""
        return f"{self.pk}/{self.owner}".encode()
