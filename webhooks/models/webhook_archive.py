"""Webhooks of interviews that ended long ago, as files in private storage."""

import gzip
import json
import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from interviews.models import Interview
from interviews.models.recording import interview_folder
from screener.models import BaseModel, private_storage


def archive_path(archive: "WebhookArchive", _filename: str) -> str:
    return f"{interview_folder(archive.interview)}/webhooks-{uuid.uuid4().hex}.jsonl.gz"


class WebhookArchive(BaseModel):
    """The webhooks of one interview, which are no longer rows. Erasing them leaves the row without its file.

    `carrier_items`: kind and id of what they name at the carrier, for an erasure.
    """

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="webhook_archives")
    file = models.FileField(storage=private_storage, upload_to=archive_path, max_length=255, blank=True)
    webhooks = models.PositiveIntegerField(help_text=_("How many the file holds"))
    carrier_items = models.JSONField(default=list)

    class Meta:
        ordering = ["created_at"]
        verbose_name = _("archive of webhooks")
        verbose_name_plural = _("archives of webhooks")

    def read_records(self) -> list[dict[str, Any]]:
        """The webhooks as they were. Raises FileNotFoundError if they were erased."""
        with self.file.storage.open(str(self.file.name)) as content:
            return [json.loads(line) for line in gzip.decompress(content.read()).splitlines()]

    def __str__(self) -> str:
        return gettext("%(count)d webhooks of %(interview)s") % {"count": self.webhooks, "interview": self.interview_id}
