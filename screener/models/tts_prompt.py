"""Prompts that are synthesised ahead of time (TTS)."""

from typing import Any, Self

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from screener.models.base import LeasableModel, LeasableQuerySet


def private_storage() -> Any:
    return storages["private"]


class SpokenLineQuerySet(LeasableQuerySet["SpokenLine"]):
    def unsynthesised(self) -> Self:
        """Prompts that the configured voice still has to synthesise."""
        return self.filter(file="", model=settings.VOICE_MODEL, voice=settings.VOICE_NAME)


class SpokenLine(LeasableModel):
    """A prompt that is synthesised ahead of time. It names no candidate, because many candidates hear it."""

    key = models.CharField(
        max_length=64, unique=True, help_text=_("Hash of the text, the language, the model and its voice")
    )
    text = models.TextField()
    language = models.CharField(max_length=10)
    model = models.CharField(max_length=100)
    voice = models.CharField(max_length=100)
    job_id = models.UUIDField(null=True, blank=True, help_text=_("The job that first needed it"))
    file = models.FileField(storage=private_storage, blank=True, max_length=255)
    error = models.TextField(blank=True)

    objects = SpokenLineQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("synthesised prompt")
        indexes = [models.Index(fields=["updated_at"], condition=Q(file=""), name="lines_to_speak")]

    def __str__(self) -> str:
        return self.text[:80]
