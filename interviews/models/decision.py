from django.conf import settings
from django.db import models

from interviews.models.interview import Interview
from interviews.models.result import InterviewResult, Recommendation
from screener.models import AppendOnly


class Decision(AppendOnly):
    """A reviewer's choice, with the result that they had read."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="decisions")
    result = models.ForeignKey(
        InterviewResult, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Recommendation.choices)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.get_verdict_display()
