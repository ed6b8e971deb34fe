"""The record of every paid call."""

from django.db import models

from screener.models.base import BaseModel


class ModelCall(BaseModel):
    """One call to a model that costs money, whether it gave an answer or not."""

    class Purpose(models.TextChoices):
        QUESTIONS = "questions", "Questions"
        TRANSCRIPTION = "transcription", "Transcription"
        ASSESSMENT = "assessment", "Assessment"
        SUMMARY = "summary", "Summary"
        SPEECH = "speech", "Speech"

    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    model = models.CharField(max_length=100)
    prompt_hash = models.CharField(max_length=64, blank=True)
    job_id = models.UUIDField(null=True, blank=True, db_index=True)
    interview_id = models.UUIDField(null=True, blank=True, db_index=True)
    tokens_in = models.PositiveIntegerField(null=True, blank=True)
    tokens_cached = models.PositiveIntegerField(null=True, blank=True, help_text="Of those in, read from the cache")
    tokens_to_cache = models.PositiveIntegerField(null=True, blank=True, help_text="Of those in, put into the cache")
    tokens_out = models.PositiveIntegerField(null=True, blank=True)
    audio_seconds = models.FloatField(null=True, blank=True)
    cost = models.DecimalField(
        max_digits=10, decimal_places=6, null=True, blank=True, help_text="US dollars; empty: unknown"
    )
    seconds = models.FloatField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} by {self.model}"
