"""The record of each opening of a shared report."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from interviews.models.sharing.share_link import ShareLink
from screener.models import AppendOnly


class AccessEvent(AppendOnly):
    """A part of a shared report that was opened. Its reader has no login: the link says for whom it was made.

    `visitor` tells one address from another, as a keyed hash. It shows whether a link was passed on.
    """

    class Part(models.TextChoices):
        PAGE = "page", _("Page")
        PDF = "pdf", _("PDF")
        RECORDING = "recording", _("Recording")

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="accesses", db_index=False)
    part = models.CharField(max_length=10, choices=Part.choices)
    position = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The question of the recording")
    visitor = models.CharField(max_length=16)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["link", "created_at"], name="accesses_of_a_link")]

    def __str__(self) -> str:
        return self.get_part_display()
