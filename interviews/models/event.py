from django.db import models

from screener.models import AppendOnly

RECORDING_REJECTED = "response.recording_rejected"
"""Kind of the event that an answer's recording did not fit: `data` has the attempt, the turn and the position."""


class InterviewEvent(AppendOnly):
    """Who moved what from where to where, when and why. Also the outbox that deliveries are made from."""

    interview = models.ForeignKey("interviews.Interview", on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=60)
    actor = models.CharField(max_length=150, default="screener")
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["interview", "created_at"], name="events_of_an_interview")]

    def __str__(self) -> str:
        return self.kind
