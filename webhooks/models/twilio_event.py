from django.db import models
from django.utils.translation import gettext_lazy as _

from screener.encryption.fields import EncryptedValuesField
from screener.models import BaseModel

WORDS = ("SpeechResult", "UnstableSpeechResult", "TranscriptionText", "TranscriptionData", "Body")
"""The parameters with what the candidate said or wrote."""


class TwilioEvent(BaseModel):
    """A webhook as it arrived. Webhooks with the same key are the same event. Replies to turns: see TurnReply."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20)
    attempt = models.ForeignKey(
        "interviews.Attempt", on_delete=models.CASCADE, null=True, blank=True, related_name="twilio_events"
    )
    turn = models.PositiveIntegerField(null=True, blank=True)
    call_sid = models.CharField(max_length=64, db_index=True)
    params = EncryptedValuesField(names=WORDS)
    answer = models.TextField(
        blank=True, help_text=_("The reply to an SMS; replies in calls are stored with the attempt")
    )

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("Twilio event")
        indexes = [models.Index(fields=["attempt", "turn"], name="events_of_a_turn")]

    def __str__(self) -> str:
        return self.key
