"""Metering of paid calls to models."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from screener.models.base import BaseModel


class ModelCall(BaseModel):
    """One paid call to a model, successful or not."""

    class Purpose(models.TextChoices):
        QUESTIONS = "questions", _("Questions")
        TRANSCRIPTION = "transcription", _("Transcription")
        ASSESSMENT = "assessment", _("Assessment")
        SUMMARY = "summary", _("Summary")
        SPEECH = "speech", _("Speech synthesis")
        PERSONAL_QUESTIONS = "personal_questions", _("Personal questions")

    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    model = models.CharField(max_length=100)
    prompt_hash = models.CharField(max_length=64, blank=True)
    job_id = models.UUIDField(null=True, blank=True, db_index=True)
    interview_id = models.UUIDField(null=True, blank=True, db_index=True)
    tokens_in = models.PositiveIntegerField(null=True, blank=True)
    tokens_cached = models.PositiveIntegerField(null=True, blank=True, help_text=_("Input tokens read from the cache"))
    tokens_to_cache = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Input tokens written to the cache")
    )
    tokens_out = models.PositiveIntegerField(null=True, blank=True)
    audio_seconds = models.FloatField(null=True, blank=True)
    cost = models.DecimalField(
        max_digits=10, decimal_places=6, null=True, blank=True, help_text=_("US dollars. Empty: unknown")
    )
    seconds = models.FloatField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} by {self.model}"
