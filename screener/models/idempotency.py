"""Answers that are given again to repeated requests."""

from django.db import models

from screener.models.base import BaseModel


class IdempotentRequest(BaseModel):
    """The answer to a POST that carried an Idempotency-Key, to be given again to the same request."""

    owner = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_per_idempotency_key")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
